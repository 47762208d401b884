import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { VirtualClock } from '../../daemon/base/clock.ts';
import type { Status } from '../../daemon/report/page/api.ts';
import { loadConfig } from '../../config/load.ts';
import type { OutputName } from '../../drivers/door-io/door-io.ts';
import { SimulatedDoorIo } from '../../drivers/door-io/simulated.ts';
import { OwnDoor, pageAt, tokenText } from '../support/own-door.ts';
import { flatPicture, qrPicture } from '../support/qr-picture.ts';
import type { LumaPicture } from '../support/qr-picture.ts';

const outputs: OutputName[] = ['green', 'red', 'buzzer', 'light'];
const ours = loadConfig(join(import.meta.dirname, '../../../fixtures/configs/door.yaml'));

/** A daemon at a door with lamps, buzzer, light and a status page. */
class SignalDoor {
  readonly door: OwnDoor;
  readonly io: SimulatedDoorIo;

  private constructor(door: OwnDoor) {
    this.door = door;
    this.io = new SimulatedDoorIo({ dir: join(door.dir, 'door'), clock: door.clock, guard: 'in-process', outputs });
  }

  static async open(): Promise<SignalDoor> {
    const it = new SignalDoor(await OwnDoor.open());
    await it.door.start({ withBackend: true, doorIo: it.io, config: { http: pageAt(0), light: { ...ours.light, mode: 'on-motion' } } });
    return it;
  }

  /** The outputs that are on, as anybody can read it. */
  get on(): string[] {
    return outputs.filter((name) => readFileSync(join(this.door.dir, 'door', name), 'utf8') === '1\n');
  }

  async pass(ms: number): Promise<void> {
    const clock = this.door.clock as VirtualClock;
    await clock.advanceTo(clock.monotonicMs() + ms, async () => this.door.app?.idle());
  }

  /** Ten frames a second. */
  async show(picture: LumaPicture, forMs: number): Promise<void> {
    for (let ms = 0; ms < forMs; ms += 100) {
      this.door.camera.show(picture);
      await this.door.app?.idle();
      await this.pass(100);
    }
  }

  async hint(): Promise<Status['hint']> {
    return (await (await fetch(`${this.door.app?.pageUrl}status.json`)).json() as Status).hint;
  }

  types(): string[] {
    return this.door.events().map(({ type }) => type);
  }
}

function atSignalDoor(body: (it: SignalDoor) => Promise<void>): () => Promise<void> {
  return async () => {
    const it = await SignalDoor.open();
    try {
      await body(it);
    } finally {
      await it.door.close();
    }
  };
}

const wall = flatPicture(640, 480, 128);

/** A code whose finder patterns, format and size can be made out, and whose data is scratched away. */
async function scratchedCode(): Promise<LumaPicture> {
  const picture = await qrPicture('A CODE THAT NOBODY CAN READ ANY MORE, WHATEVER THEY TRY', { scale: 6 });
  const [left, top] = [320 - 36, 240 - 36];
  for (let y = 0; y < 72; y++) for (let x = 0; x < 72; x++) picture.luma[(top + y) * 640 + left + x] = ((Math.floor(x / 6) * 7 + Math.floor(y / 6) * 13) % 5) < 2 ? 0 : 255;
  return picture;
}

test('a visitor who is let in sees green and hears one tone, and it is dark again after it', atSignalDoor(async (it) => {
  assert.equal(it.on, []);
  await it.door.show(tokenText('resident'));
  assert.equal(it.on.filter((name) => name !== 'light'), ['green', 'buzzer']);
  await it.pass(10_000);
  assert.equal(it.on.filter((name) => name !== 'light'), []);
}));

test('a visitor who is not sees red', atSignalDoor(async (it) => {
  await it.door.show('no code of ours');
  assert.equal(it.on.filter((name) => name !== 'light'), ['red', 'buzzer']);
}));

test('a broken green lamp is a part of the status, and the door opens all the same', atSignalDoor(async (it) => {
  it.io.breakOutput('green', true);
  await it.door.show(tokenText('resident'));
  assert.is(it.io.relay, 'energised');
  assert.is(it.door.app?.status.get('feedback')?.state, 'degraded');
  await it.pass(30_000);
  assert.equal(it.types().filter((type) => type === 'part-failed'), ['part-failed']);
  assert.is(it.door.app?.status.get('door')?.state, 'ok');
}));

test('[S6] a code that cannot be read: a hint on the page and the lamps while it is shown, and an event with its picture afterwards', atSignalDoor(async (it) => {
  await it.show(wall, 300);
  await it.show(await scratchedCode(), 2_000);
  assert.is((await it.hint())?.reason, 'not-readable');
  assert.ok(!it.types().includes('code-not-read'));
  await it.show(wall, 3_000);
  assert.is(await it.hint(), undefined);
  assert.equal(it.on.filter((name) => name !== 'light'), []);
  await it.pass(10_000);
  const [unread] = it.door.events().filter(({ type }) => type === 'code-not-read');
  assert.ok(unread?.type === 'code-not-read' && unread.reason === 'not-readable' && unread.forMs >= 1_500, JSON.stringify(unread));
  const pictures = it.door.events().flatMap((event) => (event.type === 'evidence-stored' && event.attemptId === unread.attemptId ? event.pictures.map(({ kind }) => kind) : []));
  assert.ok(pictures.includes('scan'), pictures.join());
}));

test('[S6] codes that cannot be read, one after the other, are ten events and then a count', atSignalDoor(async (it) => {
  const code = await scratchedCode();
  for (let i = 0; i < 13; i++) {
    await it.show(code, 700);
    await it.show(wall, 300);
    // Longer than what stays in one place is remembered.
    await it.pass(6_000);
  }
  await it.door.app?.stop('the test is over');
  assert.is(it.types().filter((type) => type === 'code-not-read').length, 10);
  assert.equal(it.door.events().flatMap((event) => (event.type === 'codes-not-read' ? [event.count] : [])), [3]);
}));

test('stopped in the middle of a pattern every output is off', atSignalDoor(async (it) => {
  await it.show(await scratchedCode(), 1_500);
  await it.door.show(tokenText('resident'));
  assert.ok(it.on.length > 0);
  await it.door.app?.stop('the test is over');
  assert.equal(it.on, []);
  (it.door.clock as VirtualClock).advance(60_000);
  assert.equal(it.on, []);
}));

test('light on motion: on when a visitor comes, off after the hold', atSignalDoor(async (it) => {
  await it.show(wall, 1_000);
  assert.equal(it.on, []);
  await it.show(flatPicture(640, 480, 90), 300);
  assert.equal(it.on, ['light']);
  await it.show(flatPicture(640, 480, 90), 40_000);
  assert.equal(it.on, []);
}));

test.run();
