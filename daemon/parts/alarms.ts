import { statfs } from 'node:fs/promises';
import type { ListSync } from '../access/list-sync.ts';
import type { StopStack } from '../base/stop-stack.ts';
import type { Door } from '../door/door.ts';
import { checkLog } from '../record/log-check.ts';
import { logFiles } from '../record/log-files.ts';
import { Upkeep } from '../record/upkeep.ts';
import type { Break } from '../record/verify-log.ts';
import { AlarmBoard } from '../report/alarms/alarm-board.ts';
import type { AlarmFacts } from '../report/alarms/alarm-conditions.ts';
import { DenialRow, denialRowTypes } from '../report/alarms/denial-row.ts';
import { isLow } from '../report/alarms/disk-space.ts';
import { LeftOpen, leftOpenTypes } from '../report/alarms/left-open.ts';
import type { AppOptions } from './app-options.ts';
import type { Memory } from './memory.ts';

const MB = 1024 * 1024;
const DISK_EVERY_MS = 60_000;
const LOG_EVERY_MS = 24 * 3_600_000;
/** At the start others need the disk more. */
const LOG_FIRST_MS = 60_000;
/** More attempts than are within the window of a row. */
const ATTEMPTS_LOOKED_BACK = 500;

/** Alarms, and looks at what nobody else looks at: the room that is left on the disk, and the log from its first event to its last. */
export function startAlarms(options: AppOptions, memory: Memory, door: Door, lists: ListSync, started: StopStack): AlarmBoard {
  const { config, clock, log } = options;
  const { events, status, time, tell } = memory;
  const looks = startLooks(options, () => board.look(), started);
  const leftOpen = new LeftOpen(events.query({ types: leftOpenTypes, newestFirst: true, limit: 1 })[0]);
  const denials = denialsSoFar(config.alarms.denialsInARow, memory, clock.wallMs());
  const facts = (): AlarmFacts => {
    const { view } = door;
    leftOpen.see(view.contact);
    return { door: view, parts: status.all(), clock: time.trust(), listStale: lists.listStale, ...looks, denials: denials.look(clock.wallMs()), leftOpen: leftOpen.as };
  };
  const board = new AlarmBoard({ facts, clock, log, state: events.state, onEvent: tell });
  events.onStored((event) => {
    denials.take(event);
    board.look();
  });
  status.onChange(() => board.look());
  started.push(async () => {
    board.stop();
    await board.idle();
  });
  board.start();
  return board;
}

function denialsSoFar(settings: AppOptions['config']['alarms']['denialsInARow'], { events }: Memory, nowMs: number): DenialRow {
  const row = new DenialRow(settings);
  const lately = events.query({ types: denialRowTypes, sinceMs: nowMs - settings.windowS * 1000, newestFirst: true, limit: ATTEMPTS_LOOKED_BACK });
  for (const event of lately.reverse()) row.take(event);
  return row;
}

/** What the looks have come to lies in the object that is returned. */
function startLooks({ config: { stateDir, alarms }, clock, log }: AppOptions, onLooked: () => void, started: StopStack): { disk: AlarmFacts['disk']; logBreak: Break | undefined } {
  const looked: ReturnType<typeof startLooks> = { disk: undefined, logBreak: undefined };
  const stopping = new AbortController();
  const lookAtDisk = async (): Promise<void> => {
    const { bavail, bsize } = await statfs(stateDir);
    const freeBytes = bavail * bsize;
    looked.disk = { isLow: isLow(freeBytes, alarms.diskFreeMb * MB, looked.disk?.isLow ?? false), freeMb: Math.floor(freeBytes / MB) };
    onLooked();
  };
  const unlessStopping = (thrown: unknown): undefined => {
    if (!stopping.signal.aborted) throw thrown;
  };
  const lookAtLog = async (): Promise<void> => {
    const found = await checkLog(logFiles(stateDir).db, stopping.signal).catch(unlessStopping);
    if (stopping.signal.aborted) return;
    looked.logBreak = found;
    onLooked();
  };
  const disk = new Upkeep({ clock, log, everyMs: DISK_EVERY_MS, firstAfterMs: 0, chores: [lookAtDisk] });
  const chain = new Upkeep({ clock, log, everyMs: LOG_EVERY_MS, firstAfterMs: LOG_FIRST_MS, chores: [lookAtLog] });
  for (const upkeep of [disk, chain]) {
    started.push(() => upkeep.stop());
    upkeep.start();
  }
  started.push(() => stopping.abort());
  return looked;
}
