import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import type { EventDraft } from '../../../daemon/base/events.ts';
import { silentLogger } from '../../../daemon/base/logger.ts';
import type { Schedule } from '../../../daemon/base/schedule.ts';
import { StatusBoard } from '../../../daemon/base/status.ts';
import { Door } from '../../../daemon/door/door.ts';
import { PassageScheduler } from '../../../daemon/door/passage-scheduler.ts';
import { SimulatedDoorIo } from '../../../drivers/door-io/simulated.ts';
import { MemoryState } from '../../support/memory-state.ts';
import { settings } from './specimens.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A Monday. */
const MONDAY = '2026-03-02';
const opening: Schedule = { weekly: { mon: ['08:00-08:20', '08:30-08:50'], tue: ['08:00-08:20'] }, exceptions: [] };
const always: Schedule = { weekly: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, ['00:00-24:00']])), exceptions: [] };

interface Given {
  schedule?: Schedule;
  timeZone?: string;
  at?: string;
  needsFirstEntry?: boolean;
}

/** A real door with its machine and its stored orders, at which a schedule opens and closes. */
class Bench {
  readonly clock: VirtualClock;
  readonly state = new MemoryState();
  readonly events: EventDraft[] = [];
  believed = true;
  readonly #given: Given;
  readonly #dir = mkdtempSync(join(tmpdir(), 'postern-passage-'));
  door!: Door;
  #scheduler!: PassageScheduler;

  constructor(given: Given) {
    this.#given = given;
    this.clock = new VirtualClock(Date.parse(`${given.at ?? `${MONDAY}T07:55:00`}Z`));
  }

  async start(): Promise<void> {
    const { clock, state } = this;
    const { schedule = opening, timeZone = 'UTC', needsFirstEntry = false } = this.#given;
    this.door = new Door({
      io: new SimulatedDoorIo({ dir: this.#dir, clock, guard: 'in-process' }), clock, settings: { ...settings, passageNeedsFirstEntry: needsFirstEntry }, state,
      status: new StatusBoard(clock), log: silentLogger, onEvent: (draft) => void this.events.push(draft),
    });
    await this.door.start();
    this.#scheduler = new PassageScheduler({ door: this.door, name: 'opening', schedule, timeZone, clock, clockIsBelieved: () => this.believed, state, log: silentLogger });
    this.#scheduler.start();
    await this.#scheduler.idle();
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advanceTo(this.clock.monotonicMs() + ms, async () => {
      await this.#scheduler.idle();
      await this.door.idle();
    });
  }

  /** To the next moment at which the wall shows this time, by UTC. */
  async until(time: string): Promise<void> {
    const today = new Date(this.clock.wallMs()).toISOString().slice(0, 10);
    const atMs = Date.parse(`${today}T${time}Z`);
    await this.pass((atMs > this.clock.wallMs() ? atMs : atMs + 24 * HOUR_MS) - this.clock.wallMs());
  }

  async restart(awayMs: number): Promise<void> {
    await this.stop();
    this.clock.jumpWall(awayMs);
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#scheduler.stop();
    await this.door.stop();
  }

  async over(): Promise<void> {
    await this.stop();
    rmSync(this.#dir, { recursive: true });
  }

  get is(): string {
    return this.door.view.state;
  }

  told(): string[] {
    return this.events.splice(0).map(({ type }) => type).filter((type) => type.startsWith('passage'));
  }
}

function situation(name: string, given: Given, body: (it: Bench) => Promise<void>): void {
  test(name, async () => {
    const it = new Bench(given);
    await it.start();
    try {
      await body(it);
    } finally {
      await it.over();
    }
  });
}

situation('the door stands released while the schedule is open, and is locked outside', {}, async (it) => {
  assert.is(it.is, 'locked');
  await it.until('08:00:20');
  assert.is(it.is, 'passage');
  await it.until('08:19:59');
  assert.is(it.is, 'passage');
  await it.until('08:20:01');
  assert.is(it.is, 'locked');
  await it.until('08:30:20');
  assert.is(it.is, 'passage');
  await it.until('08:50:01');
  assert.is(it.is, 'locked');
  assert.equal(it.told(), ['passage-started', 'passage-ended', 'passage-started', 'passage-ended']);
});

situation('with the first entry asked for it waits, locked, for somebody who is let in', { needsFirstEntry: true }, async (it) => {
  await it.until('08:03:00');
  assert.is(it.is, 'locked');
  assert.ok(it.door.view.passage?.waitsForEntry);
  await it.door.grant({ attemptId: 'a', extended: false });
  assert.is(it.is, 'passage');
  await it.until('08:20:01');
  assert.is(it.is, 'locked');
});

situation('ended by command it stays ended until the schedule opens the next time, over a restart too', {}, async (it) => {
  await it.until('08:05:00');
  await it.door.endPassage('a guard');
  await it.until('08:10:00');
  assert.is(it.is, 'locked');
  await it.restart(2 * MINUTE_MS);
  await it.until('08:15:00');
  assert.is(it.is, 'locked');
  await it.until('08:31:00');
  assert.is(it.is, 'passage');
});

situation('a restart while it stands: it goes on, and is not begun again', {}, async (it) => {
  await it.until('08:05:00');
  it.told();
  await it.restart(2 * MINUTE_MS);
  await it.pass(MINUTE_MS);
  assert.is(it.is, 'passage');
  assert.equal(it.told(), []);
  await it.until('08:20:01');
  assert.is(it.is, 'locked');
});

situation('switched on in the middle of the hours it begins at once', { at: `${MONDAY}T08:10:00` }, async (it) => {
  assert.is(it.is, 'passage');
  assert.is(it.door.view.passage?.untilWallMs, Date.parse(`${MONDAY}T08:20:00Z`));
});

situation('a clock that is not believed opens no door', {}, async (it) => {
  it.believed = false;
  await it.until('08:05:00');
  assert.is(it.is, 'locked');
  it.believed = true;
  await it.pass(MINUTE_MS);
  assert.is(it.is, 'passage');
});

situation('a lockdown ends it for this opening; one that stood before gives way to it when it ends', {}, async (it) => {
  await it.until('08:05:00');
  await it.door.lockDown('a guard');
  await it.door.endLockdown('an admin');
  await it.until('08:10:00');
  assert.is(it.is, 'locked');
  await it.until('08:25:00');
  await it.door.lockDown('a guard');
  await it.until('08:40:00');
  assert.is(it.is, 'lockdown');
  await it.door.endLockdown('an admin');
  await it.pass(MINUTE_MS);
  assert.is(it.is, 'passage');
});

situation('a passage by command is left alone, and the schedule takes over when it ends', {}, async (it) => {
  await it.door.startPassage(Date.parse(`${MONDAY}T08:05:00Z`), 'a guard');
  await it.until('08:03:00');
  assert.is(it.door.view.passage?.by, 'a guard');
  await it.until('08:05:30');
  assert.is(it.is, 'passage');
  assert.is(it.door.view.passage?.by, 'the schedule opening');
});

situation('a wall clock that is put forward past the end ends it', {}, async (it) => {
  await it.until('08:05:00');
  it.clock.jumpWall(18 * MINUTE_MS);
  await it.pass(MINUTE_MS);
  assert.is(it.is, 'locked');
});

situation('a wall clock that is put back: it ends when the wall says so', {}, async (it) => {
  await it.until('08:10:00');
  it.clock.jumpWall(-10 * MINUTE_MS);
  await it.until('08:19:50');
  assert.is(it.is, 'passage');
  await it.until('08:20:20');
  assert.is(it.is, 'locked');
});

// Waiting for an entry, for a passage that runs renews its lease twice a second.
situation('hours without an end: it stands for days without a break, and is lengthened twice a day at most', { schedule: always, needsFirstEntry: true }, async (it) => {
  it.told();
  await it.pass(2 * 24 * HOUR_MS);
  assert.ok(it.door.view.passage);
  const told = it.told();
  assert.not.ok(told.includes('passage-ended'));
  assert.ok(told.length >= 2 && told.length <= 4, String(told.length));
});

situation('hours without an end that somebody has ended: it stays ended for days', { schedule: always }, async (it) => {
  await it.door.endPassage('a guard');
  for (let hour = 0; hour < 5 * 24; hour++) {
    it.clock.jumpWall(HOUR_MS - MINUTE_MS);
    await it.pass(MINUTE_MS);
  }
  assert.is(it.is, 'locked');
});

situation('summer time begins: it opens by the door\'s own clock', { timeZone: 'Europe/Berlin', at: '2026-03-30T05:50:00', schedule: opening }, async (it) => {
  assert.is(it.is, 'locked');
  await it.until('06:00:20');
  assert.is(it.is, 'passage');
});

situation('a disk that is full: it is tried again', {}, async (it) => {
  it.state.failing = true;
  await it.until('08:01:00');
  it.state.failing = false;
  await it.pass(MINUTE_MS);
  await it.restart(MINUTE_MS);
  assert.is(it.is, 'passage', 'it was stored at last');
});

test.run();
