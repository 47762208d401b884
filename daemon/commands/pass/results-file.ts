import { stringify } from 'csv-stringify/sync';
import { closeSync, openSync } from 'node:fs';
import { writeDurably } from '../../base/durable-file.ts';
import { messageOf, PosternError } from '../../base/errors.ts';
import { appendDurably } from './durable-line.ts';

/** One row of the results. */
export interface ResultRow {
  name: string;
  email: string;
  /** Name of the picture's file, or of the file that holds a link. */
  file: string;
  /** ISO 8601. */
  expiresAt: string;
  tokenId: string;
  error: string;
}

const HEADER = 'name,email,qr_code file,expires_at,access_token_uuid,error\n';

/** The results of a batch: each row is on disk before the next is begun. */
export class ResultsFile {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Writes the file anew with what is known and leaves it open for more. Rejects PosternError('storage'). */
  static async begin(path: string, known: ResultRow[]): Promise<ResultsFile> {
    await writeDurably(path, Buffer.from(HEADER + known.map(lineOf).join('')));
    try {
      return new ResultsFile(openSync(path, 'a', 0o600));
    } catch (thrown) {
      throw new PosternError('storage', `${path} cannot be written: ${messageOf(thrown)}.`, { cause: thrown });
    }
  }

  append(row: ResultRow): void {
    appendDurably(this.#fd, lineOf(row));
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function lineOf({ name, email, file, expiresAt, tokenId, error }: ResultRow): string {
  // An id is ours, of letters, digits, - and _; an apostrophe would make it another one.
  return stringify([[plain(name), plain(email), plain(file), expiresAt, tokenId, plain(error)]]);
}

/** What a spreadsheet would take for a formula begins with an apostrophe then, and is shown as it is. */
function plain(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
