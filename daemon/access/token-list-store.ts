import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DurableState } from '../base/durable-state.ts';
import { PosternError } from '../base/errors.ts';
import type { KeySet } from '../base/key-set.ts';
import { boundsOf } from './clock-trust.ts';
import { replaceDurably } from '../base/durable-file.ts';
import { offerProblem, storedProblem, type ListFacts, type ListFloor } from './list-rules.ts';
import { keyInForce } from './signing-key.ts';
import { readCandidate, readDelta, type Candidate, type DeltaCandidate } from './token-list-candidate.ts';
import { applyDelta, checkEntries } from './token-list-check.ts';
import { TokenListReader } from './token-list.ts';
import type { TrustedTime } from './trusted-time.ts';

export interface TokenListStoreOptions {
  /** State folder; it exists. */
  dir: string;
  /** This door, 16 bytes. */
  door: Uint8Array;
  keys: () => KeySet | undefined;
  state: DurableState;
  time: Pick<TrustedTime, 'read' | 'raise' | 'distrust'>;
}

const FILE = 'token-list.bin';
const APPLIED_FILE = 'token-list.applied';
const FLOOR_KEY = 'token-list';
const floorSchema = z.object({ version: z.number().int().nonnegative(), keyId: z.string().nullable(), sha256: z.string().nullable() });

/** The token list as this door accepted it, in a file that outlives the process. Calls are made one after the other. */
export class TokenListStore {
  readonly #o: TokenListStoreOptions;
  #reader: TokenListReader | undefined;

  constructor(options: TokenListStoreOptions) {
    this.#o = options;
  }

  /** The list in hand, fresh or not. To be asked for anew each time: an old reader is closed at the swap. */
  get reader(): TokenListReader | undefined {
    return this.#reader;
  }

  /** Takes up the stored list, if there is one, after checking all of it again. Rejects PosternError('list-refused', 'storage'). */
  async load(): Promise<void> {
    const candidate = await readCandidate(this.#path);
    if (!candidate) return;
    const problem = storedProblem(candidate.list, this.#facts(candidate));
    if (problem) throw refused(problem);
    const reader = TokenListReader.open(candidate.path, candidate.list, await checkEntries(candidate));
    await this.#keepFloor(candidate);
    this.#swap(reader);
  }

  /**
   * Takes the list at `path`, unless it is the one in hand; the file is moved or deleted. What a power cut may leave is the
   * old list or the new, and a floor no higher than the list. Rejects PosternError('list-refused', 'storage'); then the old one stands.
   */
  async offer(path: string): Promise<'accepted' | 'same'> {
    try {
      return await this.#take(path);
    } finally {
      await deleteFile(path);
    }
  }

  /**
   * Takes the list that the delta at `path` makes of the one in hand, as if it had been offered whole; the file is deleted.
   * Rejects PosternError('delta-refused', 'list-refused', 'storage'); then the old one stands.
   */
  async offerDelta(path: string): Promise<'accepted' | 'same'> {
    try {
      return await this.#takeDelta(path);
    } finally {
      await deleteFile(path);
      await deleteFile(this.#appliedPath);
    }
  }

  /**
   * Brings list and floor in line with a key set; done twice it changes nothing more. When it revokes the key of the highest list, the floor drops to the set's, so that a thief's
   * version 2^53 needs no visit. Rejects PosternError('list-refused') when a list in hand had to be let go for it, or 'storage'.
   */
  async applyKeys(keys: KeySet): Promise<void> {
    const revoked = keys.keys.filter((key) => key.use === 'list' && key.state === 'revoked').map((key) => Buffer.from(key.id).toString('hex'));
    for (const keyId of revoked) await this.#o.time.distrust(keyId);
    const floor = this.#floor();
    if (floor && floor.keyId !== null && revoked.includes(floor.keyId)) await this.#o.state.set(FLOOR_KEY, { version: keys.listFloor, keyId: null, sha256: null });
    const { reader } = this;
    if (!reader || 'key' in keyInForce(keys, reader.keyId, 'list', reader.head.issuedAtS)) return;
    this.#swap(undefined);
    await deleteFile(this.#path);
    throw refused('the one in hand was signed by a key that no longer counts');
  }

  close(): void {
    this.#swap(undefined);
  }

  async #take(path: string): Promise<'accepted' | 'same'> {
    const candidate = await readCandidate(path);
    if (!candidate) throw refused('it is not there');
    if (this.#isInHand(candidate)) return 'same';
    return this.#accept(candidate, await checkEntries(candidate));
  }

  async #takeDelta(path: string): Promise<'accepted' | 'same'> {
    const candidate = await readDelta(path, this.#appliedPath);
    if (!await this.#isForListInHand(candidate)) throw new PosternError('delta-refused', 'The delta was refused: it is for another list than the one in hand.');
    if (this.#isInHand(candidate)) return 'same';
    return this.#accept(candidate, await applyDelta({ ...candidate, delta: path, to: this.#path }));
  }

  async #isForListInHand({ from }: DeltaCandidate): Promise<boolean> {
    const stored = await readCandidate(this.#path);
    return stored !== undefined && from.version === this.#reader?.head.version && Buffer.compare(from.entriesDigest, stored.list.entriesDigest) === 0;
  }

  /** Whether it is the list in hand. Throws PosternError('list-refused') for one that this door does not take, whatever its entries. */
  #isInHand(candidate: Candidate): boolean {
    const problem = offerProblem(candidate.list, this.#facts(candidate));
    if (problem) throw refused(problem);
    return this.#reader !== undefined && this.#floor()?.sha256 === candidate.sha256;
  }

  /** `fences` come from the check of all its entries. */
  async #accept(candidate: Candidate, fences: Uint8Array): Promise<'accepted'> {
    const { path, list } = candidate;
    const reader = TokenListReader.open(path, list, fences);
    try {
      await replaceDurably(path, this.#path);
      await this.#keepFloor(candidate);
      await this.#o.time.raise(list.head.issuedAtS * 1_000, Buffer.from(list.keyId).toString('hex'));
    } catch (thrown) {
      reader.close();
      throw thrown;
    }
    this.#swap(reader);
    return 'accepted';
  }

  get #path(): string {
    return join(this.#o.dir, FILE);
  }

  get #appliedPath(): string {
    return join(this.#o.dir, APPLIED_FILE);
  }

  #facts({ fileBytes, sha256 }: Candidate): ListFacts {
    return { fileBytes, sha256, door: this.#o.door, keys: this.#o.keys(), floor: this.#floor(), ...boundsOf(this.#o.time.read()) };
  }

  #floor(): ListFloor | undefined {
    return floorSchema.safeParse(this.#o.state.get(FLOOR_KEY)).data;
  }

  async #keepFloor({ list, sha256 }: Candidate): Promise<void> {
    if (this.#floor()?.sha256 === sha256) return;
    await this.#o.state.set(FLOOR_KEY, { version: list.head.version, keyId: Buffer.from(list.keyId).toString('hex'), sha256 });
  }

  #swap(reader: TokenListReader | undefined): void {
    const before = this.#reader;
    this.#reader = reader;
    before?.close();
  }
}

/** What cannot be deleted does no harm: a download begins by emptying its file, and a list that does not count is not loaded. */
async function deleteFile(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

function refused(why: string): PosternError {
  return new PosternError('list-refused', `The token list was refused: ${why}.`);
}
