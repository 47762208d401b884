import { createHash } from 'node:crypto';
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf, PosternError } from '../base/errors.ts';
import type { ClockTrust, EventDraft, PictureKind, PictureRef } from '../base/events.ts';
import type { Frame, Quad } from '../base/frame.ts';
import { InFlight } from '../base/in-flight.ts';
import type { Logger } from '../base/logger.ts';
import type { StatusBoard } from '../base/status.ts';
import type { Verdict } from '../base/verdict.ts';
import { FrameRing, lean, type KeptFrame, type Sighting } from './frame-ring.ts';
import { PictureStore } from './picture-store.ts';
import { safePicture, type FindCodes } from './safe-picture.ts';

/** A phone held to the lens hides its owner: who came is to be seen before, and after. */
const APPROACH_BEFORE_MS = 1_500;
const ENTRY_AFTER_MS = 2_000;
/** A frame nearer to the scan than this shows what the scan shows. */
const APART_MS = 250;
/** How long after it is due an entry picture is waited for while the camera gives no frames. */
const ENTRY_PATIENCE_MS = 3_000;
/** A code read within so long of a picture may be in it, unread. */
const SIGHTING_WITHIN_MS = 400;
/** A camera gives several frames a second: an older one is not what it sees now. */
const NOW_MS = 2_000;
const MAX_JOBS = 16;
const MAX_ENTRIES = 16;
const RING = { everyMs: 250, spanMs: 3_000, maxBytes: 24 * 1024 * 1024 };
const DEFAULT_KEEP_FREE_BYTES = 64 * 1024 * 1024;

export interface EvidenceOptions {
  dir: string;
  /** Of which attempts pictures are kept. */
  keep: 'off' | 'denied' | 'all';
  maxAgeMs: number;
  maxBytes: number;
  /** Disk space left to events [S3]; 64 MiB unless told. */
  keepFreeBytes?: number;
  clock: Clock;
  clockTrust: () => ClockTrust;
  log: Logger;
  /** Told of the part `evidence`. */
  status?: StatusBoard;
  /** Looks at each picture before it is stored, one at a time [S7]. */
  findCodes: FindCodes;
  /** Takes evidence-stored, -failed and -deleted. Pictures are deleted when the promise has resolved. */
  onEvent: (draft: EventDraft) => Promise<unknown> | void;
}

/** An entry picture that is still to be taken. */
interface Entry {
  attemptId: string;
  scanMs: number;
  timer: Timer;
}

/** What is to become a picture; everything that is known of it is taken along, for the ring goes on. */
interface Shot extends KeptFrame {
  kind: PictureKind;
  sightings: Sighting[];
}

/**
 * Three pictures of an attempt: the approach (about 1.5 s before), the scan, the entry (about 2 s after), told in two
 * evidence-stored events, so that a power cut between them leaves two pictures that the log vouches for.
 *
 * INVARIANTS
 * - Nothing here ever fails an attempt: `remember` and `capture` return at once and do not throw; what goes wrong is an evidence-failed event.
 * - [S7] No frame leaves memory but through `safePicture`.
 * - One picture is worked on at a time, in the order of the attempts; how many wait is bounded [S9].
 */
export class Evidence {
  readonly #o: EvidenceOptions;
  readonly #store: PictureStore;
  readonly #ring = new FrameRing(RING);
  readonly #inFlight = new InFlight();
  #entries: Entry[] = [];
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: EvidenceOptions, store: PictureStore) {
    this.#o = options;
    this.#store = store;
  }

  /** Rejects with PosternError('evidence-folder'). */
  static async open(options: EvidenceOptions): Promise<Evidence> {
    const store = await PictureStore.open({ keepFreeBytes: DEFAULT_KEEP_FREE_BYTES, ...options });
    return new Evidence(options, store);
  }

  /** Takes each frame that was looked at, with where codes were read in it. */
  remember(frame: Frame, codes: Quad[]): void {
    if (this.#o.keep === 'off' || this.#closed) return;
    this.#ring.remember(frame, codes);
    if (frame.isShort) return;
    const due = this.#entries.filter(({ scanMs }) => frame.arrivedMs - scanMs >= ENTRY_AFTER_MS);
    for (const entry of due) this.#finish(entry, { frame: lean(frame), codes });
  }

  /** Keeps pictures of an attempt that had this outcome in this frame. */
  capture(attemptId: string, outcome: Verdict['outcome'], frame: Frame, codes: Quad[]): void {
    if (this.#o.keep === 'off' || (this.#o.keep === 'denied' && outcome === 'granted') || this.#closed) return;
    const approach = this.#ring.nearest(frame.arrivedMs - APPROACH_BEFORE_MS, frame.arrivedMs - APART_MS);
    const shots = [this.#shot('scan', { frame: lean(frame), codes })];
    if (approach) shots.unshift(this.#shot('approach', approach));
    this.#shoot(attemptId, shots);
    this.#awaitEntry(attemptId, frame.arrivedMs);
  }

  /** Keeps what the camera sees now, of which somebody asked for a picture. */
  captureNow(id: string): 'taken' | 'no-picture' | 'pictures-off' {
    if (this.#o.keep === 'off') return 'pictures-off';
    const { newest } = this.#ring;
    const isNow = newest && this.#o.clock.monotonicMs() - newest.frame.arrivedMs <= NOW_MS;
    if (!isNow || this.#closed || this.#inFlight.size >= MAX_JOBS) return 'no-picture';
    this.#shoot(id, [this.#shot('scan', newest)]);
    return 'taken';
  }

  /** Deletes what is too old or too much. Rejects when the folder or the log fails. */
  prune(): Promise<void> {
    return this.#inTurn(() => this.#store.prune());
  }

  /** Keeps the pictures of an attempt from being deleted, until `release`. */
  hold(attemptId: string): Promise<void> {
    return this.#inTurn(() => this.#store.hold(attemptId));
  }

  release(attemptId: string): Promise<void> {
    return this.#inTurn(() => this.#store.release(attemptId));
  }

  /** Deletes the pictures of an attempt; resolves to how many. Rejects with PosternError('evidence-held') while they are held. */
  erase(attemptId: string): Promise<number> {
    return this.#inTurn(() => this.#store.erase(attemptId));
  }

  /** Resolves when no picture is being worked on; an entry picture that is still to be taken is not waited for. */
  idle(): Promise<void> {
    return this.#inFlight.idle();
  }

  /** Takes the entry pictures that are outstanding from what there is, and stores what is under way. */
  async close(): Promise<void> {
    for (const entry of this.#entries) this.#finish(entry, this.#ring.newest);
    this.#closed = true;
    await this.idle();
  }

  #awaitEntry(attemptId: string, scanMs: number): void {
    const [oldest] = this.#entries;
    if (oldest && this.#entries.length >= MAX_ENTRIES) this.#finish(oldest, this.#ring.newest);
    const timer = this.#o.clock.after(ENTRY_AFTER_MS + ENTRY_PATIENCE_MS, () => this.#finish(entry, this.#ring.newest));
    const entry = { attemptId, scanMs, timer };
    this.#entries.push(entry);
  }

  /** Takes the entry picture, if `kept` is one and no second look at the scan. */
  #finish(entry: Entry, kept: KeptFrame | undefined): void {
    entry.timer.cancel();
    this.#entries = this.#entries.filter((other) => other !== entry);
    if (kept && kept.frame.arrivedMs - entry.scanMs >= APART_MS) this.#shoot(entry.attemptId, [this.#shot('entry', kept)]);
  }

  #shot(kind: PictureKind, kept: KeptFrame): Shot {
    return { kind, ...kept, sightings: this.#ring.sightingsAround(kept.frame, SIGHTING_WITHIN_MS) };
  }

  #shoot(attemptId: string, shots: Shot[]): void {
    const tooMany = this.#inFlight.size >= MAX_JOBS;
    if (tooMany) void this.#inFlight.track(this.#tell({ type: 'evidence-failed', attemptId, detail: 'Too many pictures wait for the disk.' }));
    else void this.#inTurn(() => this.#develop(attemptId, shots));
  }

  async #develop(attemptId: string, shots: Shot[]): Promise<void> {
    const pictures: PictureRef[] = [];
    for (const shot of shots) {
      try {
        pictures.push(await this.#keep(attemptId, shot));
        this.#o.status?.report('evidence', 'ok');
      } catch (thrown) {
        await this.#failed(attemptId, shot.kind, thrown);
      }
    }
    if (pictures.length > 0) await this.#tell({ type: 'evidence-stored', attemptId, pictures });
  }

  async #keep(attemptId: string, { kind, frame, codes, sightings }: Shot): Promise<PictureRef> {
    const { jpeg, width, height } = await safePicture(frame, codes, sightings, this.#o.findCodes);
    const sha256 = createHash('sha256').update(jpeg).digest('hex');
    return { kind, file: await this.#store.put(attemptId, kind, jpeg), sha256, width, height };
  }

  async #failed(attemptId: string, kind: PictureKind, thrown: unknown): Promise<void> {
    const detail = `${kind}: ${messageOf(thrown)}`;
    this.#o.status?.report('evidence', 'degraded', `A picture could not be kept. ${messageOf(thrown)}`);
    await this.#tell({ type: 'evidence-failed', attemptId, detail });
  }

  async #tell(draft: EventDraft): Promise<void> {
    try {
      await this.#o.onEvent(draft);
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      this.#o.log.error(`An event of the evidence could not be written: ${thrown.message}`, { type: draft.type });
    }
  }

  #inTurn<T>(job: () => Promise<T>): Promise<T> {
    const done = this.#last.then(job);
    this.#last = done.then(() => undefined, () => undefined);
    return this.#inFlight.track(done);
  }
}
