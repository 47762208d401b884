import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DurableState } from '../base/durable-state.ts';
import { messageOf, PosternError } from '../base/errors.ts';
import { readKeySet, type KeySet } from '../base/key-set.ts';
import { boundsOf } from './clock-trust.ts';
import { writeDurably } from '../base/durable-file.ts';
import type { TrustedTime } from './trusted-time.ts';

export interface KeySetStoreOptions {
  /** State folder; it exists. */
  dir: string;
  /** The root public keys the device was given, 32 bytes each. */
  roots: readonly Uint8Array[];
  state: DurableState;
  time: Pick<TrustedTime, 'read' | 'raise'>;
}

const FILE = 'key-set.cose';
const FLOOR_KEY = 'key-set';
const ROOTS_KEY = 'further-roots';
/** [S9] Successors taken on; the oldest goes first. */
const MAX_FURTHER_ROOTS = 4;
const ISSUED_AHEAD_MS = 60_000;

/** The highest set ever accepted. */
const floorSchema = z.object({ version: z.number().int().nonnegative(), sha256: z.string() });
const rootsSchema = z.array(z.base64url().length(43)).max(MAX_FURTHER_ROOTS);

/** The issuer's keys as this door accepted them, in a file that outlives the process. */
export class KeySetStore {
  readonly #o: KeySetStoreOptions;
  #current: KeySet | undefined;

  constructor(options: KeySetStoreOptions) {
    this.#o = options;
  }

  get current(): KeySet | undefined {
    return this.#current;
  }

  /** Takes up the stored set, if there is one. Rejects PosternError('key-set-refused') when it is not what was accepted last. */
  async load(): Promise<void> {
    const bytes = await readFile(this.#path).catch(noFile);
    if (!bytes) return;
    const set = readKeySet(bytes, this.#roots());
    this.#mustNotBeOlder(set, bytes);
    this.#current = set;
  }

  /**
   * Takes a signed set, unless it is the one in hand. It is durable, and so is the refusal of lower ones, before it counts.
   * Rejects PosternError('key-set-refused', 'storage'); then the old one stands.
   */
  async offer(bytes: Uint8Array): Promise<'accepted' | 'same'> {
    const set = readKeySet(bytes, this.#roots());
    this.#mustNotBeOlder(set, bytes);
    if (this.#current?.version === set.version) return 'same';
    if (set.issuedAtS * 1_000 > boundsOf(this.#o.time.read()).latestMs + ISSUED_AHEAD_MS) throw refused('it claims to be issued in the future; the issuer\'s clock or this door\'s is wrong');
    await writeDurably(this.#path, bytes);
    await this.#o.state.set(FLOOR_KEY, { version: set.version, sha256: sha256(bytes) });
    await this.#takeOn(set.nextRoot);
    await this.#o.time.raise(set.issuedAtS * 1_000, 'root');
    this.#current = set;
    return 'accepted';
  }

  get #path(): string {
    return join(this.#o.dir, FILE);
  }

  /** One version is one set: two under the same version would be two issuers, and the door could not tell which is right. */
  #mustNotBeOlder(set: KeySet, bytes: Uint8Array): void {
    const floor = floorSchema.safeParse(this.#o.state.get(FLOOR_KEY)).data;
    if (!floor) return;
    if (set.version < floor.version) throw refused(`its version ${set.version} is lower than ${floor.version}, which this door had before`);
    if (set.version === floor.version && sha256(bytes) !== floor.sha256) throw refused(`this door has another set of version ${set.version}`);
  }

  #roots(): Uint8Array[] {
    return [...this.#o.roots, ...this.#furtherRoots().map((text) => Buffer.from(text, 'base64url'))];
  }

  #furtherRoots(): string[] {
    return rootsSchema.safeParse(this.#o.state.get(ROOTS_KEY)).data ?? [];
  }

  /** A root's signed successor stays a root also when a later set no longer names it. */
  async #takeOn(nextRoot: Uint8Array | undefined): Promise<void> {
    if (!nextRoot || this.#roots().some((root) => Buffer.compare(root, nextRoot) === 0)) return;
    const further = [...this.#furtherRoots(), Buffer.from(nextRoot).toString('base64url')];
    await this.#o.state.set(ROOTS_KEY, further.slice(-MAX_FURTHER_ROOTS));
  }
}

function noFile(thrown: unknown): undefined {
  if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw refused(`the stored one cannot be read (${messageOf(thrown)})`);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function refused(why: string): PosternError {
  return new PosternError('key-set-refused', `The key set was refused: ${why}.`);
}
