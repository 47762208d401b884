import { Backoff } from '../base/backoff.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { DurableState } from '../base/durable-state.ts';
import type { StoredEvent } from '../base/events.ts';
import { PosternError } from '../base/errors.ts';
import { InFlight } from '../base/in-flight.ts';
import type { Logger } from '../base/logger.ts';
import type { StatusBoard } from '../base/status.ts';
import type { RequestBackend } from './backend-request.ts';
import { EventUpload, type UploadStep } from './event-upload.ts';
import type { PassedOnLog } from './log-place.ts';
import { PictureUpload, type PictureUploadOptions } from './picture-upload.ts';
import { uploadCursor, type UploadCursor } from './upload-cursor.ts';

export interface BackendUploadOptions {
  request: RequestBackend;
  /** As events carry it. */
  doorUuid: string;
  events: PassedOnLog & { onStored(listener: (event: StoredEvent) => void): void };
  state: DurableState;
  readPicture: PictureUploadOptions['readPicture'];
  /** Of which attempts pictures are sent. */
  pictures: PictureUploadOptions['which'];
  clock: Clock;
  status: StatusBoard;
  log: Logger;
  /** 0 ≤ r < 1, for the jitter. */
  random?: () => number;
}

/** So that what belongs to one attempt goes in one request. */
const GATHER_MS = 1_000;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** A backend that takes no events is asked again this often. */
const UNSUPPORTED_RETRY_MS = 3_600_000;
/** A door at which nothing happens tells this often that it is there. */
const GREET_EVERY_MS = 300_000;
const JITTER = 0.1;

/**
 * Brings every stored event to the backend, and after it its pictures.
 *
 * INVARIANTS
 * - In order and at least once: the cursor moves when the backend has said that it has them on disk. What is sent again,
 *   it passes over.
 * - It holds nobody up: one request at a time, on a connection of its own, whenever nothing else is to do; what waits, waits
 *   in the log and not in memory [S9].
 */
export class BackendUpload {
  readonly #o: BackendUploadOptions;
  readonly #cursor: UploadCursor;
  readonly #events: EventUpload;
  readonly #pictures: PictureUpload;
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  readonly #inFlight = new InFlight();
  #timer: Timer | undefined;
  /** What the timer waits for: events that were stored give way to a retry, and are not kept waiting by a greeting. */
  #waitsFor: 'gathering' | 'retry' | 'greeting' | undefined;
  #running = false;
  /** That events were stored while it ran. */
  #storedMeanwhile = false;
  #isUnsupported = false;

  constructor(options: BackendUploadOptions) {
    const { state, clock, log, random } = options;
    this.#o = options;
    this.#cursor = uploadCursor({ state, clock, log });
    const parts = { ...options, cursor: this.#cursor, stop: this.#stopping.signal };
    this.#events = new EventUpload(parts);
    this.#pictures = new PictureUpload({ ...parts, which: options.pictures, upload: this.#events });
    this.#backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, ...(random && { random }) });
  }

  start(): void {
    this.#o.events.onStored(() => this.#stored());
    this.#wait('gathering', GATHER_MS);
  }

  /** How many events the backend does not have yet. */
  get waiting(): number {
    return this.#events.waiting?.count ?? 0;
  }

  /** Resolves when no request is under way. */
  async idle(): Promise<void> {
    await this.#inFlight.idle();
    await this.#cursor.idle();
  }

  /** Ends what is under way and writes down how far it came. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#timer?.cancel();
    await this.#inFlight.idle();
    await this.#cursor.stop();
  }

  #stored(): void {
    if (this.#running) this.#storedMeanwhile = true;
    else if (this.#waitsFor === 'greeting') this.#wait('gathering', GATHER_MS);
  }

  #wait(forWhat: 'gathering' | 'retry' | 'greeting', delayMs: number): void {
    this.#timer?.cancel();
    if (this.#stopping.signal.aborted) return;
    this.#waitsFor = forWhat;
    this.#timer = this.#o.clock.after(delayMs, () => void this.#inFlight.track(this.#run(forWhat === 'greeting')));
  }

  async #run(greets: boolean): Promise<void> {
    this.#running = true;
    this.#storedMeanwhile = false;
    const end = await this.#uploadAll(greets).catch(notRead);
    this.#running = false;
    if (this.#stopping.signal.aborted) return;
    this.#report(end);
    switch (end.kind) {
      case 'more':
      case 'done': {
        this.#backoff.reset();
        return this.#isBehind() ? this.#wait('gathering', GATHER_MS) : this.#wait('greeting', this.#jittered(GREET_EVERY_MS));
      }
      case 'away': return this.#wait('retry', this.#backoff.nextMs());
      case 'unsupported': return this.#wait('retry', this.#jittered(UNSUPPORTED_RETRY_MS));
    }
  }

  /** All events there are, then all pictures; events that are stored meanwhile go before the pictures that are left. */
  async #uploadAll(greets: boolean): Promise<UploadStep> {
    let isGreeting = greets;
    while (!this.#stopping.signal.aborted) {
      const events = await this.#events.step({ greets: isGreeting });
      isGreeting = false;
      if (events.kind === 'more') continue;
      if (events.kind !== 'done') return events;
      const pictures = await this.#pictures.step();
      if (pictures.kind !== 'more') return pictures;
    }
    return { kind: 'done' };
  }

  #report(end: UploadStep): void {
    const { status, log } = this.#o;
    if (end.kind === 'done' || end.kind === 'more') {
      this.#isUnsupported = false;
      return status.report('upload', 'ok');
    }
    const { waiting } = this.#events;
    const what = waiting ? `${waiting.count} events wait for the backend since ${new Date(waiting.sinceMs).toISOString().slice(0, 16).replace('T', ' ')} UTC.` : 'Pictures wait for the backend.';
    if (end.kind === 'unsupported' && !this.#isUnsupported) log.warn(`Events are not uploaded: ${end.detail} It is asked again every hour; set backend.uploadEvents: false to leave it be.`);
    this.#isUnsupported = end.kind === 'unsupported';
    status.report('upload', 'degraded', `${what} ${end.detail}`);
  }

  #isBehind(): boolean {
    return this.#storedMeanwhile;
  }

  #jittered(ms: number): number {
    return ms * (1 + JITTER * (2 * (this.#o.random ?? Math.random)() - 1));
  }
}

/** A log that cannot be read just now is tried again, like a backend that is away; anything else is a bug. */
function notRead(thrown: unknown): UploadStep {
  if (!(thrown instanceof PosternError)) throw thrown;
  return { kind: 'away', code: thrown.code, detail: thrown.message };
}
