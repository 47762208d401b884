import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { RandomSource } from '../../base/ids.ts';
import type { SharedCommits } from '../shared-commits.ts';
import type { Store } from '../store.ts';

export const roles = ['admin', 'issuer', 'door', 'reader'] as const;
/** `admin`: everything. `issuer`: codes. `reader`: lists and events. `door`: what a door asks for. */
export type Role = (typeof roles)[number];

/** Who a request comes from. */
export interface Caller {
  /** What names the key; of a certificate `cert:` and the door's RUUID. */
  id: string;
  name: string;
  role: Role;
  /** 16 bytes: the one door it speaks for; absent: any. */
  door?: Uint8Array;
  /** Requests it may make in a minute. */
  perMinute: number;
}

export interface NewApiKey {
  role: Role;
  name: string;
  /** 16 bytes, for role `door` alone. */
  door?: Uint8Array | undefined;
  /** Absent: what its role may. */
  perMinute?: number | undefined;
}

/** A key as it is listed: never its secret. */
export interface ApiKeyRecord {
  id: string;
  role: Role;
  name: string;
  door: Uint8Array | null;
  perMinute: number;
  createdAtMs: number;
  /** To the hour; null: never. */
  lastUsedAtMs: number | null;
  revokedAtMs: number | null;
}

interface KeyRow extends Omit<ApiKeyRecord, 'perMinute' | 'door'> {
  door: Buffer | null;
  perMinute: number | null;
}

/** A bulk issue or a busy door stays well below; a runaway client does not. */
export const perMinuteOf: Readonly<Record<Role, number>> = { admin: 12_000, issuer: 12_000, door: 6_000, reader: 3_000 };

export interface ApiKeysOptions {
  store: Store;
  clock: Clock;
  random: RandomSource;
  commits: Pick<SharedCommits, 'run'>;
}

const ID_BYTES = 6;
const SECRET_BYTES = 32;
const NOBODY = Buffer.alloc(32);
/** The last use is for finding keys that nobody needs: to write it down more often would cost a commit a request. */
const USE_WRITTEN_EVERY_MS = 3_600_000;
const COLUMNS = `id, role, name, door, per_minute AS perMinute, created_at_ms AS createdAtMs,
  last_used_at_ms AS lastUsedAtMs, revoked_at_ms AS revokedAtMs`;

/**
 * API keys, `<id>.<secret>`. Of the secret only the SHA-256 is stored: with 256 random bits there is nothing to guess, so a
 * slow password hash would buy nothing. A key is looked up in the store at every request: that takes some 10 µs, and a key
 * that another process revoked is refused at once.
 */
export class ApiKeys {
  readonly #o: ApiKeysOptions;
  readonly #byId;
  /** When the use of a key was last sent to be written, by its id [S9: one a key]. */
  readonly #useNotedMs = new Map<string, number>();

  constructor(options: ApiKeysOptions) {
    this.#o = options;
    this.#byId = options.store.prepare<[string], KeyRow & { digest: Buffer }>(`SELECT ${COLUMNS}, secret_digest AS digest FROM api_keys WHERE id = ?`);
  }

  /** The key as its holder gets it, this once. */
  create({ role, name, door, perMinute }: NewApiKey): string {
    const { store, clock, random } = this.#o;
    // One that began with a dash would pass for an option on the command line.
    const id = base64url(random(ID_BYTES)).replace(/^-/, '_');
    const secret = base64url(random(SECRET_BYTES));
    store.prepare('INSERT INTO api_keys (id, secret_digest, role, name, door, per_minute, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(id, digestOf(secret), role, name, door ?? null, perMinute ?? null, clock.wallMs());
    return `${id}.${secret}`;
  }

  /** In the order in which they were made, revoked ones too. */
  all(): ApiKeyRecord[] {
    const rows = this.#o.store.prepare<[], KeyRow>(`SELECT ${COLUMNS} FROM api_keys ORDER BY created_at_ms, rowid`).all();
    return rows.map((row) => ({ ...row, perMinute: row.perMinute ?? perMinuteOf[row.role] }));
  }

  /** Undefined when there is none by that id; not `changed` when it was revoked already. */
  revoke(id: string): { name: string; changed: boolean } | undefined {
    const { store, clock } = this.#o;
    const row = this.#byId.get(id);
    if (!row) return undefined;
    const { changes } = store.prepare('UPDATE api_keys SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL').run(clock.wallMs(), id);
    return { name: row.name, changed: changes > 0 };
  }

  /** Who holds a key; undefined when it is none, or was revoked. */
  holderOf(key: string): Caller | undefined {
    const [id, secret] = partsOf(key);
    const row = this.#byId.get(id);
    // An unknown id costs the same comparison as a wrong secret.
    const matches = timingSafeEqual(digestOf(secret), row?.digest ?? NOBODY);
    if (!row || !matches || row.revokedAtMs !== null) return undefined;
    this.#noteUse(row);
    return { id, name: row.name, role: row.role, perMinute: row.perMinute ?? perMinuteOf[row.role], ...(row.door && { door: row.door }) };
  }

  /** Nobody waits for it, and when it fails the next hour's will do. */
  #noteUse({ id, lastUsedAtMs }: KeyRow): void {
    const { store, clock, commits } = this.#o;
    const nowMs = clock.wallMs();
    const lastMs = Math.max(lastUsedAtMs ?? -Infinity, this.#useNotedMs.get(id) ?? -Infinity);
    // A clock that was set back is as good a reason as an hour.
    if (nowMs - lastMs < USE_WRITTEN_EVERY_MS && nowMs >= lastMs) return;
    this.#useNotedMs.set(id, nowMs);
    void commits.run(() => store.prepare('UPDATE api_keys SET last_used_at_ms = ? WHERE id = ?').run(nowMs, id)).catch(() => undefined);
  }
}

/** A key's id, and its secret with whatever follows. */
export function partsOf(key: string): [id: string, secret: string] {
  const dot = key.indexOf('.');
  return dot < 0 ? [key, ''] : [key.slice(0, dot), key.slice(dot + 1)];
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
