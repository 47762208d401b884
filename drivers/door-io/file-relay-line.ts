import { closeSync, constants, existsSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RelayLevel, RelayLine } from './relay-line.ts';

/** While this file stands beside the level, the contacts are welded: energised whatever is written. */
export const weldedMark = (path: string): string => `${path}-welded`;

/**
 * A relay whose level is `1` or `0` in a file. The file outlives the process, as a GPIO line does.
 * Each write is one call of two bytes at the file's start, so that a reader sees one level or the other.
 */
export class FileRelayLine implements RelayLine {
  readonly #path: string;
  readonly #fd: number;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.#fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    this.write('rest');
  }

  write(level: RelayLevel): void {
    const closed = level === 'energised' || existsSync(weldedMark(this.#path));
    writeSync(this.#fd, closed ? '1\n' : '0\n', 0);
  }

  read(): RelayLevel {
    const byte = Buffer.alloc(1);
    readSync(this.#fd, byte, 0, 1, 0);
    return byte.toString() === '1' ? 'energised' : 'rest';
  }

  close(): void {
    closeSync(this.#fd);
  }
}
