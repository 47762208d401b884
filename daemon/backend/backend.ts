import type { Clock } from '../base/clock.ts';
import { PosternError } from '../base/errors.ts';
import { ruuidOf, systemRandom, uuidBytes, type RandomSource } from '../base/ids.ts';
import { silentLogger, type Logger } from '../base/logger.ts';
import { ApiKeys, type Role } from './keys/api-keys.ts';
import { Audit } from './audit.ts';
import { Doors, type DoorRecord } from './doors.ts';
import type { BackendParts } from './backend-parts.ts';
import { BackendServer, type BackendServerOptions } from './http/backend-server.ts';
import { CodeListing } from './codes/code-listing.ts';
import type { IssueRequest } from './codes/issue-request.ts';
import type { Site } from './site.ts';
import { drawSeeds, SigningKeys, type Seeds } from './keys/signing-keys.ts';
import { SharedCommits } from './shared-commits.ts';
import { openStore, type Store } from './store.ts';
import { tokenIdBytes } from './codes/token-id.ts';
import { TokenLists } from './lists/token-lists.ts';
import { Tokens, type IssuedToken } from './codes/tokens.ts';
import { Validation } from './codes/validation.ts';
import { Orders } from './orders/orders.ts';

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
}

const DAY_MS = 86_400_000;
/** A door raises an alarm after 15 minutes without a newly signed answer. */
const RESIGN_LIST_AFTER_S = 300;
const LIST_LIFE_S = 86_400;

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
    const commits = new SharedCommits(store);
    const parts: BackendParts = {
      clock, audit, doors, keys, commits,
      apiKeys: new ApiKeys(store, clock, random),
      tokens: new Tokens({ store, clock, random, keys, doors, audit, maxTokenDays }),
      codeListing: new CodeListing(store, clock),
      lists: new TokenLists({ store, clock, keys, doors, resignAfterS: RESIGN_LIST_AFTER_S, lifeS: LIST_LIFE_S }),
      validation: new Validation({ store, clock, keys, doors, maxTokenDays }),
      orders: new Orders({ clock, random, audit, commits }),
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
      return this.#parts.apiKeys.create({ role, name });
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

  /** Serves the API until it or the backend is closed; port 0 takes a free one. Throws PosternError('backend-listen', 'backend-host'). */
  async listen(at: { host: string; port: number } & BackendServerOptions): Promise<{ url: string; close: () => Promise<void> }> {
    const server = new BackendServer(this.#parts, this.#log, at);
    const url = await server.listen(at);
    this.#servers.push(server);
    return { url, close: () => server.close() };
  }

  async close(): Promise<void> {
    // First, so that whoever waits is answered before his connection is closed.
    await this.#parts.orders.close();
    await Promise.all(this.#servers.map((server) => server.close()));
    this.#store.close();
  }
}
