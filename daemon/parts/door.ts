import type { Clock } from '../base/clock.ts';
import type { ClockTrust } from '../base/events.ts';
import type { StopStack } from '../base/stop-stack.ts';
import { Door } from '../door/door.ts';
import { PassageScheduler } from '../door/passage-scheduler.ts';
import type { EventLog } from '../record/event-log.ts';
import type { VitalSign } from '../report/vital-watch.ts';
import type { AppOptions } from './app-options.ts';
import type { Memory } from './memory.ts';

export async function startDoor({ config, doorIo, clock, log }: AppOptions, { events, time, status, tell }: Memory, started: StopStack): Promise<Door> {
  const clockIsBelieved = (): boolean => isBelieved(time.trust());
  const door = new Door({ io: doorIo, clock, settings: config.door, state: events.state, status, log, onEvent: tell, clockIsBelieved });
  started.push(() => door.stop());
  await door.start();
  return door;
}

export function startPassages({ config: { door: { passageSchedule: name, schedules, timeZone } }, clock, log }: AppOptions, { events, time }: Memory, door: Door, started: StopStack): PassageScheduler | undefined {
  const schedule = name === undefined ? undefined : schedules[name];
  if (name === undefined || schedule === undefined) return undefined;
  const passages = new PassageScheduler({ door, name, schedule, timeZone, clock, log, state: events.state, clockIsBelieved: () => isBelieved(time.trust()) });
  started.push(() => passages.stop());
  passages.start();
  return passages;
}

/** Enough to open a door by the hour. */
export function isBelieved(trust: ClockTrust): boolean {
  return trust === 'verified' || trust === 'rtc';
}

/** [S10] Camera, decoder, backend and broker have supervisors of their own: none of them is a reason to start the door again. */
export function vitalSignsOf(door: Door, events: EventLog, clock: Clock): VitalSign[] {
  return [
    { name: 'the door machine', everyMs: 5_000, withinMs: 5_000, ask: () => door.tick() },
    { name: 'the relay guard', everyMs: 5_000, withinMs: 5_000, ask: () => heardWithin(clock, door.guardHeardMs, 15_000) },
    { name: 'the event log', everyMs: 60_000, withinMs: 30_000, ask: () => events.touch() },
  ];
}

function heardWithin(clock: Clock, heardMs: number, limitMs: number): Promise<void> {
  return clock.monotonicMs() - heardMs <= limitMs ? Promise.resolve() : Promise.reject(new Error('it was not heard'));
}
