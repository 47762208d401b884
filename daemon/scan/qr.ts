import { Backoff } from '../base/backoff.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { PosternError, messageOf } from '../base/errors.ts';
import type { Frame } from '../base/frame.ts';
import { InFlight } from '../base/in-flight.ts';
import type { StatusBoard } from '../base/status.ts';
import type { DecodeRequest } from './decode-thread.ts';
import { DecodeThread, qrWorkerFile } from './decode-thread.ts';
import { GateTally } from './gate/gate-tally.ts';
import { looks } from './looks.ts';
import { PictureSlot } from './picture-slot.ts';
import { isSettled, joined, unread } from './scan-result.ts';
import type { ScanResult } from './scan-result.ts';

export interface QrReaderOptions {
  clock: Clock;
  /** A look that takes longer is given up, and its thread with it. Milliseconds. */
  deadlineMs: number;
  /** Bigger pictures are not looked at; 25 million unless told. */
  maxPixels?: number;
  /** What extra looks at a frame that the plain pass did not read may cost on average, milliseconds; 0 or absent: none are made. */
  extraLookMs?: number;
  /** What a look costs: 'measured' on this machine (default), or 'nominal', so that a recording is looked at alike everywhere. */
  lookCosts?: 'measured' | 'nominal';
  /** For no longer than this no frame is decoded, however little happens in front of the camera, milliseconds; 0 or absent: each one is. */
  gateHeartbeatMs?: number;
  /** Told, with the reason, each time a decoder was lost and another one is started. */
  onReplaced?: (why: string) => void;
  /** Told of the parts `decoder` and, where there is one, `gate`. */
  status?: StatusBoard;
  /** Another worker instead of `qr-worker`; tests pass one that hangs, crashes or does not start. */
  workerFile?: URL;
}

/** From a slow card a decoder is up after some seconds. */
const START_DEADLINE_MS = 30_000;

/**
 * Reads QR codes from frames, off the main thread. A picture that cannot be read is an answer with a `problem`, never
 * a failure; a decoder that hangs or crashes costs the frame it was at and those that come until another one is warm.
 */
export class QrReader {
  /** Bigger pictures are not looked at. */
  readonly maxPixels: number;
  readonly #o: QrReaderOptions;
  readonly #slot: PictureSlot;
  readonly #tally: GateTally | undefined;
  readonly #ending = new InFlight();
  readonly #backoff = new Backoff({ firstMs: 500, maxMs: 30_000 });
  #thread: DecodeThread;
  #restart: Timer | undefined;
  #replaced = 0;
  #last: Promise<unknown> = Promise.resolve();
  /** Reads that have not come to their end. */
  #waiting = 0;
  #closed = false;

  private constructor(options: QrReaderOptions) {
    this.#o = options;
    this.maxPixels = options.maxPixels ?? 25_000_000;
    this.#slot = new PictureSlot(this.maxPixels);
    if (options.status && options.gateHeartbeatMs) this.#tally = new GateTally(options.status);
    this.#thread = this.#startThread();
  }

  /** Resolves when the decoder is warm. Rejects with PosternError('decoder-missing') when it does not start. */
  static async open(options: QrReaderOptions): Promise<QrReader> {
    const reader = new QrReader(options);
    try {
      await reader.#thread.ready;
    } catch (thrown) {
      await reader.close();
      throw new PosternError('decoder-missing', `The QR decoder does not start (${messageOf(thrown)}). Install the packages again with "npm ci".`, { cause: thrown });
    }
    return reader;
  }

  /** How many decoders were lost. */
  get replaced(): number {
    return this.#replaced;
  }

  /**
   * Looks at one frame, at its luma if it has it, else at its JPEG. The gate may keep it from the decoder, and the result
   * tells why, unless one insists. A second one that comes meanwhile waits its turn: the
   * pipeline asks for one at a time, and beside it only the evidence looks over its pictures, one at a time too [S9].
   */
  async read(frame: Frame, { insist = false }: { insist?: boolean } = {}): Promise<ScanResult> {
    const result = await this.#inTurn(frame, insist ? 'insist' : 'frame');
    if (!insist) this.#tally?.count(result.gated, frame.arrivedMs);
    return result;
  }

  /**
   * Looks at one picture in every way there is: for pictures of which no second one comes. What the plain pass reads ends
   * it, and so do two looks that agree, unless `alsoUnread` codes are wanted: then the first code that is seen at all does.
   * Each look waits its turn, so that frames that come meanwhile are read between them.
   */
  async readThoroughly(frame: Frame, { alsoUnread = false }: { alsoUnread?: boolean } = {}): Promise<ScanResult> {
    let result = await this.#inTurn(frame, 'plain');
    for (let look = 0; look < looks.length && result.problem === undefined && !result.dull; look++) {
      if (alsoUnread ? result.codes.length + result.located.length > 0 : isSettled(result)) break;
      result = joined(result, await this.#inTurn(frame, look));
    }
    return result;
  }

  #inTurn(frame: Frame, look: DecodeRequest['look']): Promise<ScanResult> {
    const result = this.#waiting === 0 ? this.#readNow(frame, look) : this.#last.then(() => this.#readNow(frame, look));
    const done = (): void => void this.#waiting--;
    this.#waiting++;
    this.#last = result.then(done, done);
    return result;
  }

  async #readNow(frame: Frame, look: DecodeRequest['look']): Promise<ScanResult> {
    // A frame that waited for the next decoder would be stale when it is up [S4].
    if (!this.#thread.isUp) return unread(this.#closed ? 'The reader is closed.' : 'The decoder is being started again.');
    const request = this.#slot.fill(frame);
    if (typeof request === 'string') return unread(request);
    return this.#ask({ ...request, look });
  }

  /** Ends the decoder, whatever it is at. A read under way resolves with a problem. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#restart?.cancel();
    this.#giveUp(this.#thread, 'the reader was closed');
    await this.#ending.idle();
  }

  async #ask(request: DecodeRequest): Promise<ScanResult> {
    const thread = this.#thread;
    const { clock, deadlineMs } = this.#o;
    const deadline = clock.after(deadlineMs, () => this.#giveUp(thread, `the decoder took over ${deadlineMs} ms`));
    try {
      return await thread.ask(request);
    } catch (thrown) {
      return unread(`The picture was given up: ${messageOf(thrown)}.`);
    } finally {
      deadline.cancel();
    }
  }

  #startThread(): DecodeThread {
    const thread = new DecodeThread(this.#o.workerFile ?? qrWorkerFile, { maxPixels: this.maxPixels, extraLookMs: this.#o.extraLookMs ?? 0, lookCosts: this.#o.lookCosts ?? 'measured', gateHeartbeatMs: this.#o.gateHeartbeatMs ?? 0 }, (why, wasUp) => this.#lost(why, wasUp));
    const deadline = this.#o.clock.after(START_DEADLINE_MS, () => this.#giveUp(thread, `the decoder was not ready after ${START_DEADLINE_MS} ms`));
    const started = (): void => {
      deadline.cancel();
      if (thread.isUp) this.#o.status?.report('decoder', 'ok');
    };
    thread.ready.then(started, started);
    return thread;
  }

  #giveUp(thread: DecodeThread, why: string): void {
    void this.#ending.track(thread.end(why));
  }

  #lost(why: string, wasUp: boolean): void {
    if (this.#closed) return;
    this.#replaced++;
    if (wasUp) {
      this.#backoff.reset();
      this.#thread = this.#startThread();
    } else {
      this.#restart = this.#o.clock.after(this.#backoff.nextMs(), () => {
        this.#thread = this.#startThread();
      });
    }
    this.#o.status?.report('decoder', 'degraded', `It is started again: ${why}.`);
    this.#o.onReplaced?.(why);
  }
}
