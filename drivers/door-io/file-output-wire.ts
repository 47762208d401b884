import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { OutputWire } from './driven-output.ts';

/** While this file stands beside the level, the line is broken: writing it fails. */
export const brokenMark = (path: string): string => `${path}-broken`;

/** An output whose level is `1` or `0` in a file, which outlives the process as a GPIO line does. */
export class FileOutputWire implements OutputWire {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.write(false);
  }

  write(on: boolean): void {
    if (existsSync(brokenMark(this.#path))) throw new Error('the wire is broken');
    writeFileSync(this.#path, on ? '1\n' : '0\n');
  }

  read(): boolean {
    return readFileSync(this.#path, 'utf8').trim() === '1';
  }
}
