import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import { ruuidOf } from '../../base/ids.ts';
import { encodeDelta } from '../../base/token-list-delta.ts';
import type { ListEdits } from '../../base/token-list-edits.ts';
import { LIST_ENTRY_BYTES, signDigestFront } from '../../base/token-list-file.ts';
import type { Doors } from '../doors.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';
import type { Store } from '../store.ts';
import type { EntryBlocks } from './entry-blocks.ts';
import type { ListFront, ListFronts } from './list-fronts.ts';
import type { BuiltEntries, ReadEntries } from './list-reader.ts';
import type { ListWork } from './list-work.ts';
import { RecentDeltas } from './recent-deltas.ts';

export interface TokenListsOptions {
  store: Store;
  clock: Clock;
  keys: Pick<SigningKeys, 'list' | 'listFloor' | 'tokenKeyIds'>;
  doors: Doors;
  fronts: ListFronts;
  blocks: EntryBlocks;
  work: ListWork;
  /** A list is signed anew after this even if nothing changed, for a door trusts only what is signed to be recent. */
  resignAfterS: number;
  /** From issue to expiry. */
  lifeS: number;
}

/** A signed file as it is served: a full list, or a delta to it. */
export interface SignedFile {
  /** Of the list, or the one that a delta leads to. */
  version: number;
  /** Strong, with its quotes, as in the HTTP header. */
  etag: string;
  length: number;
  /** The bytes from `start` to before `end`. */
  read: (start: number, end: number) => Promise<Readable>;
}

/**
 * After so long a list is read as a whole again, not from what changed: whatever was changed without a word (by hand, by a
 * tool) is not left out for ever.
 */
const READ_WHOLE_AFTER_S = 3_600;
/** The one under way, the one after it, and some for what another process or a jumping clock undoes. */
const MOST_BUILDS = 5;
const NO_EDITS: ListEdits = { removed: new Uint8Array(0), changed: new Uint8Array(0) };

/**
 * The signed lists of the doors: built when somebody asks and something changed or the last one grew old; one build a door at a
 * time, shared by whoever waits for it. A version once given out stays what it is.
 */
export class TokenLists {
  readonly #o: TokenListsOptions;
  readonly #building = new Map<string, Promise<void>>();
  readonly #deltas = new RecentDeltas();

  constructor(options: TokenListsOptions) {
    this.#o = options;
  }

  /** The list of a door with all that changed up to now, signed at most `resignAfterS` ago. */
  async current(door: Uint8Array): Promise<SignedFile> {
    const { version, front, digest, entries } = await this.#currentFront(door);
    return {
      version,
      etag: etagOf(`${version}`, front),
      length: front.length + entries * LIST_ENTRY_BYTES,
      read: (start, end) => this.#read(door, digest, front, start, end),
    };
  }

  /**
   * What leads from a version to the current one, or to a `toVersion` that was it lately; no edits when both are the same.
   * Undefined when that is not known, or much of the list.
   */
  async delta(door: Uint8Array, fromVersion: number, toVersion?: number): Promise<SignedFile | undefined> {
    const to = toVersion === undefined ? await this.#currentFront(door) : this.#o.fronts.get(door, toVersion);
    const from = this.#o.fronts.get(door, fromVersion);
    const bytes = from && to && await this.#deltas.of(`${ruuidOf(door)} ${from.version} ${to.version}`, () => this.#makeDelta(door, from, to));
    return to && bytes && {
      version: to.version,
      etag: etagOf(`${fromVersion}-${to.version}`, bytes),
      length: bytes.length,
      read: async (start, end) => Readable.from([bytes.subarray(start, end)]),
    };
  }

  /** The versions that deltas may lead from, newest first. */
  versions(door: Uint8Array, limit: number): number[] {
    return this.#o.fronts.versions(door, limit);
  }

  /** After what is under way has ended. */
  close(): Promise<void> {
    return this.#o.work.close();
  }

  /** A build under way may have read the database before what the asker has just done: then it is not the one they wait for. */
  async #currentFront(door: Uint8Array): Promise<ListFront> {
    const changes = this.#o.doors.listChanges(door);
    for (let builds = 0; builds <= MOST_BUILDS; builds++) {
      const front = this.#o.fronts.newest(door);
      if (front && this.#isCurrent(door, front, changes)) return front;
      await this.#built(door);
    }
    throw new Error(`the list of door ${ruuidOf(door)} was built ${MOST_BUILDS} times and is not there`);
  }

  #isCurrent(door: Uint8Array, front: ListFront, changes: number): boolean {
    const { blocks, keys, resignAfterS, work } = this.#o;
    const nowS = this.#nowS();
    return front.changes >= changes && nowS >= front.issuedAtS && nowS < front.issuedAtS + resignAfterS
      && Buffer.compare(front.keyId, keys.list.keyId) === 0
      // The folder may have been put back without them.
      && (blocks.size(door, front.digest) === front.entries * LIST_ENTRY_BYTES || work.storing(door, front.digest) !== undefined);
  }

  #built(door: Uint8Array): Promise<void> {
    const name = ruuidOf(door);
    const building = this.#building.get(name) ?? this.#build(door).finally(() => this.#building.delete(name));
    this.#building.set(name, building);
    return building;
  }

  async #build(door: Uint8Array): Promise<void> {
    const { fronts, keys, work } = this.#o;
    const nowS = this.#nowS();
    const before = fronts.newest(door);
    const sinceWholeS = before ? nowS - before.readWholeAtS : Infinity;
    const base = before && sinceWholeS >= 0 && sinceWholeS < READ_WHOLE_AFTER_S ? before : undefined;
    const built = await work.build({ door, nowS, tokenKeyIds: keys.tokenKeyIds(), base: base && readEntriesOf(base) });
    this.#publish(door, built, built.whole || !base ? nowS : base.readWholeAtS);
  }

  #publish(door: Uint8Array, built: BuiltEntries, readWholeAtS: number): void {
    const { store, fronts, keys, lifeS } = this.#o;
    store.transaction(() => {
      const newest = fronts.newest(door);
      // Another process was faster.
      if (newest && this.#isCurrent(door, newest, built.changes)) return;
      const { nowS: issuedAtS, changes, count: entries, digest, asOfS } = built;
      const version = fronts.nextVersion(door, keys.listFloor);
      const front = signDigestFront({ door, version, issuedAtS, expiresAtS: issuedAtS + lifeS, asOfS, count: entries }, digest, keys.list);
      fronts.add(door, { version, issuedAtS, changes, entries, digest, keyId: keys.list.keyId, readWholeAtS, front });
    }).immediate();
  }

  async #makeDelta(door: Uint8Array, from: ListFront, to: ListFront): Promise<Uint8Array | undefined> {
    const sameEntries = Buffer.compare(from.digest, to.digest) === 0;
    const edits = sameEntries ? NO_EDITS : await this.#o.work.edits({ door, from: readEntriesOf(from), to: readEntriesOf(to) });
    return edits && encodeDelta({ version: from.version, entriesDigest: from.digest }, to.front, edits);
  }

  async #read(door: Uint8Array, digest: Uint8Array, front: Uint8Array, start: number, end: number): Promise<Readable> {
    await this.#o.work.storing(door, digest);
    const entries = await this.#o.blocks.read(door, digest, Math.max(0, start - front.length), Math.max(0, end - front.length));
    const whole = Readable.from(inTurn(front.subarray(start, end), entries));
    // It may be given up before its entries are begun.
    return whole.on('close', () => entries.destroy());
  }

  #nowS(): number {
    return Math.floor(this.#o.clock.wallMs() / 1000);
  }
}

async function* inTurn(front: Uint8Array, entries: Readable): AsyncGenerator<Uint8Array> {
  if (front.length > 0) yield front;
  yield* entries as AsyncIterable<Uint8Array>;
}

function readEntriesOf({ digest, entries, changes, issuedAtS }: ListFront): ReadEntries {
  return { digest, count: entries, changes, nowS: issuedAtS };
}

/** By all of a front's bytes, which sign the entries behind it, or by all of a delta's. */
function etagOf(name: string, bytes: Uint8Array): string {
  return `"${name}-${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
}
