import type { Clock } from '../base/clock.ts';
import { PosternError } from '../base/errors.ts';
import { ruuidOf, systemRandom, uuidBytes, type RandomSource } from '../base/ids.ts';
import { silentLogger, type Logger } from '../base/logger.ts';
import { ApiKeys, type Role } from './keys/api-keys.ts';
import { Audit } from './audit.ts';
import { Doors, type DoorRecord } from './doors.ts';
import type { BackendParts } from './backend-parts.ts';
import { BackendServer } from './http/backend-server.ts';
import type { IssueRequest } from './codes/issue-request.ts';
import type { Site } from './site.ts';
import { drawSeeds, SigningKeys, type Seeds } from './keys/signing-keys.ts';
import { SharedCommits } from './shared-commits.ts';
import { openStore, type Store } from './store.ts';
import { tokenIdBytes } from './codes/token-id.ts';
import { FolderBlocks } from './lists/folder-blocks.ts';
import { ListExport } from './lists/list-export.ts';
import { ListFronts } from './lists/list-fronts.ts';
import { ListReader } from './lists/list-reader.ts';
import { ListWorkThread } from './lists/list-work-thread.ts';
import { InPlaceListWork } from './lists/list-work.ts';
import { MemoryBlocks } from './lists/memory-blocks.ts';
import { TokenLists } from './lists/token-lists.ts';
import { Tokens, type IssuedToken } from './codes/tokens.ts';
import { Validation } from './codes/validation.ts';

export interface BackendOptions {
  /** Folder of its database; absent: it lives in memory. */
  dir?: string;
  clock: Clock;
  random?: RandomSource;
  log?: Logger;
  /** The keys of a new issuer; absent: drawn at random. */
  seeds?: Seeds;
  /** Tokens older than now that it will hold: the time its keys are valid from reaches back before them. */
  oldestIssueMs?: number;
  /** The longest time from issue to expiry. */
  maxTokenDays?: number;
  /** How long deltas lead from a version of a list to the current one. */
  listDeltasH?: number;
}

const DAY_MS = 86_400_000;
/** A door raises an alarm after 15 minutes without a newly signed answer. */
const RESIGN_LIST_AFTER_S = 300;
const LIST_LIFE_S = 86_400;
const LIST_DELTAS_H = 24;

/** The service that issues codes, answers for them and signs the doors' lists. Everything it knows is in its store. */
export class Backend {
  readonly #store: Store;
  readonly #parts: BackendParts;
  readonly #log: Logger;
  readonly #servers: BackendServer[] = [];

  private constructor(store: Store, parts: BackendParts, log: Logger) {
    this.#store = store;
    this.#parts = parts;
    this.#log = log;
  }

  /** Throws PosternError('backend-store'). */
  static async open(options: BackendOptions): Promise<Backend> {
    const { clock, random = systemRandom, maxTokenDays = 31 } = options;
    const store = openStore(options.dir);
    const validFromMs = (options.oldestIssueMs ?? clock.wallMs()) - maxTokenDays * DAY_MS;
    const keys = SigningKeys.open(store, clock, () => options.seeds ?? drawSeeds(random), Math.floor(validFromMs / 1000));
    const audit = new Audit(store, clock);
    const doors = new Doors(store);
    const parts: BackendParts = {
      clock, audit, doors, keys,
      commits: new SharedCommits(store),
      apiKeys: new ApiKeys(store, clock, random),
      tokens: new Tokens({ store, clock, random, keys, doors, audit, maxTokenDays }),
      lists: openLists(options, store, keys, doors),
      validation: new Validation({ store, clock, keys, doors, maxTokenDays }),
    };
    return new Backend(store, parts, options.log ?? silentLogger);
  }

  /** The issuing side of a recorded session, in memory: its fixed keys, doors and tokens. Throws PosternError('site-bad'). */
  static async seed(site: Site, options: Pick<BackendOptions, 'clock' | 'random' | 'log'>): Promise<Backend> {
    const oldestIssueMs = Math.min(options.clock.wallMs(), ...site.tokens.map((token) => token.claims.issuedAtS * 1000));
    const backend = await Backend.open({ ...options, seeds: site.seeds, oldestIssueMs });
    for (const door of site.doors) backend.addDoor(door);
    for (const token of site.tokens) {
      const text = backend.#parts.tokens.adopt(token.claims, token.status);
      if (token.text !== undefined && token.text !== text) throw new PosternError('site-bad', `The site's token "${token.name}" has another text than its keys and claims make. Generate the site anew.`);
    }
    return backend;
  }

  /** Raw Ed25519 public keys of 32 bytes, for the doors' root keys file. */
  rootPublicKeys(): Uint8Array[] {
    return this.#parts.keys.rootPublicKeys();
  }

  /** The secret that makes rotating codes; 32 bytes, for the door's zone master file. */
  zoneMaster(): Uint8Array {
    return this.#parts.keys.zoneMaster;
  }

  doors(): DoorRecord[] {
    return this.#parts.doors.all();
  }

  /** Adds a door or renames it. `uuid` is an RUUID or UUID. */
  addDoor(door: { uuid: string; name: string; hasQr?: boolean }): void {
    const uuid = uuidBytes(door.uuid);
    if (!uuid) throw new TypeError('a door needs an RUUID or UUID');
    this.#store.transaction(() => {
      this.#parts.doors.put({ uuid, name: door.name, hasQr: door.hasQr ?? true });
      this.#parts.audit.write('door-added', ruuidOf(uuid), {});
    }).immediate();
  }

  /** A new API key as its holder gets it: it cannot be shown again. */
  createApiKey(role: Role, name: string = role): string {
    return this.#store.transaction(() => {
      this.#parts.audit.write('api-key-created', name, {});
      return this.#parts.apiKeys.create(role, name);
    }).immediate();
  }

  /** Throws ApiError for a request outside its bounds. */
  issue(request: IssueRequest, principal?: string): IssuedToken {
    return this.#parts.tokens.issue(request, { principal });
  }

  /** False when it was revoked already. Throws ApiError('token-id-bad', 'token-unknown'). */
  revoke(tokenId: string, principal?: string): boolean {
    return this.#parts.tokens.revoke(tokenIdBytes(tokenId), { principal });
  }

  /** Writes the lists as files under `out`, whenever it is run. */
  listExport(out: string): ListExport {
    return new ListExport({ out, lists: this.#parts.lists, keySet: () => this.#parts.keys.keySet });
  }

  /** Serves the API until it or the backend is closed; port 0 takes a free one. Throws PosternError('backend-listen', 'backend-host'). */
  async listen(at: { host: string; port: number }): Promise<{ url: string; close: () => Promise<void> }> {
    const server = new BackendServer(this.#parts, this.#log);
    const url = await server.listen(at);
    this.#servers.push(server);
    return { url, close: () => server.close() };
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    await this.#parts.lists.close();
    this.#store.close();
  }
}

/** A database on disk has its lists read by a thread and their entries in files beside it; one in memory has both in memory. */
function openLists({ dir, clock, listDeltasH = LIST_DELTAS_H }: BackendOptions, store: Store, keys: SigningKeys, doors: Doors): TokenLists {
  const blocks = dir === undefined ? new MemoryBlocks() : new FolderBlocks(dir);
  const work = dir === undefined ? new InPlaceListWork(new ListReader(store, blocks)) : new ListWorkThread(dir);
  const fronts = new ListFronts(store, listDeltasH * 3_600);
  return new TokenLists({ store, clock, keys, doors, fronts, blocks, work, resignAfterS: RESIGN_LIST_AFTER_S, lifeS: LIST_LIFE_S });
}
