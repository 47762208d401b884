/** Longer lines are cut. */
const LONGEST = 500;
const MOST_LINES = 20;

/** The last lines a program said, however much it says [S9]. */
export class StderrTail {
  readonly #onLine: (line: string) => void;
  #lines: string[] = [];
  #open = '';
  /** The open line is over its length: the rest of it is passed over. */
  #skipping = false;

  constructor(onLine: (line: string) => void = () => {}) {
    this.#onLine = onLine;
  }

  get lines(): readonly string[] {
    return this.#open === '' ? this.#lines : [...this.#lines, this.#open];
  }

  take(chunk: Uint8Array): void {
    const parts = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('utf8').split(/[\r\n]+/);
    parts.forEach((part, i) => {
      if (!this.#skipping) this.#open = (this.#open + part).slice(0, LONGEST);
      this.#skipping ||= this.#open.length >= LONGEST;
      if (i < parts.length - 1) this.#close();
    });
  }

  #close(): void {
    const line = this.#open.trim();
    this.#open = '';
    this.#skipping = false;
    if (line === '') return;
    this.#lines = [...this.#lines.slice(1 - MOST_LINES), line];
    this.#onLine(line);
  }
}
