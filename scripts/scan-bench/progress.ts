/** A line on a terminal that says how far a long work is; silent where nobody watches. */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  #shownMs = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  show(what: string, done: number, of: number): void {
    if (!this.#out.isTTY) return;
    // Ten times a second is enough for the eye.
    if (done < of && performance.now() - this.#shownMs < 100) return;
    this.#shownMs = performance.now();
    this.#out.write(done < of ? `\r\u001b[K${what}: ${done} of ${of}` : '\r\u001b[K');
  }
}
