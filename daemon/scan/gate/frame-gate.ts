import type { CodeSeen, Located } from '../../base/frame.ts';
import { isAmong } from '../same-place.ts';
import type { ScanResult } from '../scan-result.ts';
import { newGrid } from './brightness-grid.ts';
import type { BrightnessGrid } from './brightness-grid.ts';
import { Gate } from './gate.ts';
import type { GateReason } from './gate.ts';
import { JpegMeter } from './jpeg-grid.ts';
import { measureLuma } from './luma-grid.ts';

/** One picture of the stream. */
export interface FramePicture {
  format: 'jpeg' | 'luma';
  bytes: Uint8Array;
  width: number;
  height: number;
  /** When its frame arrived, monotonic milliseconds. */
  atMs: number;
}

/** How a picture is to be looked at, or the answer for one that is not. */
export type Passage = { look: 'frame' | 'plain' } | { result: ScanResult };

/** A scene in which nothing moves has been looked at in every way; one heartbeat in so many is looked at in another way, too. */
const HEARTBEATS_A_LOOK = 4;
/** Codes remembered in one scene [S9]. */
const MOST_CODES = 16;

/** The gate where the pictures are: measures each before it is decoded, and remembers what was seen in a scene while it stays. */
export class FrameGate {
  readonly #gate: Gate;
  readonly #grid: BrightnessGrid = newGrid();
  readonly #jpegs = new JpegMeter();
  #codes: CodeSeen[] = [];
  #located: Located[] = [];
  #sceneMs = NaN;
  #heartbeats = 0;

  constructor(heartbeatMs: number) {
    this.#gate = new Gate(heartbeatMs);
  }

  /**
   * Takes every picture of the stream, in its order. Undefined for a JPEG that must be decompressed to be measured, or that
   * is none: its luma is then to be judged.
   */
  judge({ format, bytes, width, height, atMs }: FramePicture): Passage | undefined {
    if (format === 'luma') return this.judgeLuma(bytes, width, height, atMs);
    return this.#jpegs.measure(bytes, this.#grid) ? this.#passage(atMs) : undefined;
  }

  /** Takes the luma of a picture of the stream. */
  judgeLuma(luma: Uint8Array, width: number, height: number, atMs: number): Passage {
    measureLuma(luma, width, height, this.#grid);
    return this.#passage(atMs);
  }

  /** Takes that a picture that passed is dull; whether it may be left alone, for a heartbeat is looked at whatever it shows. */
  mayLeaveDull(atMs: number): boolean {
    return this.#gate.mayLeaveDull(atMs);
  }

  /** Takes what was found in a picture of the stream. */
  looked(atMs: number, { codes, located }: Pick<ScanResult, 'codes' | 'located'>): void {
    this.#gate.looked(atMs, { unsettled: located.length > 0 || codes.some(({ look, agreed }) => look !== undefined && agreed !== true) });
    // What one look missed is there all the same while nothing has changed.
    const before = this.#codes.filter((code) => !codes.some(({ text, quad }) => text === code.text && isAmong(quad, [code.quad])));
    this.#codes = [...codes, ...before].slice(0, MOST_CODES);
    this.#located = located;
  }

  #passage(atMs: number): Passage {
    const verdict = this.#gate.judge(this.#grid, atMs);
    if (this.#sceneMs !== this.#gate.stillSinceMs) this.#beginScene();
    if (!verdict.pass) return { result: this.#result(verdict.reason) };
    return { look: verdict.heartbeat && ++this.#heartbeats % HEARTBEATS_A_LOOK !== 0 ? 'plain' : 'frame' };
  }

  #beginScene(): void {
    this.#sceneMs = this.#gate.stillSinceMs;
    this.#codes = [];
    this.#located = [];
  }

  #result(gated: GateReason): ScanResult {
    const nothing = { codes: [], located: [], dull: gated === 'dull', lumaMs: 0, decodeMs: 0, gated };
    return gated === 'unchanged' ? { ...nothing, codes: this.#codes, located: this.#located, stillSinceMs: this.#sceneMs } : nothing;
  }
}
