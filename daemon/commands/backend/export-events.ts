import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Backend } from '../../backend/backend.ts';
import { exportFormats, type ExportFormat } from '../../backend/events/event-export.ts';
import { systemClock } from '../../base/clock.ts';
import { messageOf, PosternError } from '../../base/errors.ts';
import type { CommandIo } from '../command.ts';
import { durationS } from '../duration.ts';

export interface ExportValues {
  format?: string | undefined;
  since?: string | undefined;
  out?: string | undefined;
}

/** `postern backend export-events`: everything since then, into a file or to the standard output. */
export async function exportEvents(backend: Backend, values: ExportValues, io: CommandIo): Promise<void> {
  const format = formatOf(values.format);
  const query = values.since === undefined ? {} : { fromMs: sinceMs(values.since) };
  let count = 0;
  const progress = (events: number): void => {
    count = events;
    if (io.isTty && values.out !== undefined) io.err.write(`\r${events} events`);
  };
  const pieces = Readable.from(backend.exportEvents(query, format, progress), { objectMode: false });
  if (values.out === undefined) await pipeline(pieces, io.out, { end: false });
  else await intoFile(pieces, values.out);
  if (values.out !== undefined) io.err.write(`${io.isTty ? '\r' : ''}${count} events are in ${values.out}.\n`);
}

/** Beside the file and then in its place, so that nobody takes the beginning for the whole. It holds names: it is its owner's alone. */
async function intoFile(pieces: Readable, path: string): Promise<void> {
  const beside = `${path}.new`;
  try {
    await pipeline(pieces, createWriteStream(beside, { mode: 0o600 }));
    await rename(beside, path);
  } catch (thrown) {
    await rm(beside, { force: true });
    throw new PosternError('export-failed', `${path} cannot be written (${messageOf(thrown)}). Choose a file that this user may write.`, { cause: thrown });
  }
}

function formatOf(text: string | undefined): ExportFormat {
  const format = exportFormats.find((known) => known === text);
  if (!format) throw new PosternError('usage', 'Say how to write the events: --format csv for a spreadsheet, --format jsonl for a program.');
  return format;
}

function sinceMs(text: string): number {
  if (/^\d+[a-z]$/.test(text)) return systemClock.wallMs() - durationS(text, '--since') * 1000;
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new PosternError('usage', '--since takes 90s, 30m, 24h or 7d, or a moment as 2026-03-02T09:00:00Z.');
  return ms;
}
