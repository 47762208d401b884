import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import type { ClockTrust } from '../../../daemon/base/events.ts';
import type { RandomSource } from '../../../daemon/base/ids.ts';
import { StatusBoard } from '../../../daemon/base/status.ts';
import { EventLog, type EventLogOptions } from '../../../daemon/record/event-log.ts';

export const DOOR = 'VMzqY2nFRBqFJ5W8bBcvYA';

/** Different bytes at each call, the same from run to run. */
export function countingRandom(): RandomSource {
  let calls = 0;
  return (length) => createHash('shake128', { outputLength: length }).update(String(calls++)).digest();
}

export interface OpenedLog {
  log: EventLog;
  dir: string;
  clock: VirtualClock;
  status: StatusBoard;
  trust: { now: ClockTrust };
}

const open = new Set<EventLog>();

/** A log left open by a test that failed would keep the process alive. */
export async function closeLogs(): Promise<void> {
  for (const log of open) await log.close();
  open.clear();
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'postern-record-'));
}

export async function openLog(dir: string, options: Partial<EventLogOptions> = {}): Promise<OpenedLog> {
  const clock = new VirtualClock();
  const status = new StatusBoard(clock);
  const trust: { now: ClockTrust } = { now: 'verified' };
  const log = await EventLog.open({
    dir, doorUuid: DOOR, clock, clockTrust: () => trust.now, random: countingRandom(), status, reserveBytes: 65_536, ...options,
  });
  open.add(log);
  return { log, dir, clock, status, trust };
}

/** Runs `body` in a fresh folder and leaves nothing behind. */
export function withFolder(body: (dir: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const dir = newFolder();
    try {
      await body(dir);
    } finally {
      await closeLogs();
      rmSync(dir, { recursive: true });
    }
  };
}

/** Runs `body` with a fresh log and leaves nothing behind. */
export function withLog(body: (opened: OpenedLog) => Promise<void>, options: Partial<EventLogOptions> = {}): () => Promise<void> {
  return withFolder(async (dir) => body(await openLog(dir, options)));
}

/** The code of the PosternError that `work` ends in, or what else became of it. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'no error', (error: Error & { code?: string }) => error.code ?? `bug: ${error.message}`);
}
