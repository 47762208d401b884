import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PosternError } from '../base/errors.ts';
import type { Quad } from '../base/frame.ts';
import type { StopStack } from '../base/stop-stack.ts';
import { Evidence } from '../record/evidence.ts';
import { Upkeep } from '../record/upkeep.ts';
import type { QrReader } from '../scan/qr.ts';
import type { ScanResult } from '../scan/scan-result.ts';
import type { AppOptions } from './app-options.ts';
import type { Memory } from './memory.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MB = 1024 * 1024;

export async function startEvidence({ config, clock, log }: AppOptions, { events, status, time }: Memory, qr: QrReader, started: StopStack): Promise<Evidence> {
  const evidence = await Evidence.open({
    dir: folderOf(config.stateDir), keep: config.evidence.keep, clock, log, status, clockTrust: () => time.trust(),
    maxAgeMs: config.evidence.maxAgeH * HOUR_MS, maxBytes: config.evidence.maxMb * MB,
    findCodes: async (luma, width, height, alsoUnread) => quadsIn(await qr.readThoroughly({ seq: 0, arrivedMs: 0, luma, width, height }, { alsoUnread }), alsoUnread), onEvent: (draft) => events.append(draft),
  });
  started.push(() => evidence.close());

  const upkeep = new Upkeep({
    clock, log, everyMs: HOUR_MS, firstAfterMs: 60_000,
    chores: [
      () => evidence.prune(),
      () => events.prune({ maxAgeMs: config.events.maxAgeDays * DAY_MS, maxBytes: config.events.maxMb * MB }),
      // A token last used before then has long expired, whatever its zone.
      () => events.pruneUses(clock.wallMs() - (config.access.maxTokenDays + 2) * DAY_MS),
    ],
  });
  started.push(() => upkeep.stop());
  upkeep.start();
  return evidence;
}

export interface StoredPictures {
  /** The bytes; undefined once it is deleted. */
  read(file: string): Promise<Buffer | undefined>;
  has(file: string): Promise<boolean>;
}

/** The pictures on the disk, by their paths in the log. */
export function storedPictures(stateDir: string): StoredPictures {
  const pathOf = (file: string): string => join(folderOf(stateDir), file);
  return { read: (file) => readFile(pathOf(file)).catch(() => undefined), has: (file) => stat(pathOf(file)).then(() => true, () => false) };
}

function folderOf(stateDir: string): string {
  return join(stateDir, 'evidence');
}

/** What can be read in any way, and what is a code and cannot be read today. A picture that could not be looked at counts as one with a code in it: it is not stored [S7]. */
export function quadsIn({ codes, located, problem }: ScanResult, alsoUnread: boolean): Quad[] {
  if (problem !== undefined) throw new PosternError('picture-unchecked', problem, { transient: true });
  return (alsoUnread ? [...codes, ...located] : codes).map(({ quad }) => quad);
}
