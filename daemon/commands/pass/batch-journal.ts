import { closeSync, existsSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { messageOf, PosternError } from '../../base/errors.ts';
import { jsonIn } from '../../base/json-text.ts';
import { appendDurably } from './durable-line.ts';

const headSchema = z.object({ batch: z.string(), options: z.string() });
const entrySchema = z.object({
  /** The row's key. */
  row: z.string(),
  name: z.string(),
  email: z.string(),
  /** `sending` is written before its mail goes: what is found so later may or may not have arrived. */
  state: z.enum(['issued', 'sending', 'done', 'failed']),
  /** Counts the codes that were found wrong and revoked, from 1. */
  attempt: z.int(),
  /** Empty until there is a code. */
  tokenId: z.string(),
  expiresAt: z.string(),
  file: z.string(),
  isMailed: z.boolean(),
});
export type JournalEntry = z.output<typeof entrySchema>;

/**
 * What a batch has done, a line each, on disk before the next step. The results file can be made from it at any time.
 * A line cut off by a kill is dropped; what it was to say is done again, which the backend takes for the same request.
 */
export class BatchJournal {
  /** Names the batch in every request of it. */
  readonly batch: string;
  /** The latest entry of each row, in the order in which rows were first met. */
  readonly entries: Map<string, JournalEntry>;
  readonly #fd: number;

  private constructor(batch: string, entries: Map<string, JournalEntry>, fd: number) {
    this.batch = batch;
    this.entries = entries;
    this.#fd = fd;
  }

  /**
   * Opens the journal of a batch, or begins one named `batch`. `options` are those that make the codes: a batch goes on with
   * the same only. Throws PosternError('batch-other', 'batch-bad', 'storage').
   */
  static open(path: string, batch: string, options: string): BatchJournal {
    try {
      const { head, entries, goodBytes } = readJournal(path);
      const fd = openSync(path, 'a', 0o600);
      ftruncateSync(fd, goodBytes);
      if (!head) write(fd, { batch, options });
      if (!head || head.options === options) return new BatchJournal(head?.batch ?? batch, entries, fd);
      closeSync(fd);
      throw new PosternError('batch-other', `The results were begun with other options (${head.options}). Go on with those, or name another file with --out.`);
    } catch (thrown) {
      if (thrown instanceof PosternError) throw thrown;
      throw new PosternError('storage', `${path} cannot be written: ${messageOf(thrown)}.`, { cause: thrown });
    }
  }

  put(entry: JournalEntry): void {
    write(this.#fd, entry);
    this.entries.set(entry.row, entry);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function write(fd: number, line: object): void {
  appendDurably(fd, `${JSON.stringify(line)}\n`);
}

interface ReadJournal {
  /** Absent of one that was not begun, or was cut off in its first line. */
  head: z.output<typeof headSchema> | undefined;
  entries: Map<string, JournalEntry>;
  /** How far its whole lines go. */
  goodBytes: number;
}

function readJournal(path: string): ReadJournal {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...lines] = whole.split('\n').slice(0, -1);
  const entries = new Map<string, JournalEntry>();
  if (first === undefined) return { head: undefined, entries, goodBytes: 0 };
  for (const line of lines) {
    const entry = read(entrySchema, line, path);
    entries.set(entry.row, entry);
  }
  return { head: read(headSchema, first, path), entries, goodBytes: Buffer.byteLength(whole) };
}

function read<Schema extends z.ZodType>(schema: Schema, line: string, path: string): z.output<Schema> {
  const read = schema.safeParse(jsonIn(line));
  if (read.success) return read.data;
  throw new PosternError('batch-bad', `${path} has a line that a batch did not write. Put it back as it was, or name another file with --out.`);
}
