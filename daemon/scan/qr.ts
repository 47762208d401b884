import type { Clock } from '../base/clock.ts';
import { PosternError, messageOf } from '../base/errors.ts';
import type { Frame } from '../base/frame.ts';
import type { StatusBoard } from '../base/status.ts';
import type { DecodeRequest } from './decode-thread.ts';
import { Decoder } from './decoder.ts';
import { GateTally, type GateCounts } from './gate/gate-tally.ts';
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
  /** Whether each frame's brightness is measured (`histogram`, `codeHistogram`): for a camera or a light that is steered by it. */
  measuresLight?: boolean;
  /** Told, with the reason, each time a decoder was lost and another one is started. */
  onReplaced?: (why: string) => void;
  /** Told of the parts `decoder` and, where there is one, `gate`. */
  status?: StatusBoard;
  /** Another worker instead of `qr-worker`; tests pass one that hangs, crashes or does not start. */
  workerFile?: URL;
}

/** How a frame is read. */
export interface ReadOptions {
  insist?: boolean;
  halvings?: number;
}

type Way = Pick<DecodeRequest, 'look' | 'halvings'>;

/**
 * Reads QR codes from frames, off the main thread. A picture that cannot be read is an answer with a `problem`, never
 * a failure; a decoder that hangs or crashes costs the frame it was at and those that come until another one is warm.
 */
export class QrReader {
  /** Bigger pictures are not looked at. */
  readonly maxPixels: number;
  readonly #slot: PictureSlot;
  readonly #decoder: Decoder;
  readonly #tally: GateTally | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** Reads that have not come to their end. */
  #waiting = 0;

  private constructor({ maxPixels = 25_000_000, extraLookMs = 0, lookCosts = 'measured', gateHeartbeatMs = 0, measuresLight = false, ...options }: QrReaderOptions) {
    this.maxPixels = maxPixels;
    this.#slot = new PictureSlot(maxPixels);
    if (options.status && gateHeartbeatMs > 0) this.#tally = new GateTally(options.status);
    this.#decoder = new Decoder({ ...options, setup: { maxPixels, extraLookMs, lookCosts, gateHeartbeatMs, measuresLight } });
  }

  /** Resolves when the decoder is warm. Rejects with PosternError('decoder-missing') when it does not start. */
  static async open(options: QrReaderOptions): Promise<QrReader> {
    const reader = new QrReader(options);
    try {
      await reader.#decoder.ready;
    } catch (thrown) {
      await reader.close();
      throw new PosternError('decoder-missing', `The QR decoder does not start (${messageOf(thrown)}). Install the packages again with "npm ci".`, { cause: thrown });
    }
    return reader;
  }

  /** Frames since the start by what became of them; undefined without a gate. */
  get frames(): GateCounts | undefined {
    return this.#tally?.counts;
  }

  /** How many decoders were lost. */
  get replaced(): number {
    return this.#decoder.replaced;
  }

  /**
   * Looks at one frame, at its luma if it has it, else at its JPEG. The gate may keep it from the decoder, and the result
   * tells why, unless one insists. A second one that comes meanwhile waits its turn: the
   * pipeline asks for one at a time, and beside it only the evidence looks over its pictures, one at a time too [S9].
   * With `halvings` a JPEG comes back in colour, too, so many times halved (`small`), if it was decompressed for the look.
   */
  async read(frame: Frame, { insist = false, halvings }: ReadOptions = {}): Promise<ScanResult> {
    const result = await this.#inTurn(frame, { look: insist ? 'insist' : 'frame', ...(halvings !== undefined && { halvings }) });
    if (!insist) this.#tally?.count(result.gated, frame.arrivedMs);
    return result;
  }

  /**
   * Looks at one picture in every way there is: for pictures of which no second one comes. What the plain pass reads ends
   * it, and so do two looks that agree, unless `alsoUnread` codes are wanted: then the first code that is seen at all does.
   * Each look waits its turn, so that frames that come meanwhile are read between them.
   */
  async readThoroughly(frame: Frame, { alsoUnread = false }: { alsoUnread?: boolean } = {}): Promise<ScanResult> {
    let result = await this.#inTurn(frame, { look: 'plain' });
    for (let look = 0; look < looks.length && result.problem === undefined && !result.dull; look++) {
      if (alsoUnread ? result.codes.length + result.located.length > 0 : isSettled(result)) break;
      result = joined(result, await this.#inTurn(frame, { look }));
    }
    return result;
  }

  /** Looks at one picture once, past the gate: for a small one of which the next comes soon. */
  readPlainly(frame: Frame): Promise<ScanResult> {
    return this.#inTurn(frame, { look: 'plain' });
  }

  #inTurn(frame: Frame, way: Way): Promise<ScanResult> {
    const result = this.#waiting === 0 ? this.#readNow(frame, way) : this.#last.then(() => this.#readNow(frame, way));
    const done = (): void => void this.#waiting--;
    this.#waiting++;
    this.#last = result.then(done, done);
    return result;
  }

  async #readNow(frame: Frame, way: Way): Promise<ScanResult> {
    // A frame that waited for the next decoder would be stale when it is up [S4].
    const { absence } = this.#decoder;
    if (absence !== undefined) return unread(absence);
    const request = this.#slot.fill(frame);
    if (typeof request === 'string') return unread(request);
    return this.#decoder.ask({ ...request, ...way }).catch((thrown: unknown) => unread(`The picture was given up: ${messageOf(thrown)}.`));
  }

  /** Ends the decoder, whatever it is at. A read under way resolves with a problem. */
  close(): Promise<void> {
    return this.#decoder.close();
  }
}
