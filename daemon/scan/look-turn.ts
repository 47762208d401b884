import type { Look } from './looks.ts';

/** A look costs now what it cost before to this share, the rest as it did last. */
const MEMORY = 0.8;
/** With each frame a look that has become too dear is thought to cost so much of what it was: the machine may only have stalled. */
const FORGETTING = 0.99;
/** Frames whose budget may be saved up for one dear look. */
const MOST_SAVED_FRAMES = 6;
/** A frame in which no code is to be seen at all adds this share: most frames of an awake hall are such, and few of them hide one. */
const UNSEEN_SHARE = 0.2;

/** A rare look has its turn in one of so many rounds: it is dear, and others that cost a fifth of it read more. */
const ROUNDS_A_RARE_TURN = 3;

type Rated = Pick<Look, 'msPerMegapixel' | 'needsOutline' | 'isRare'>;

/**
 * Whose turn it is to look at a frame that the plain pass did not read. Each frame adds to what may be spent, most where a
 * code is in view and cannot be read; the looks take turns, a dear one when enough is saved, and the look that goes by a seen outline comes first whenever there is one.
 */
export class LookTurn {
  readonly #looks: readonly Rated[];
  readonly #budgetMs: number;
  readonly #msPerMegapixel: number[];
  #savedMs = 0;
  #nextIndex = 0;
  #round = 0;
  #outlineWasLast = false;

  /** `budgetMs`: what extra looks may cost on average a frame that shows an unreadable code; 0: none is ever made. */
  constructor(looks: readonly Rated[], budgetMs: number) {
    this.#looks = looks;
    this.#budgetMs = budgetMs;
    this.#msPerMegapixel = looks.map((look) => look.msPerMegapixel);
  }

  /** The look for a frame of so many pixels, by its index; undefined: none now. `isInSight`: an unreadable code is there, even if without an outline. */
  next(pixels: number, hasOutline: boolean, isInSight = hasOutline): number | undefined {
    if (this.#budgetMs <= 0) return undefined;
    const addedMs = isInSight ? this.#budgetMs : this.#budgetMs * UNSEEN_SHARE;
    this.#savedMs = Math.min(this.#savedMs + addedMs, this.#budgetMs * MOST_SAVED_FRAMES);
    this.#forgetStalls(pixels);
    const index = this.#candidate(pixels, hasOutline);
    return index !== undefined && this.costMs(index, pixels) <= this.#savedMs ? index : undefined;
  }

  /** Takes what a look at so many pixels cost; by default what it was thought to. */
  took(index: number, pixels: number, ms = this.costMs(index, pixels)): void {
    // A stall of the machine is not to be saved up again by all that follow.
    this.#savedMs = Math.max(this.#savedMs - ms, -this.#budgetMs * MOST_SAVED_FRAMES);
    this.#outlineWasLast = this.#looks[index]?.needsOutline === true;
    if (!this.#outlineWasLast) {
      if (index < this.#nextIndex || index + 1 === this.#looks.length) this.#round++;
      this.#nextIndex = (index + 1) % this.#looks.length;
    }
    const known = this.#msPerMegapixel[index] as number;
    this.#msPerMegapixel[index] = known * MEMORY + (ms / (pixels / 1e6)) * (1 - MEMORY);
  }

  #candidate(pixels: number, hasOutline: boolean): number | undefined {
    const outlined = this.#looks.findIndex((look) => look.needsOutline);
    // Every second time, so that a poster nobody can read does not keep the others from their turn.
    if (hasOutline && outlined >= 0 && !this.#outlineWasLast && !this.#isTooDear(outlined, pixels)) return outlined;
    for (let n = 0; n < this.#looks.length; n++) {
      const index = (this.#nextIndex + n) % this.#looks.length;
      const round = this.#round + (this.#nextIndex + n >= this.#looks.length ? 1 : 0);
      if (this.#looks[index]?.isRare && round % ROUNDS_A_RARE_TURN > 0) continue;
      if (this.#looks[index]?.needsOutline !== true && !this.#isTooDear(index, pixels)) return index;
    }
    return undefined;
  }

  /** A look that is not made is not measured again, either. */
  #forgetStalls(pixels: number): void {
    this.#looks.forEach(({ msPerMegapixel }, index) => {
      const known = this.#msPerMegapixel[index] as number;
      if (this.#isTooDear(index, pixels)) this.#msPerMegapixel[index] = Math.min(known, Math.max(msPerMegapixel, known * FORGETTING));
    });
  }

  #isTooDear(index: number, pixels: number): boolean {
    return this.costMs(index, pixels) > this.#budgetMs * MOST_SAVED_FRAMES;
  }

  /** What a look at so many pixels is thought to cost. */
  costMs(index: number, pixels: number): number {
    return ((this.#msPerMegapixel[index] as number) * pixels) / 1e6;
  }
}
