/** Over how long frames are counted. */
const WINDOW_MS = 10_000;

/** How many frames come, in whole ones a second, so that what is said of it stays the same while all is well. */
export class FrameRate {
  #sinceMs: number | undefined;
  #frames = 0;
  #text = '';

  /** Takes a frame that has come now; returns what is to be said of the last whole window, at first nothing. */
  see(nowMs: number): string {
    this.#sinceMs ??= nowMs;
    const lastedMs = nowMs - this.#sinceMs;
    if (lastedMs >= WINDOW_MS) {
      const perSecond = (this.#frames * 1_000) / lastedMs;
      this.#text = perSecond < 1.5 ? 'One picture a second or less.' : `${Math.round(perSecond)} pictures a second.`;
      this.#sinceMs = nowMs;
      this.#frames = 0;
    }
    this.#frames++;
    return this.#text;
  }

  /** No frames come for now, which is told otherwise. */
  pause(): void {
    this.#sinceMs = undefined;
    this.#frames = 0;
    this.#text = '';
  }
}
