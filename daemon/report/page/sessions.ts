import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { RandomSource } from '../../base/ids.ts';
import type { User } from './users-file.ts';
import type { Users } from './users.ts';

export interface SessionsOptions {
  users: Pick<Users, 'get'>;
  clock: Pick<Clock, 'monotonicMs'>;
  random: RandomSource;
  /** Without a request for so long a session is over … */
  idleMs: number;
  /** … and after so long in any case. */
  maxMs: number;
}

/** Someone who is logged in. */
export interface OpenSession {
  readonly user: User;
  /** Sent with every change: another site can have the browser send the cookie, but does not know this. */
  readonly csrf: string;
  /** Monotonic milliseconds: when it is over whatever is done. */
  readonly endsAtMs: number;
  /** Attempts whose pictures were looked at, so that each look is told once. */
  readonly seen: Set<string>;
}

interface Kept extends OpenSession {
  usedAtMs: number;
}

/** [S9] The one used longest ago gives way. */
const MOST_SESSIONS = 64;
const MOST_OF_ONE_USER = 8;
const ID_BYTES = 32;
const ID = /^[A-Za-z0-9_-]{43}$/;

/** Who is logged in, in memory: a restart of the daemon ends all sessions. Ids are kept as digests, so that a dump of memory holds none. */
export class Sessions {
  readonly #o: SessionsOptions;
  /** By the digest of the id; the one used last comes last. */
  readonly #open = new Map<string, Kept>();

  constructor(options: SessionsOptions) {
    this.#o = options;
  }

  /** A new session with an id that nobody knew before (no fixation). The id is for the cookie and is not kept. */
  begin(user: User): { id: string; session: OpenSession } {
    const nowMs = this.#o.clock.monotonicMs();
    const id = this.#secret();
    const session: Kept = { user, csrf: this.#secret(), endsAtMs: nowMs + this.#o.maxMs, usedAtMs: nowMs, seen: new Set() };
    this.#open.set(digestOf(id), session);
    this.#makeRoom(user.name);
    return { id, session };
  }

  /** The session of this id, which counts as used by that; undefined when it is over or there never was one. */
  find(id: string | undefined): OpenSession | undefined {
    if (id === undefined || !ID.test(id)) return undefined;
    const digest = digestOf(id);
    const session = this.#open.get(digest);
    if (!session) return undefined;
    this.#open.delete(digest);
    if (!this.isValid(session)) return undefined;
    session.usedAtMs = this.#o.clock.monotonicMs();
    this.#open.set(digest, session);
    return session;
  }

  /** Whether it still holds: not too old, and its user neither removed nor given another password or role. */
  isValid(session: OpenSession): boolean {
    const nowMs = this.#o.clock.monotonicMs();
    const { user, endsAtMs, usedAtMs } = session as Kept;
    return nowMs < endsAtMs && nowMs - usedAtMs < this.#o.idleMs && this.#o.users.get(user.name)?.stamp === user.stamp;
  }

  end(id: string): void {
    this.#drop(digestOf(id));
  }

  get size(): number {
    return this.#open.size;
  }

  #makeRoom(name: string): void {
    const ofUser = [...this.#open].filter(([, { user }]) => user.name === name);
    for (const [digest] of ofUser.slice(0, Math.max(0, ofUser.length - MOST_OF_ONE_USER))) this.#drop(digest);
    for (const digest of this.#open.keys()) if (this.#open.size > MOST_SESSIONS) this.#drop(digest);
  }

  #drop(digest: string): void {
    const session = this.#open.get(digest);
    // A stream that still has the session in hand sees it ended, too.
    if (session) session.usedAtMs = -Infinity;
    this.#open.delete(digest);
  }

  #secret(): string {
    return Buffer.from(this.#o.random(ID_BYTES)).toString('base64url');
  }
}

/** Whether the two are the same, in the same time. */
export function isSameSecret(given: string, wanted: string): boolean {
  return timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(wanted).digest());
}

function digestOf(id: string): string {
  return createHash('sha256').update(id).digest('base64');
}
