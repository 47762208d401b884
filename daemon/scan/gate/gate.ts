import type { BrightnessGrid } from './brightness-grid.ts';
import { isBlurred } from './blurredness.ts';
import { SceneWatch } from './scene-watch.ts';

/** Why a picture was not decoded. */
export type GateReason = 'unchanged' | 'dull' | 'blurred';

/** What is to be done with a picture. */
export type GateVerdict =
  /** `heartbeat`: it shows nothing new and is looked at because none was for a while. */
  | { pass: true; heartbeat: boolean }
  | { pass: false; reason: GateReason };

/** What a look at a picture came to, as far as it matters for the next one. */
export interface LookedAt {
  /** Codes in it are still unread, or read only in a way that another look must confirm. */
  unsettled: boolean;
}

/** Each extra look has had its turn several times by then, at ten pictures a second. */
const AWAKE_AFTER_CHANGE_MS = 3_000;
/** Nobody holds a code still for longer; what is then still unread hangs on the wall. */
const AWAKE_FOR_UNREAD_MS = 60_000;
/** The first heartbeat of a scene comes after this share of the longest wait, and each wait is twice as long as the one before. */
const FIRST_HEARTBEAT = 1 / 8;
const SLOWER = 2;
/** Too small for a code and for a verdict: whatever comes so is looked at. */
const LEAST_CELLS_A_SIDE = 4;

/**
 * Decides which pictures of a stream are worth decoding. A picture that shows something new always is, and so are those that
 * follow it until nothing more can be expected of them; then one heartbeat a while, whatever the picture shows, and the longer
 * nothing happens the fewer: what one heartbeat in a scene did not see, the next one hardly will.
 *
 * Times are the arrivals of the frames, so that a recording is decided on alike every time.
 */
export class Gate {
  readonly #heartbeatMs: number;
  readonly #watch = new SceneWatch();
  #stillSinceMs = -Infinity;
  #lookedAtMs = -Infinity;
  /** Set when a scene begins; the first picture is the first scene's. */
  #heartbeatGapMs = 0;
  #unsettled = false;
  /** Since when something was unsettled in this scene, again and again perhaps. */
  #unsettledSinceMs: number | undefined;
  #dull = false;

  /** `heartbeatMs`: for no longer than this no picture is looked at. */
  constructor(heartbeatMs: number) {
    this.#heartbeatMs = heartbeatMs;
  }

  /** Arrival of the first picture that showed what all have shown since. */
  get stillSinceMs(): number {
    return this.#stillSinceMs;
  }

  /** Takes every picture in its turn. */
  judge(grid: BrightnessGrid, atMs: number): GateVerdict {
    const isTiny = Math.min(grid.columns, grid.rows) < LEAST_CELLS_A_SIDE;
    if (isTiny || this.#watch.hasChanged(grid)) this.#changed(atMs);
    const late = this.#isLate(atMs);
    if (!this.#isAwake(atMs)) return late ? { pass: true, heartbeat: true } : { pass: false, reason: this.#dull ? 'dull' : 'unchanged' };
    if (!isTiny && !late && isBlurred(grid)) return { pass: false, reason: 'blurred' };
    return { pass: true, heartbeat: false };
  }

  /** Takes that a picture that passed is black, blown out or flat. Whether it may be left alone: a heartbeat is looked at whatever it shows. */
  mayLeaveDull(atMs: number): boolean {
    this.#dull = true;
    return !this.#isLate(atMs);
  }

  /** Takes what came of looking at a picture. */
  looked(atMs: number, { unsettled }: LookedAt): void {
    if (!this.#isAwake(atMs)) this.#heartbeatGapMs = Math.min(this.#heartbeatGapMs * SLOWER, this.#heartbeatMs);
    this.#lookedAtMs = atMs;
    this.#unsettled = unsettled;
    if (unsettled) this.#unsettledSinceMs ??= atMs;
  }

  #changed(atMs: number): void {
    this.#stillSinceMs = atMs;
    this.#heartbeatGapMs = this.#heartbeatMs * FIRST_HEARTBEAT;
    this.#unsettled = false;
    this.#unsettledSinceMs = undefined;
    this.#dull = false;
  }

  #isAwake(atMs: number): boolean {
    if (atMs - this.#stillSinceMs <= AWAKE_AFTER_CHANGE_MS) return true;
    return this.#unsettled && atMs - (this.#unsettledSinceMs ?? atMs) <= AWAKE_FOR_UNREAD_MS;
  }

  /** Said so that a time that is no number, or runs backwards, makes it late. */
  #isLate(atMs: number): boolean {
    const passedMs = atMs - this.#lookedAtMs;
    return !(passedMs >= 0 && passedMs < this.#heartbeatGapMs);
  }
}
