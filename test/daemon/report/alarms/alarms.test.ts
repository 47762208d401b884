import { join } from 'node:path';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AlarmChange } from '../../../../daemon/base/alarm.ts';
import type { VirtualClock } from '../../../../daemon/base/clock.ts';
import type { Logger } from '../../../../daemon/base/logger.ts';
import { silentLogger } from '../../../../daemon/base/logger.ts';
import { logFiles } from '../../../../daemon/record/log-files.ts';
import { SimulatedDoorIo } from '../../../../drivers/door-io/simulated.ts';
import { eventually } from '../../../support/eventually.ts';
import { OwnDoor, tokenText } from '../../../support/own-door.ts';

/** A whole daemon at a door of its own, with what its alarms said. */
class Situation {
  readonly door: OwnDoor;
  readonly changes: AlarmChange[] = [];
  readonly lines: string[] = [];

  constructor(door: OwnDoor) {
    this.door = door;
  }

  async start(config: Parameters<OwnDoor['start']>[0] = {}): Promise<void> {
    const hear = (line: string): void => void this.lines.push(line);
    const log: Logger = { ...silentLogger, info: hear, warn: hear, error: hear };
    const app = await this.door.start({ log, ...config });
    app.alarms.onChange((change) => this.changes.push(change));
  }

  /** Stops the daemon and starts another, which finds the door as it is by then. */
  async restart(contact: 'open' | 'closed', meanwhile: () => void = () => {}): Promise<void> {
    await this.door.app?.stop('the test');
    meanwhile();
    const doorIo = new SimulatedDoorIo({ dir: join(this.door.dir, 'door'), clock: this.door.clock, guard: 'in-process' });
    doorIo.setContact(contact);
    await this.start({ doorIo });
    this.door.doorIo = doorIo;
  }

  async pass(seconds: number): Promise<void> {
    for (let s = 0; s < seconds; s += 5) {
      (this.door.clock as VirtualClock).advance(5_000);
      await this.door.app?.idle();
    }
  }

  get active(): string[] {
    return this.door.app?.alarms.active().map(({ name, severity }) => `${name} ${severity}`) ?? [];
  }

  get told(): string[] {
    return this.changes.map(({ alarm, clearedAtMs }) => `${alarm.name} ${clearedAtMs === undefined ? 'raised' : 'cleared'}`);
  }

  alarmEvents(): string[] {
    return this.door.events().flatMap((event) => (event.type === 'alarm-raised' || event.type === 'alarm-cleared' ? [`${event.alarm} ${event.type}`] : []));
  }

  alarmLines(): string[] {
    return this.lines.filter((line) => line.startsWith('Alarm'));
  }
}

function atDoor(body: (it: Situation) => Promise<void>): () => Promise<void> {
  return async () => {
    const door = await OwnDoor.open();
    try {
      await body(new Situation(door));
    } finally {
      await door.close();
    }
  };
}

test('a door forced open raises its alarm at once, and it is over a moment after the door is closed; each is one line', atDoor(async (it) => {
  await it.start();
  it.door.doorIo.setContact('open');
  await it.door.app?.idle();
  assert.equal(it.active, ['forced critical']);
  await it.pass(60);
  it.door.doorIo.setContact('closed');
  await it.pass(10);
  assert.equal(it.active, []);
  assert.equal(it.told, ['forced raised', 'forced cleared']);
  assert.equal(it.alarmLines(), ['Alarm: Door forced open. The door was forced open.', 'Alarm over: Door forced open.']);
  assert.equal(it.alarmEvents(), [], 'the door has events of its own for it');
}));

test('forced before a restart and open still: it stands, since then, and is not told anew', atDoor(async (it) => {
  await it.start();
  it.door.doorIo.setContact('open');
  await it.door.app?.idle();
  const since = it.door.clock.wallMs();
  await it.pass(20);
  await it.restart('open');
  await it.pass(60);
  assert.equal(it.door.app?.alarms.active().map(({ name, sinceMs }) => [name, sinceMs])[0], ['forced', since]);
  assert.equal(it.told.filter((line) => line.startsWith('forced')), ['forced raised']);
}));

test('forced, and what stands was not written any more: the log still knows it, and since when', atDoor(async (it) => {
  await it.start();
  it.door.doorIo.setContact('open');
  await it.door.app?.idle();
  const since = it.door.clock.wallMs();
  await it.pass(20);
  await it.restart('open', () => {
    const db = new Database(logFiles(it.door.stateDir).db);
    db.prepare('DELETE FROM state WHERE key = ?').run('alarms');
    db.close();
  });
  assert.equal(it.door.app?.alarms.active().map(({ name, sinceMs }) => [name, sinceMs]), [['forced', since]]);
}));

test('forced before a restart and closed meanwhile: it is cleared, and opening the door later does not bring it back', atDoor(async (it) => {
  await it.start();
  it.door.doorIo.setContact('open');
  await it.door.app?.idle();
  await it.restart('closed');
  await it.pass(10);
  assert.equal(it.active, []);
  assert.equal(it.told, ['forced raised', 'forced cleared']);
  await it.door.app?.door.release('guard');
  it.door.doorIo.setContact('open');
  await it.door.app?.idle();
  assert.equal(it.active, []);
}));

test('a lockdown that outlives a restart keeps its since', atDoor(async (it) => {
  await it.start();
  await it.door.app?.door.lockDown('guard');
  await it.door.app?.idle();
  const since = it.door.clock.wallMs();
  await it.pass(20);
  await it.restart('closed');
  assert.equal(it.door.app?.alarms.active().map(({ name, sinceMs }) => [name, sinceMs]), [['lockdown', since]]);
  await it.door.app?.door.endLockdown('admin');
  await it.door.app?.idle();
  assert.equal(it.active, []);
}));

test('a camera that comes and goes raises one alarm, in the log as a pair of events', atDoor(async (it) => {
  await it.start();
  for (let i = 0; i < 20; i++) {
    it.door.camera.unplug('no signal');
    await it.pass(10);
    await it.door.show('nothing of ours');
    await it.pass(10);
  }
  const ofCamera = (lines: string[]): string[] => lines.filter((line) => line.startsWith('camera-dead'));
  assert.equal(ofCamera(it.active), ['camera-dead critical']);
  await it.pass(40);
  assert.equal(ofCamera(it.told), ['camera-dead raised', 'camera-dead cleared']);
  assert.equal(ofCamera(it.alarmEvents()), ['camera-dead alarm-raised', 'camera-dead alarm-cleared']);
}));

test('a camera dead before a restart and after it is told once; its since is the first', atDoor(async (it) => {
  await it.start();
  it.door.camera.unplug('no signal');
  const since = it.door.clock.wallMs();
  await it.pass(60);
  await it.restart('closed');
  it.door.camera.unplug('no signal');
  await it.pass(60);
  assert.equal(it.told, ['camera-dead raised']);
  assert.equal(it.door.app?.alarms.active().map(({ sinceMs }) => sinceMs), [since]);
}));

test('codes denied in a row raise the alarm, across a restart too', atDoor(async (it) => {
  const config = { config: { alarms: { denialsInARow: { count: 3, windowS: 120 }, diskFreeMb: 0 } } };
  await it.start(config);
  for (const code of ['one', 'two']) await it.door.show(`no door code: ${code}`);
  assert.equal(it.active, []);
  await it.door.app?.stop('the test');
  await it.start(config);
  await it.door.show('no door code: three');
  assert.equal(it.active, ['denials-in-a-row warning']);
}));

test('a disk with less room than is asked for raises its alarm', atDoor(async (it) => {
  await it.start({ config: { alarms: { denialsInARow: { count: 6, windowS: 120 }, diskFreeMb: 1e9 } } });
  await it.pass(120);
  await eventually('the alarm', () => (it.active.includes('disk-filling warning') ? true : undefined));
}));

test('a log that was changed behind the daemon\'s back raises its alarm a minute after the start, and writing goes on', atDoor(async (it) => {
  await it.start();
  await it.door.app?.stop('the test');
  const db = new Database(logFiles(it.door.stateDir).db);
  db.exec('DROP TRIGGER events_never_change');
  db.prepare("UPDATE events SET body = replace(body, '\"test\"', '\"best\"') WHERE seq = 1").run();
  db.close();
  await it.start();
  await it.pass(60);
  await eventually('the alarm', () => (it.active.includes('log-tampered critical') ? true : undefined));
  assert.match(it.door.app?.alarms.active()[0]?.text ?? '', /does not hold from event 1 on/);
  await it.door.app?.idle();
  assert.equal(it.alarmEvents(), ['log-tampered alarm-raised']);
}));

test('a log in order raises none', atDoor(async (it) => {
  await it.start();
  await it.pass(65);
  await it.door.app?.stop('the test');
  assert.equal(it.told, []);
  assert.equal(it.lines.filter((line) => line.includes('checked')), []);
}));

test('a lock relay that fails is told as what it is', atDoor(async (it) => {
  await it.start();
  it.door.doorIo.weldRelay(true);
  await it.door.app?.door.release('guard');
  await it.pass(10);
  assert.equal(it.active, ['relay-fault critical']);
}));

test('a request to exit that is stuck is told and over', atDoor(async (it) => {
  await it.start();
  it.door.doorIo.setRex('active');
  await it.pass(65);
  assert.equal(it.active, ['rex-stuck warning']);
  it.door.doorIo.setRex('idle');
  await it.pass(40);
  assert.equal(it.active, []);
}));

test('a code of the house at a calm door raises nothing', atDoor(async (it) => {
  await it.start({ withBackend: true });
  await it.door.show(tokenText('resident'));
  await it.pass(30);
  assert.equal(it.told, []);
}));

test.run();
