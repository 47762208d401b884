/** Tells on standard error what is under way: one line that counts the seconds on a terminal, else a line a step. */
export class Progress {
  readonly #out: NodeJS.WriteStream;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  say(text: string): void {
    this.#out.write(`${text}\n`);
  }

  /** Runs a step; `now` in it says what it is at. */
  async step<T>(title: string, run: (now: (detail: string) => void) => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    const seconds = (): number => Math.round((performance.now() - startedMs) / 1000);
    const live = this.#out.isTTY;
    let text = title;
    const show = (): boolean => this.#out.write(live ? `\r\u001b[K${text} … ${seconds()} s` : `${text} …\n`);
    show();
    const timer = live ? setInterval(show, 1000) : undefined;
    try {
      const result = await run((detail) => {
        text = `${title}: ${detail}`;
        show();
      });
      this.#out.write(`${live ? '\r\u001b[K' : ''}${title}: ${seconds()} s\n`);
      return result;
    } finally {
      clearInterval(timer);
    }
  }
}
