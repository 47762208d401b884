import { Audit } from '../../../../daemon/backend/audit.ts';
import { Tokens } from '../../../../daemon/backend/codes/tokens.ts';
import { SharedCommits } from '../../../../daemon/backend/shared-commits.ts';
import { Validation } from '../../../../daemon/backend/codes/validation.ts';
import { Doors } from '../../../../daemon/backend/doors.ts';
import { drawSeeds, SigningKeys } from '../../../../daemon/backend/keys/signing-keys.ts';
import type { EntryBlocks } from '../../../../daemon/backend/lists/entry-blocks.ts';
import { FolderBlocks } from '../../../../daemon/backend/lists/folder-blocks.ts';
import { ListFronts } from '../../../../daemon/backend/lists/list-fronts.ts';
import { ListReader } from '../../../../daemon/backend/lists/list-reader.ts';
import { ListWorkThread } from '../../../../daemon/backend/lists/list-work-thread.ts';
import { InPlaceListWork, type ListWork } from '../../../../daemon/backend/lists/list-work.ts';
import { MemoryBlocks } from '../../../../daemon/backend/lists/memory-blocks.ts';
import { TokenLists, type SignedFile } from '../../../../daemon/backend/lists/token-lists.ts';
import { openStore, type Store } from '../../../../daemon/backend/store.ts';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import { systemRandom, uuidBytes, ruuidOf } from '../../../../daemon/base/ids.ts';
import { BACK, FRONT } from '../served-backend.ts';

export const front = uuidBytes(FRONT) as Uint8Array;
export const back = uuidBytes(BACK) as Uint8Array;

/** The parts of a backend that lists are made of, put together by hand: two doors on a virtual clock. */
export class ListsSituation {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly keys: SigningKeys;
  readonly doors: Doors;
  readonly tokens: Tokens;
  readonly validation: Validation;
  readonly blocks: EntryBlocks;
  /** Reads on the test's own connection. */
  readonly reader: ListReader;
  readonly fronts: ListFronts;
  readonly work: ListWork;
  readonly lists: TokenLists;
  #nonces = 0;

  /** In `dir`, or in memory. `work` replaces who reads the lists; it is called with the one there would be. */
  constructor(dir?: string, wrap: (work: ListWork) => ListWork = (work) => work, clock = new VirtualClock()) {
    this.clock = clock;
    this.store = openStore(dir);
    const { store } = this;
    this.keys = SigningKeys.open(store, clock, () => drawSeeds(systemRandom), 0);
    this.doors = new Doors(store);
    const { keys, doors } = this;
    for (const [uuid, name] of [[front, 'front'], [back, 'back']] as const) doors.put({ uuid, name, hasQr: true });
    this.tokens = new Tokens({ store, clock, random: systemRandom, keys, doors, audit: new Audit(store, clock), maxTokenDays: 31 });
    this.validation = new Validation({ store, commits: new SharedCommits(store), clock, keys, doors, maxTokenDays: 31 });
    this.blocks = dir === undefined ? new MemoryBlocks() : new FolderBlocks(dir);
    this.reader = new ListReader(store, this.blocks);
    this.fronts = new ListFronts(store, 86_400);
    this.work = wrap(dir === undefined ? new InPlaceListWork(this.reader) : new ListWorkThread(dir));
    this.lists = new TokenLists({ store, clock, keys, doors, fronts: this.fronts, blocks: this.blocks, work: this.work, resignAfterS: 300, lifeS: 86_400 });
  }

  issue(doors: Uint8Array[] = [front], validS = 3_600, uses?: number): { id: Uint8Array; text: string } {
    const { claims, text } = this.tokens.issue({ doors: doors.map(ruuidOf), validS, ...(uses !== undefined && { uses }) }, {});
    return { id: claims.id, text };
  }

  revoke(id: Uint8Array): void {
    this.tokens.revoke(id, {});
  }

  async use(text: string, door: Uint8Array): Promise<void> {
    await this.validation.answer({ nonce: String(++this.#nonces).padStart(26, '0'), door, code: text, seenAtMs: this.clock.wallMs() });
  }

  async close(): Promise<void> {
    await this.lists.close();
    this.store.close();
  }
}

export async function bytesOf(file: SignedFile): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await file.read(0, file.length)) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
