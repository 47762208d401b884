import type { Clock } from '../base/clock.ts';
import { PosternError } from '../base/errors.ts';
import { ruuidOf, systemRandom, uuidBytes, type RandomSource } from '../base/ids.ts';
import { silentLogger, type Logger } from '../base/logger.ts';
import { ApiKeys, type Role } from './keys/api-keys.ts';
import { KeyEndWatch } from './keys/key-end-watch.ts';
import { Keyring, type ApiKeyRequest } from './keys/keyring.ts';
import { Audit, type AuditEntry } from './audit.ts';
import { exportEvents, type ExportFormat } from './events/event-export.ts';
import { Reports, type ReportSettings } from './events/reports.ts';
import { Doors, type DoorRecord } from './doors.ts';
import type { BackendParts } from './backend-parts.ts';
import { BackendServer, type BackendServerOptions } from './http/backend-server.ts';
import { CodeListing } from './codes/code-listing.ts';
import type { IssueRequest } from './codes/issue-request.ts';
import { PassLinks } from './passes/pass-links.ts';
import { Passes } from './passes/passes.ts';
import type { Site } from './site.ts';
import { drawSeeds, SigningKeys, type Seeds } from './keys/signing-keys.ts';
import { Checkpoints } from './checkpoints.ts';
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
import { CodeIssuer, type IssuedCode } from './codes/code-issuer.ts';
import { CodePictures } from './codes/code-pictures.ts';
import { Tokens, type IssuedToken } from './codes/tokens.ts';
import { Validation } from './codes/validation.ts';
import { Orders } from './orders/orders.ts';

export interface BackendOptions extends ReportSettings {
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
  /** What the links of web passes begin with; absent: the first address it answers at. */
  publicUrl?: string;
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
  readonly #pictures: CodePictures;
  readonly #checkpoints: Checkpoints;
  readonly #log: Logger;
  readonly #servers: BackendServer[] = [];
  readonly #keyEnds: KeyEndWatch;
  /** API keys and signing keys: made, listed, changed, ended. */
  readonly keyring: Keyring;

  private constructor(store: Store, parts: BackendParts, pictures: CodePictures, checkpoints: Checkpoints, keyring: Keyring, log: Logger) {
    this.#store = store;
    this.#parts = parts;
    this.#pictures = pictures;
    this.#checkpoints = checkpoints;
    this.#log = log;
    this.keyring = keyring;
    this.#keyEnds = new KeyEndWatch({ keys: () => parts.keys.all(), clock: parts.clock, log });
  }

  /** Throws PosternError('backend-store'). */
  static async open(options: BackendOptions): Promise<Backend> {
    const { clock, random = systemRandom, maxTokenDays = 31, log = silentLogger } = options;
    const store = openStore(options.dir);
    const validFromMs = (options.oldestIssueMs ?? clock.wallMs()) - maxTokenDays * DAY_MS;
    const keys = SigningKeys.open(store, clock, () => options.seeds ?? drawSeeds(random), Math.floor(validFromMs / 1000));
    const audit = new Audit(store, clock);
    const doors = new Doors(store);
    const checkpoints = new Checkpoints(store, options.dir, clock);
    const commits = new SharedCommits(store, (works) => checkpoints.committed(works));
    const apiKeys = new ApiKeys({ store, clock, random, commits });
    const tokens = new Tokens({ store, clock, random, keys, doors, audit, maxTokenDays });
    const pictures = new CodePictures({ clock });
    const validation = new Validation({ store, commits, clock, keys, doors, maxTokenDays });
    const parts: BackendParts = {
      clock, audit, doors, keys, commits, apiKeys, tokens,
      issuer: new CodeIssuer({ commits, tokens, keys, pictures }),
      codeListing: new CodeListing(store, clock),
      lists: openLists(options, store, keys, doors),
      passes: new Passes({ store, clock, random, keys, tokens, doors, audit, links: new PassLinks(options.publicUrl) }),
      validation,
      orders: new Orders({ clock, random, audit, commits }),
      reports: new Reports({
        store, dir: options.dir, clock, random, log, commits, retention: options.retention, alerts: options.alerts, webhooks: options.webhooks,
        countOffline: (grant) => validation.countOffline(grant),
      }),
    };
    return new Backend(store, parts, pictures, checkpoints, new Keyring({ store, clock, random, audit, doors, apiKeys, keys }), log);
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
  createApiKey(role: Role, name: string = role, options: Pick<ApiKeyRequest, 'door' | 'perMinute'> = {}): string {
    return this.keyring.createApiKey({ role, name, ...options });
  }

  /** Who did what from then on, oldest first. Nothing else may be asked of the backend until it is read to its end. */
  auditSince(wallMs: number): Iterable<AuditEntry> {
    return this.#parts.audit.since(wallMs);
  }

  /** Throws ApiError for a request outside its bounds. */
  issue(request: IssueRequest, principal?: string): IssuedToken {
    return this.#parts.tokens.issue(request, { principal });
  }

  /** As `issue`, with the QR code, read back and checked. Rejects ApiError(503 'busy'), too. */
  issueWithPicture(request: IssueRequest, principal?: string): Promise<IssuedCode> {
    return this.#parts.issuer.issue(request, { principal });
  }

  /** False when it was revoked already. Throws ApiError('token-id-bad', 'token-unknown'). */
  revoke(tokenId: string, principal?: string): boolean {
    return this.#parts.tokens.revoke(tokenIdBytes(tokenId), { principal });
  }

  /** Writes the lists as files under `out`, whenever it is run. */
  listExport(out: string): ListExport {
    return new ListExport({ out, lists: this.#parts.lists, keySet: () => this.#parts.keys.keySet });
  }

  /** All events that fit, the oldest first, as text in pieces; `onProgress` is told how many there have been. */
  exportEvents(query: Parameters<typeof exportEvents>[0], format: ExportFormat, onProgress?: (events: number) => void): AsyncIterable<string> {
    return exportEvents(query, format, this.#parts, onProgress);
  }

  /** Serves the API until it or the backend is closed; port 0 takes a free one. Rejects PosternError('backend-listen', 'backend-host', 'tls-files'). */
  async listen(at: BackendServerOptions): Promise<{ url: string; close: () => Promise<void> }> {
    const server = new BackendServer(this.#parts, this.#log, at);
    const url = await server.listen();
    this.#servers.push(server);
    this.#parts.reports.start();
    this.#keyEnds.start();
    this.#parts.passes.answersAt(url);
    return { url, close: () => server.close() };
  }

  /** Has all that listens look at its TLS files now; it does so by itself every few seconds. */
  reloadTls(): void {
    for (const server of this.#servers) server.reloadTls();
  }

  /** Resolves when no webhook is being sent and nothing old is being deleted. */
  idle(): Promise<void> {
    return this.#parts.reports.idle();
  }

  async close(): Promise<void> {
    // First, so that whoever waits is answered before his connection is closed.
    await this.#parts.orders.close();
    await Promise.all(this.#servers.map((server) => server.close()));
    this.#keyEnds.stop();
    await this.#parts.reports.stop();
    await this.#pictures.close();
    this.#parts.commits.close();
    await this.#checkpoints.close();
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
