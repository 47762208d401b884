import type { CodeSeen } from '../base/frame.ts';

export interface SecondSightingOptions {
  /** Two sightings further apart do not agree, milliseconds. */
  withinMs: number;
  /** Whether a text proves itself: nobody but an issuer can have written it. */
  isGenuine: (text: string) => boolean;
}

/** Texts that wait for their second sighting [S9]; beyond that the oldest is forgotten. */
const MAX_WAITING = 64;

/**
 * Which of the codes seen may be tried. What the plain pass reads may at once. What only an extra look reads, in a picture
 * that was bent, stretched or painted over, may when its signature verifies or when it is read once more: error correction
 * leaves a wrong text now and then, and a wrong text would be an attempt nobody made.
 */
export class SecondSighting {
  readonly #o: SecondSightingOptions;
  /** When a text was last read, in that order. */
  readonly #waiting = new Map<string, number>();

  constructor(options: SecondSightingOptions) {
    this.#o = options;
  }

  /** Those of one look's codes that may be tried. */
  sure(codes: readonly CodeSeen[], atMs: number): CodeSeen[] {
    for (const [text, seenMs] of this.#waiting) if (atMs - seenMs > this.#o.withinMs) this.#waiting.delete(text);
    return codes.filter((code) => code.look === undefined || code.agreed === true || this.#agrees(code.text, atMs) || this.#o.isGenuine(code.text));
  }

  #agrees(text: string, atMs: number): boolean {
    const agrees = this.#waiting.delete(text);
    this.#waiting.set(text, atMs);
    const oldest = this.#waiting.keys().next().value;
    if (this.#waiting.size > MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
    return agrees;
  }
}
