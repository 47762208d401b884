import type { CodeSeen, Located } from '../../base/frame.ts';
import { isAmong } from '../same-place.ts';
import type { ScanResult } from '../scan-result.ts';
import { newGrid } from './brightness-grid.ts';
import type { BrightnessGrid } from './brightness-grid.ts';
import { Gate } from './gate.ts';
import type { GateReason } from './gate.ts';
import { measureJpeg } from './jpeg-grid.ts';
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
  #codes: CodeSeen[] = [];
  #located: Located[] = [];
  #sceneMs = NaN;
  #heartbeats = 0;

  constructor(heartbeatMs: number) {
    this.#gate = new Gate(heartbeatMs);
  }

  /** Takes every picture of the stream, in its order. */
  judge(picture: FramePicture): Passage {
    const startedMs = performance.now();
    const verdict = this.#gate.judge(this.#measured(picture), picture.atMs);
    if (this.#sceneMs !== this.#gate.stillSinceMs) this.#beginScene();
    if (!verdict.pass) return { result: this.#result(verdict.reason, performance.now() - startedMs) };
    return { look: verdict.heartbeat && ++this.#heartbeats % HEARTBEATS_A_LOOK !== 0 ? 'plain' : 'frame' };
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

  #measured({ format, bytes, width, height }: FramePicture): BrightnessGrid | undefined {
    if (format === 'jpeg') return measureJpeg(bytes, this.#grid) ? this.#grid : undefined;
    measureLuma(bytes, width, height, this.#grid);
    return this.#grid;
  }

  #beginScene(): void {
    this.#sceneMs = this.#gate.stillSinceMs;
    this.#codes = [];
    this.#located = [];
  }

  #result(gated: GateReason, lumaMs: number): ScanResult {
    const nothing = { codes: [], located: [], dull: gated === 'dull', lumaMs, decodeMs: 0, gated };
    return gated === 'unchanged' ? { ...nothing, codes: this.#codes, located: this.#located, stillSinceMs: this.#sceneMs } : nothing;
  }
}
