import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { messageOf, PosternError } from '../../base/errors.ts';

/** How far a row has come. `sending` is written before its mail goes: what is found so later may or may not have arrived. */
const stateSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('issued'), tokenId: z.string(), expiresAt: z.string(), file: z.string() }),
  z.object({ state: z.literal('sending'), tokenId: z.string(), expiresAt: z.string(), file: z.string() }),
  z.object({ state: z.literal('done'), tokenId: z.string(), expiresAt: z.string(), file: z.string(), isMailed: z.boolean() }),
  z.object({ state: z.literal('failed'), tokenId: z.string(), expiresAt: z.string(), file: z.string(), error: z.string(), attempt: z.number() }),
]);
export type RowState = z.output<typeof stateSchema>;

const headSchema = z.object({ batch: z.string(), options: z.string() });
const entrySchema = z.intersection(z.object({ row: z.string(), name: z.string(), email: z.string() }), stateSchema);
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
      const isNew = !existsSync(path);
      const fd = openSync(path, isNew ? 'ax' : 'a', 0o600);
      if (isNew) write(fd, { batch, options });
      const [head, entries, goodBytes] = isNew ? [{ batch, options }, new Map<string, JournalEntry>(), undefined] as const : readJournal(path);
      if (goodBytes !== undefined) ftruncateSync(fd, goodBytes);
      if (head.options === options) return new BatchJournal(head.batch, entries, fd);
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
  writeSync(fd, `${JSON.stringify(line)}\n`);
  fsyncSync(fd);
}

function readJournal(path: string): [head: z.output<typeof headSchema>, entries: Map<string, JournalEntry>, goodBytes: number] {
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first = '', ...lines] = whole.split('\n').slice(0, -1);
  const head = headSchema.safeParse(parsed(first));
  if (!head.success) throw new PosternError('batch-bad', `${path} is not what a batch wrote. Put it back as it was, or name another file with --out.`);
  const entries = new Map<string, JournalEntry>();
  for (const line of lines) {
    const entry = entrySchema.safeParse(parsed(line));
    if (!entry.success) throw new PosternError('batch-bad', `${path} has a line that a batch did not write. Put it back as it was, or name another file with --out.`);
    entries.set(entry.data.row, entry.data);
  }
  return [head.data, entries, Buffer.byteLength(whole)];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
