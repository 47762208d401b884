import type { Look } from './looks.ts';

/** A look costs now what it cost before to this share, the rest as it did last. */
const MEMORY = 0.8;
/** With each frame a look that has become too dear is thought to cost so much of what it was: the machine may only have stalled. */
const FORGETTING = 0.99;
/** Frames whose budget may be saved up for one dear look. */
const MOST_SAVED_FRAMES = 6;
/** What so many frames save up is kept for a code that comes into view: it is to be looked at in the first frames it is seen in. */
const KEPT_FRAMES = 3;
/** A frame in which no code is to be seen at all adds this share: most frames of an awake hall are such, and few of them hide one. */
const UNSEEN_SHARE = 0.1;

/** A rare look has its turn in one of so many rounds: it is dear, and others that cost a fifth of it read more. */
const ROUNDS_A_RARE_TURN = 3;

type Rated = Pick<Look, 'msPerMegapixel' | 'needsOutline' | 'isRare' | 'leads' | 'forNoise'>;

/** What is known of a frame that the plain pass did not read. */
export interface Unread {
  pixels: number;
  /** The plain pass saw a code that it could not read, and where. */
  hasOutline: boolean;
  /** An unreadable code is there, even if nothing of it was made out. */
  isInSight: boolean;
  isNoisy: boolean;
}

/**
 * Whose turn it is to look at a frame that the plain pass did not read. Each frame adds to what may be spent, most where a
 * code is in view and cannot be read. The look that leads has every second turn, and of those between them the look that
 * goes by a seen outline every second one whenever there is an outline; the others take turns, a dear one when enough is saved.
 */
export class LookTurn {
  readonly #looks: readonly Rated[];
  readonly #budgetMs: number;
  readonly #msPerMegapixel: number[];
  #savedMs: number;
  #nextIndex = 0;
  #round = 0;
  #leadWasLast = false;
  #outlineWasLast = false;

  /** `budgetMs`: what extra looks may cost on average a frame that shows an unreadable code; 0: none is ever made. */
  constructor(looks: readonly Rated[], budgetMs: number) {
    this.#looks = looks;
    this.#budgetMs = budgetMs;
    this.#msPerMegapixel = looks.map((look) => look.msPerMegapixel);
    this.#savedMs = budgetMs * KEPT_FRAMES;
  }

  /** The look for a frame, by its index; undefined: none now. */
  next(frame: Unread): number | undefined {
    if (this.#budgetMs <= 0) return undefined;
    const { pixels, isInSight } = frame;
    this.#savedMs = Math.min(this.#savedMs + this.#budgetMs * (isInSight ? 1 : UNSEEN_SHARE), this.#budgetMs * MOST_SAVED_FRAMES);
    this.#forgetStalls(pixels);
    const index = this.#candidate(frame);
    const keptMs = isInSight ? 0 : this.#budgetMs * KEPT_FRAMES;
    return index !== undefined && this.costMs(index, pixels) <= this.#savedMs - keptMs ? index : undefined;
  }

  /** Takes what a look at so many pixels cost; by default what it was thought to. */
  took(index: number, pixels: number, ms = this.costMs(index, pixels)): void {
    // A stall of the machine is not to be saved up again by all that follow.
    this.#savedMs = Math.max(this.#savedMs - ms, -this.#budgetMs * MOST_SAVED_FRAMES);
    const { leads, needsOutline } = this.#looks[index] as Rated;
    this.#leadWasLast = leads === true;
    if (!leads) this.#outlineWasLast = needsOutline === true;
    if (!leads && !needsOutline) this.#passTurn(index);
    const known = this.#msPerMegapixel[index] as number;
    this.#msPerMegapixel[index] = known * MEMORY + (ms / (pixels / 1e6)) * (1 - MEMORY);
  }

  #passTurn(index: number): void {
    if (index < this.#nextIndex || index + 1 === this.#looks.length) this.#round++;
    this.#nextIndex = (index + 1) % this.#looks.length;
  }

  #candidate(frame: Unread): number | undefined {
    const lead = this.#looks.findIndex((look) => look.leads);
    if (lead < 0 || this.#isTooDear(lead, frame.pixels)) return this.#other(frame);
    return this.#leadWasLast ? this.#other(frame) ?? lead : lead;
  }

  /** Of the looks that do not lead. */
  #other({ pixels, hasOutline, isNoisy }: Unread): number | undefined {
    const outlined = this.#looks.findIndex((look) => look.needsOutline);
    // Every second time, so that a poster nobody can read does not keep the others from their turn.
    if (hasOutline && outlined >= 0 && !this.#outlineWasLast && !this.#isTooDear(outlined, pixels)) return outlined;
    for (let n = 0; n < this.#looks.length; n++) {
      const index = (this.#nextIndex + n) % this.#looks.length;
      const round = this.#round + (this.#nextIndex + n >= this.#looks.length ? 1 : 0);
      const { isRare, needsOutline, leads, forNoise } = this.#looks[index] as Rated;
      if (leads || needsOutline || (forNoise && !isNoisy) || (isRare && round % ROUNDS_A_RARE_TURN > 0)) continue;
      if (!this.#isTooDear(index, pixels)) return index;
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
