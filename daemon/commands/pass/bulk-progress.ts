import type { CommandIo } from '../command.ts';

const BAR = 24;
const LINE_EVERY = 50;

/** Tells how far a batch is: a bar that stays in its line on a terminal, otherwise a line now and then. */
export class BulkProgress {
  readonly #out: NodeJS.WritableStream;
  readonly #isTty: boolean;
  readonly #all: number;
  #done = 0;
  #failed = 0;

  constructor({ err, isTty }: CommandIo, all: number) {
    this.#out = err;
    this.#isTty = isTty;
    this.#all = all;
  }

  row(isGood: boolean): void {
    this.#done++;
    if (!isGood) this.#failed++;
    const failed = this.#failed === 0 ? '' : `, ${this.#failed} failed`;
    if (this.#isTty) {
      const filled = Math.round((this.#done / this.#all) * BAR);
      this.#out.write(`\r\u001b[K[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${this.#done} of ${this.#all}${failed}`);
    } else if (this.#done % LINE_EVERY === 0) {
      this.#out.write(`${this.#done} of ${this.#all}${failed}\n`);
    }
  }

  end(): void {
    if (this.#isTty && this.#done > 0) this.#out.write('\n');
  }
}
