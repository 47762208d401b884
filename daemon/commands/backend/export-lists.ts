import { resolve } from 'node:path';
import type { Backend } from '../../backend/backend.ts';
import type { ExportCount } from '../../backend/lists/list-export.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import { PosternError } from '../../base/errors.ts';
import { ruuidOf, uuidBytes } from '../../base/ids.ts';
import type { CommandIo } from '../command.ts';

export interface ExportListsValues {
  out?: string | undefined;
  door?: string[] | undefined;
  watch?: boolean | undefined;
}

/** How long the backend's own answers may be kept by a cache: a revocation waits no longer by files than by those. */
const EVERY_MS = 10_000;

/**
 * `postern backend export-lists`: the key set, and each door's list with the deltas to it, as files; with `--watch` again and
 * again until it is interrupted. Throws PosternError('usage', 'export').
 */
export async function exportLists(backend: Backend, values: ExportListsValues, io: CommandIo): Promise<void> {
  if (values.out === undefined) throw new PosternError('usage', 'Say where the files go: --out FOLDER, which a web server serves as its root.');
  const out = resolve(values.out);
  const exporting = backend.listExport(out);
  const doors = (): Uint8Array[] => doorsOf(backend, values.door);
  const count = await exporting.run(doors());
  io.out.write(`${out}: ${countText(count)}.\n`);
  if (!values.watch) return;
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  await watch(() => exporting.run(doors()), interrupted.signal, io);
}

async function watch(run: () => Promise<ExportCount>, signal: AbortSignal, io: CommandIo): Promise<void> {
  io.out.write('Watching; Ctrl-C stops it.\n');
  for (;;) {
    await sleep(systemClock, EVERY_MS, signal);
    if (signal.aborted) return;
    await runOnce(run, io);
  }
}

/** A full disk may have room again: what fails is told, and tried again the next time. */
async function runOnce(run: () => Promise<ExportCount>, io: CommandIo): Promise<void> {
  try {
    const count = await run();
    if (Object.values(count).some((files: number) => files > 0)) io.out.write(`${new Date(systemClock.wallMs()).toISOString().slice(0, 19)}Z ${countText(count)}.\n`);
  } catch (thrown) {
    if (!(thrown instanceof PosternError)) throw thrown;
    io.err.write(`${thrown.message}\n`);
  }
}

/** Those named, or all that read codes. */
function doorsOf(backend: Backend, named: string[] | undefined): Uint8Array[] {
  const doors = backend.doors();
  if (!named) return doors.filter((door) => door.hasQr).map((door) => door.uuid);
  return named.map((text) => {
    const uuid = uuidBytes(text);
    if (!uuid) throw new PosternError('usage', `--door takes an RUUID (22 characters) or a UUID (36 characters), not "${text}".`);
    const door = doors.find((each) => Buffer.compare(each.uuid, uuid) === 0);
    if (!door) throw new PosternError('usage', `There is no door ${ruuidOf(uuid)}. Add it with postern backend add-door.`);
    return door.uuid;
  });
}

function countText({ lists, deltas, keySets, removed }: ExportCount): string {
  if (lists + deltas + keySets + removed === 0) return 'all there already';
  const written = [counted(lists, 'list'), counted(deltas, 'delta'), counted(keySets, 'key set')].filter((text) => text !== '').join(', ');
  return [written && `${written} written`, removed > 0 && `${removed} old removed`].filter(Boolean).join(', ');
}

function counted(count: number, what: string): string {
  return count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`;
}
