import type { CameraSteering, Exposure } from '../../../drivers/camera/camera.ts';
import { LONGEST_SHORT_US, longExposure, shortExposure, totalOf } from './exposure-plan.ts';
import { SCREEN_SHARE, blownShare, codeCorrection, hallCorrection, screenCorrection } from './light-meter.ts';
import type { Correction } from './light-meter.ts';
import type { LumaHistogram } from './luma-histogram.ts';

export interface SteeredLook {
  histogram: LumaHistogram;
  /** Of the largest code that was read or seen, where there is one. */
  code?: LumaHistogram;
  /** Something moves before the camera. */
  moving: boolean;
}

export interface ExposureSteeringOptions {
  sensor: Omit<CameraSteering, 'steer'>;
  /** 50 or 60; lamps flicker twice as often. */
  mainsHz: number;
}

/** Frames that a long or a short exposure lasts at least, once it is there. */
const LOOKS = 2;
/** Frames without movement after which only the long exposure is left. */
const STILL_FRAMES = 20;
/** Corrections in a row, without the other exposure's turn. */
const MOST_CORRECTIONS = 5;
/** Where the hall needs little more light than a screen, one exposure serves both. */
const LEAST_APART = 3;
/** What the short one starts from, against the long one, before a screen has been seen. */
const FIRST_SHORT = 1 / 30;
/** How much of what is known of the lamps' share stays with each frame: while nothing moves, while something does, and when less is bright than that. */
const MEMORY = { still: 0.9, moving: 0.995, less: 0.7 };
/** Looks in a row at a code that is well exposed, before the other exposure has its turn all the same: hall and face are wanted, too. */
const MOST_KEPT = 15;

type Turn = 'long' | 'short';

/**
 * Steers a camera's exposure for a bright screen in a dark hall: the long one serves faces and prints, and while something
 * moves a short one for screens takes turns with it. What was right for the last screen is where the next one starts.
 *
 * It decides by one frame at a time, and only by those that were certainly taken with what it asked for last, so that it
 * never corrects twice for the same thing.
 */
export class ExposureSteering {
  readonly #o: ExposureSteeringOptions;
  readonly #flickerUs: number;
  #turn: Turn = 'long';
  /** Whose frames may still come. */
  #shownBefore: Turn = 'long';
  #long: number;
  #short: number;
  /** Frames since the camera was handed the exposure that was last asked for. */
  #frames = 0;
  #corrections = 0;
  #stillFrames = STILL_FRAMES;
  /** Of the picture, always blown out; everything, until more is known. */
  #lampShare = 1;

  constructor(options: ExposureSteeringOptions) {
    const { exposureUs, gain } = options.sensor;
    this.#o = options;
    this.#flickerUs = 1_000_000 / (2 * options.mainsHz);
    this.#long = Math.min(this.#flickerUs, exposureUs.max) * gain.min;
    this.#short = this.#long * FIRST_SHORT;
  }

  /** What the camera is to be asked for now. */
  get exposure(): Exposure {
    const { sensor } = this.#o;
    return this.#turn === 'long' ? longExposure(this.#long, sensor, this.#flickerUs) : shortExposure(this.#short, sensor);
  }

  /** Whether a frame that comes now was taken with the short exposure, as far as is known. */
  get isShort(): boolean {
    return (this.#frames >= this.#o.sensor.delayFrames ? this.#turn : this.#shownBefore) === 'short';
  }

  /** With what the frame that comes now is exposed, in a word; undefined while that is not certain. */
  get certainly(): string | undefined {
    const { exposureUs, gain } = this.exposure;
    return this.#frames >= this.#o.sensor.delayFrames ? `${exposureUs} ${gain}` : undefined;
  }

  /** Whether the hall is darker than this camera can make up for. */
  get atLimit(): boolean {
    const { exposureUs, gain } = this.#o.sensor;
    return this.#long >= totalOf(longExposure(exposureUs.max * gain.max, this.#o.sensor, this.#flickerUs));
  }

  /** Takes a look at the next frame; returns what to ask the camera for, if that is something else now. */
  next(look: SteeredLook): Exposure | undefined {
    const before = this.exposure;
    this.#frames = this.#o.sensor.isUnderWay ? 0 : this.#frames + 1;
    this.#stillFrames = look.moving || this.#showsScreen(look) ? 0 : this.#stillFrames + 1;
    if (!this.#isSettled) return undefined;
    this.#shownBefore = this.#turn;
    const correction = this.#correctionBy(look);
    if (correction === 1) this.#corrections = 0;
    if (correction !== 1 && this.#corrections < MOST_CORRECTIONS) this.#correct(correction);
    else if (this.#isTurnOver && !this.#keepsTurn(look)) this.#takeTurns();
    const { exposure } = this;
    if (exposure.exposureUs === before.exposureUs && exposure.gain === before.gain) return undefined;
    this.#frames = 0;
    return exposure;
  }

  get #isSettled(): boolean {
    return this.#frames > this.#o.sensor.delayFrames;
  }

  get #isTurnOver(): boolean {
    const onlyLong = this.#stillFrames >= STILL_FRAMES || this.#long < this.#short * LEAST_APART;
    if (this.#turn === 'long' && onlyLong) return false;
    return this.#frames >= this.#o.sensor.delayFrames + LOOKS || (onlyLong && this.#turn === 'short');
  }

  /** A phone that is held still is no reason to look at the hall alone. What stays bright for long is a lamp. */
  #showsScreen({ histogram, code }: SteeredLook): boolean {
    // What is not too bright for the long exposure needs no other. Grain of a high gain may look like a code there, too.
    const isScreen = code !== undefined && ((this.#turn === 'short' && this.#isSettled) || codeCorrection(code) < 1);
    if (this.#turn !== 'long' || !this.#isSettled) return isScreen;
    const blown = blownShare(histogram);
    const memory = blown < this.#lampShare ? MEMORY.less : this.#stillFrames >= STILL_FRAMES ? MEMORY.still : MEMORY.moving;
    this.#lampShare = this.#lampShare * memory + blown * (1 - memory);
    return isScreen || blown > this.#lampShare + SCREEN_SHARE;
  }

  #keepsTurn({ code }: SteeredLook): boolean {
    return code !== undefined && codeCorrection(code) === 1 && this.#frames < this.#o.sensor.delayFrames + MOST_KEPT;
  }

  #correctionBy({ histogram, code }: SteeredLook): Correction {
    if (this.#turn === 'long') return hallCorrection(histogram);
    if (code) return codeCorrection(code);
    // Nothing bright is no reason for more light: there may be no screen. It starts where the last one ended.
    return Math.min(1, screenCorrection(histogram, this.#lampShare));
  }

  #correct(correction: Correction): void {
    this.#corrections++;
    const { exposureUs, gain } = this.#o.sensor;
    const limited = (total: number, most: number): number => Math.min(most, Math.max(exposureUs.min * gain.min, total));
    // With another exposure other things are blown out.
    if (this.#turn === 'long') this.#lampShare = 1;
    if (this.#turn === 'long') this.#long = limited(this.#long * correction, totalOf(longExposure(exposureUs.max * gain.max, this.#o.sensor, this.#flickerUs)));
    else this.#short = limited(this.#short * correction, LONGEST_SHORT_US * gain.max);
  }

  #takeTurns(): void {
    this.#corrections = 0;
    this.#turn = this.#turn === 'long' ? 'short' : 'long';
  }
}
