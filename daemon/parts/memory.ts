import { mkdirSync } from 'node:fs';
import { TrustedTime } from '../access/trusted-time.ts';
import { messageOf, PosternError } from '../base/errors.ts';
import { eventText } from '../base/event-text.ts';
import type { EventDraft, StoredEvent } from '../base/events.ts';
import { ruuidOf, uuidBytes } from '../base/ids.ts';
import { InFlight } from '../base/in-flight.ts';
import type { Logger } from '../base/logger.ts';
import { StatusBoard, type PartStatus } from '../base/status.ts';
import type { StopStack } from '../base/stop-stack.ts';
import { EventLog } from '../record/event-log.ts';
import type { AppOptions } from './app-options.ts';

const MB = 1024 * 1024;

export interface Memory {
  doorUuid: string;
  /** The same, 16 bytes. */
  door16: Uint8Array;
  status: StatusBoard;
  events: EventLog;
  time: TrustedTime;
  /** Has an event written that nobody waits for. */
  tell: (draft: EventDraft) => void;
  telling: InFlight;
}

export async function startMemory({ config, clock, random, log, version }: AppOptions, ending: { reason: string }, started: StopStack): Promise<Memory> {
  const door16 = uuidBytes(config.door.uuid);
  if (!door16) throw new PosternError('config-bad', 'door.uuid is no UUID.');
  const doorUuid = ruuidOf(door16);
  const status = new StatusBoard(clock);
  makeStateDir(config.stateDir);
  const events = await EventLog.open({
    dir: config.stateDir, doorUuid, clock, random, status, reserveBytes: config.events.reservedMb * MB, clockTrust: () => time.trust(),
  });
  started.push(() => events.close());
  events.onStored((event) => logEvent(log, event));

  const telling = new InFlight();
  const tell = (draft: EventDraft): void => {
    const failed = (thrown: unknown): void => log.error(`An event could not be written: ${messageOf(thrown)}`, { type: draft.type });
    void telling.track(events.append(draft).then(undefined, failed));
  };
  started.push(async () => {
    tell({ type: 'daemon-stopped', reason: ending.reason });
    await telling.idle();
  });
  status.onChange((part, now, before) => tellOfPart(tell, part, now, before));
  const time = new TrustedTime({
    clock, log, state: events.state, rtcHasBattery: config.access.rtcHasBattery,
    onChange: (trust) => tell({ type: 'clock-changed', trust }),
  });
  tell({ type: 'daemon-started', version, cleanStop: stoppedCleanly(events) });
  time.start();
  started.push(() => time.stop());
  return { doorUuid, door16, status, events, time, tell, telling };
}

/** [S7] What the log keeps may be told: it holds no secret, no name and no token's text. */
function logEvent(log: Logger, event: StoredEvent): void {
  log[isDetail(event) ? 'debug' : 'info'](eventText(event), { event: event.seq, type: event.type });
}

/** What is told with something else, or elsewhere: an alarm's line comes from the alarm itself, so that it is there without the log, too. */
function isDetail({ type }: StoredEvent): boolean {
  return type === 'access-asked' || type === 'evidence-stored' || type === 'alarm-raised' || type === 'alarm-cleared';
}

/** What the door, the list and the log themselves have to say they tell in events of their own; an upload that fails fails with the backend, and what waits for a broker waits with it. */
const PARTS_WITHOUT_EVENTS = new Set(['door', 'tamper', 'keys', 'list', 'event-log', 'evidence', 'upload', 'outbox', 'mqtt-commands']);

function tellOfPart(tell: Memory['tell'], part: string, now: PartStatus, before: PartStatus | undefined): void {
  if (PARTS_WITHOUT_EVENTS.has(part)) return;
  const wasWell = before === undefined || before.state === 'ok';
  if (now.state !== 'ok' && wasWell) tell({ type: 'part-failed', part, detail: now.reason });
  if (now.state === 'ok' && !wasWell) tell({ type: 'part-recovered', part });
}

function makeStateDir(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new PosternError('state-dir', `The state folder ${path} cannot be made (${messageOf(thrown)}). Set stateDir to a folder the daemon may write.`, { cause: thrown });
  }
}

function stoppedCleanly(events: EventLog): boolean {
  const [last] = events.query({ newestFirst: true, limit: 1 });
  return last === undefined || last.type === 'daemon-stopped';
}
