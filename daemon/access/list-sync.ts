import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { sleep } from '../base/clock.ts';
import type { DurableState } from '../base/durable-state.ts';
import { PosternError } from '../base/errors.ts';
import type { EventDraft } from '../base/events.ts';
import type { KeySet } from '../base/key-set.ts';
import type { Logger } from '../base/logger.ts';
import type { StatusBoard } from '../base/status.ts';
import { BackendConnection, type BackendAddress } from './backend-connection.ts';
import { IssuerDownload } from './issuer-download.ts';
import { KeySetStore } from './key-set-store.ts';
import { ListAlarm } from './list-alarm.ts';
import { ListFollower } from './list-follower.ts';
import { SyncReport } from './sync-report.ts';
import { TokenListStore } from './token-list-store.ts';
import type { TokenListReader } from './token-list.ts';
import type { TrustedTime } from './trusted-time.ts';

export interface ListSyncOptions {
  /** Absent: nothing is fetched, and the door goes by what it has. */
  backend?: BackendAddress | undefined;
  /** State folder for key set and list; it exists. */
  dir: string;
  /** This door, 16 bytes. */
  door: Uint8Array;
  /** The root public keys the device was given, 32 bytes each. */
  roots: readonly Uint8Array[];
  pollMs: number;
  maxListAgeMs: number;
  clock: Clock;
  time: TrustedTime;
  state: DurableState;
  status: StatusBoard;
  log: Logger;
  onEvent: (draft: EventDraft) => void;
  /** 0 ≤ r < 1, for the jitter. */
  random?: () => number;
}

/** The ways to what the issuer signed. */
interface Issuer {
  download: IssuerDownload;
  follower: ListFollower;
}

/** Polls come up to a tenth earlier or later, so that a fleet spreads out. */
const JITTER = 0.1;
const FIRST_RETRY_MS = 5_000;
/** After which a sync is given up, however lively: a trickle could last for ever. */
const SYNC_LIMIT_MS = 600_000;

/**
 * Keeps what the issuer signed, its keys and this door's list, as new as the backend lets it.
 *
 * Nothing is trusted for where it came from: both are verified before they are stored, and again at every start. Whatever
 * fails, the set and the list in hand stand, until the list is too old to decide by (list-alarm.ts tells).
 */
export class ListSync {
  readonly #o: ListSyncOptions;
  readonly #keySets: KeySetStore;
  readonly #lists: TokenListStore;
  readonly #alarm: ListAlarm;
  readonly #report: SyncReport;
  readonly #connection: BackendConnection | undefined;
  readonly #issuer: Issuer | undefined;
  readonly #stopping = new AbortController();
  /** Of what was accepted; what was refused is fetched again. */
  #keySetTag: string | undefined;
  #syncing: Promise<boolean> | undefined;
  #polling: Promise<void> | undefined;

  private constructor(options: ListSyncOptions) {
    this.#o = options;
    const { dir, door, roots, state, time, clock, status, log, maxListAgeMs, backend, onEvent } = options;
    this.#keySets = new KeySetStore({ dir, roots, state, time });
    this.#lists = new TokenListStore({ dir, door, state, time, keys: () => this.keys() });
    this.#alarm = new ListAlarm({ clock, status, maxListAgeMs, onEvent, nowMs: () => time.nowMs(), list: () => this.list()?.head });
    this.#report = new SyncReport({ status, log, onEvent, alarm: this.#alarm, hasKeys: () => this.keys() !== undefined });
    if (!backend) return;
    this.#connection = new BackendConnection(backend);
    const download = new IssuerDownload({ connection: this.#connection, clock, dir, door, onServerTime: (serverMs) => time.confirm(serverMs) });
    this.#issuer = { download, follower: new ListFollower({ download, lists: this.#lists, clock, log }) };
  }

  /** Takes up what is stored, verified again. What is no longer good is left aside with an event. */
  static async open(options: ListSyncOptions): Promise<ListSync> {
    const sync = new ListSync(options);
    await sync.#attempt(() => sync.#loadKeySet());
    await sync.#attempt(() => sync.#lists.load());
    return sync;
  }

  /** The accepted key set. */
  keys(): KeySet | undefined {
    return this.#keySets.current;
  }

  /** The accepted list, fresh or not. To be asked for anew each time: an old reader is closed at the swap. */
  list(): TokenListReader | undefined {
    return this.#lists.reader;
  }

  /** Why the list is too old, in a sentence; undefined while it is not. */
  get listStale(): string | undefined {
    return this.#alarm.raised;
  }

  start(): void {
    this.#alarm.start();
    if (this.#issuer) this.#polling ??= this.#poll(this.#issuer);
  }

  /** Fetches what is new, now. What fails is in the status and the log. */
  async syncNow(): Promise<void> {
    if (this.#issuer && !this.#stopping.signal.aborted) await this.#sync(this.#issuer);
  }

  /** Resolves when no sync is under way. */
  async idle(): Promise<void> {
    await this.#syncing;
  }

  /** Ends what is under way and lets go of the list. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#alarm.stop();
    await this.#polling;
    await this.#syncing;
    this.#connection?.close();
    this.#lists.close();
  }

  async #poll(issuer: Issuer): Promise<void> {
    const { clock, pollMs, random = Math.random } = this.#o;
    const { signal } = this.#stopping;
    const backoff = new Backoff({ firstMs: Math.min(FIRST_RETRY_MS, pollMs), maxMs: pollMs, random });
    while (!signal.aborted) {
      const inStep = await this.#sync(issuer);
      if (inStep) backoff.reset();
      await sleep(clock, inStep ? pollMs * (1 + JITTER * (2 * random() - 1)) : backoff.nextMs(), signal);
    }
  }

  /** One at a time; whoever asks meanwhile gets the outcome of the one under way. */
  #sync(issuer: Issuer): Promise<boolean> {
    this.#syncing ??= this.#syncBoth(issuer).finally(() => (this.#syncing = undefined));
    return this.#syncing;
  }

  async #syncBoth({ download, follower }: Issuer): Promise<boolean> {
    const abort = new AbortController();
    const giveUp = (): void => abort.abort();
    const timer = this.#o.clock.after(SYNC_LIMIT_MS, giveUp);
    this.#stopping.signal.addEventListener('abort', giveUp);
    const keysDone = await this.#attempt(() => this.#syncKeySet(download, abort.signal));
    const listDone = await this.#attempt(() => this.#syncList(follower, abort.signal));
    this.#stopping.signal.removeEventListener('abort', giveUp);
    timer.cancel();
    return keysDone && listDone;
  }

  async #loadKeySet(): Promise<void> {
    await this.#keySets.load();
    this.#report.keySetStands();
    const keys = this.keys();
    if (keys) await this.#lists.applyKeys(keys);
  }

  async #syncKeySet(download: IssuerDownload, signal: AbortSignal): Promise<void> {
    const fetched = await download.keySet(this.keys() && this.#keySetTag, signal);
    const outcome = fetched ? await this.#keySets.offer(fetched.body) : 'same';
    if (fetched) this.#keySetTag = fetched.etag;
    const keys = this.keys();
    this.#report.keySetStands(outcome === 'accepted' && keys ? { type: 'key-set-accepted', version: keys.version } : undefined);
    // Each time, for the last time it may have failed half way.
    if (keys) await this.#lists.applyKeys(keys);
  }

  async #syncList(follower: ListFollower, signal: AbortSignal): Promise<void> {
    const outcome = await follower.follow(signal);
    const head = this.list()?.head;
    this.#report.listStands(outcome === 'accepted' && head ? { type: 'list-accepted', version: head.version, entries: head.count } : undefined);
  }

  /** True when `work` came to its end; false when the environment was against it, which is told. A bug is thrown on. */
  async #attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      if (!this.#stopping.signal.aborted) this.#report.failed(thrown);
      return false;
    }
  }
}
