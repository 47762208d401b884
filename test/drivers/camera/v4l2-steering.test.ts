import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock, VirtualClock, type Clock } from '../../../daemon/base/clock.ts';
import type { CameraSteering } from '../../../drivers/camera/camera.ts';
import { SupervisedCamera } from '../../../drivers/camera/supervised-camera.ts';
import { V4l2Steering } from '../../../drivers/camera/v4l2-steering.ts';
import { v4l2Source } from '../../../drivers/camera/v4l2.ts';
import { radianceOf, SteerableSensor } from '../../../scripts/scene/steerable-sensor.ts';
import { childProcesses } from '../../support/child-processes.ts';
import { eventually } from '../../support/eventually.ts';
import { StandInCamera } from '../../support/stand-in-camera.ts';
import { StandInV4l2Ctl } from '../../support/stand-in-v4l2-ctl.ts';
import { testSteeringContract } from './steering-contract.ts';

type Told = CameraSteering | string;

/** A try at steering whatever camera is behind `program`, ended and cleared when `run` has. */
async function steering(program: StandInV4l2Ctl, run: (told: Told[], it: V4l2Steering) => Promise<void>, { clock = systemClock, command = program.command, framesPerSecond = 15 }: { clock?: Clock; command?: string; framesPerSecond?: number } = {}): Promise<void> {
  const told: Told[] = [];
  const it = new V4l2Steering({ clock, device: '/dev/null', framesPerSecond, command, random: () => 0, tell: (now) => told.push(now) });
  it.begin();
  try {
    await run(told, it);
  } finally {
    await it.close();
    assert.equal(childProcesses(), [], 'no process is left');
    await eventually('nor any that the shell has started', () => program.running().length === 0, 5_000);
    program.clear();
  }
}

async function steered(told: Told[]): Promise<CameraSteering> {
  const now = await eventually('it is told', () => told.at(-1));
  if (typeof now === 'string') throw new Error(`not steered: ${now}`);
  return now;
}

/** Why the camera is not steered, as it was told at `place`. */
function reason(told: Told[], place: number): string {
  const now = told[place];
  if (typeof now !== 'string') throw new Error('it is steered');
  return now;
}

async function settled(camera: CameraSteering): Promise<void> {
  await eventually('it is set', () => !camera.isUnderWay);
}

// ---- The contract ----

const black = radianceOf({ width: 16, height: 16, rgb: new Uint8Array(3 * 16 * 16) }, 1, 0);
testSteeringContract('the simulated sensor', async () => {
  const sensor = new SteerableSensor({ seed: 1 });
  return { steering: sensor, frame: async () => sensor.take(black).exposure, nearest: { exposureUs: 0, gain: 0 }, clear: async () => undefined };
});

for (const [camera, time, gain] of [['of today', 'exposure_time_absolute', [0, 255]], ['of old', 'exposure_absolute', [0, 100]]] as const) {
  testSteeringContract(`v4l2, a camera ${camera}`, async () => {
    const pictures = new StandInCamera();
    const program = new StandInV4l2Ctl(camera);
    let frames = 0;
    const source = v4l2Source({ clock: systemClock, device: '/dev/null', format: 'raw', width: 320, height: 180, framesPerSecond: 15, rotate: 0, steers: true, command: pictures.command, controlCommand: program.command });
    const supervised = new SupervisedCamera({ source, clock: systemClock, stallMs: 5_000, frozenAfterMs: 0 });
    const told = await new Promise<Told>((resolve, reject) => supervised.start({ frame: () => frames++, stopped: (reason) => reject(new Error(reason)), steering: resolve }));
    return {
      steering: await steered([told]),
      frame: async () => {
        const before = frames;
        await eventually('a frame', () => frames > before);
        return { exposureUs: program.value(time) * 100, gain: 1 + (15 * (program.value('gain') - gain[0])) / (gain[1] - gain[0]) };
      },
      nearest: { exposureUs: 250, gain: 0.08 },
      clear: async () => {
        await supervised.stop();
        pictures.clear();
        program.clear();
      },
    };
  });
}

// ---- What is set ----

test('the exposure is taken over before it is set, and everything is given back as it was', async () => {
  const program = new StandInV4l2Ctl('of today');
  program.put('gain', 20);
  program.put('exposure_dynamic_framerate', 1);
  await steering(program, async (told, it) => {
    const camera = await steered(told);
    assert.equal([camera.exposureUs, camera.gain], [{ min: 300, max: 1e6 / 15 }, { min: 1, max: 16 }]);
    camera.steer(10_000, 1);
    await settled(camera);
    camera.steer(2_500, 16);
    await settled(camera);
    await it.close();
    assert.equal(program.calls(), [
      '--list-ctrls-menus',
      '--set-ctrl auto_exposure=1,exposure_dynamic_framerate=0',
      '--set-ctrl exposure_time_absolute=100,gain=0',
      '--set-ctrl exposure_time_absolute=25,gain=255',
      '--set-ctrl auto_exposure=3,gain=20,exposure_dynamic_framerate=1',
    ]);
  });
});

test('by the names of an older kernel, in the steps of that camera', async () => {
  const program = new StandInV4l2Ctl('of old');
  await steering(program, async (told, it) => {
    const camera = await steered(told);
    for (const [exposureUs, gain] of [[2_300, 1], [1e9, 99], [0, 0]] as const) {
      camera.steer(exposureUs, gain);
      await settled(camera);
    }
    await it.close();
    assert.equal(program.calls().slice(1), [
      '--set-ctrl exposure_auto=1',
      '--set-ctrl exposure_absolute=25,gain=0',
      '--set-ctrl exposure_absolute=5000,gain=100',
      '--set-ctrl exposure_absolute=5,gain=0',
      '--set-ctrl exposure_auto=3,gain=0,exposure_auto_priority=0',
    ]);
  });
});

test('a camera without gain has none to steer, and one with automatic gain has it off meanwhile', async () => {
  const without = new StandInV4l2Ctl('without gain');
  await steering(without, async (told, it) => {
    const camera = await steered(told);
    assert.equal(camera.gain, { min: 1, max: 1 });
    camera.steer(5_000, 1);
    await settled(camera);
    await it.close();
    assert.equal(without.calls().slice(1), ['--set-ctrl auto_exposure=1', '--set-ctrl exposure_time_absolute=50', '--set-ctrl auto_exposure=0']);
  });
  const automatic = new StandInV4l2Ctl('with automatic gain');
  await steering(automatic, async (told, it) => {
    await steered(told);
    await it.close();
    assert.equal(automatic.calls().slice(1), ['--set-ctrl auto_exposure=1,gain_automatic=0', '--set-ctrl auto_exposure=3,gain=16,gain_automatic=1']);
  });
});

test('left manual by a daemon that was killed: it is steered all the same, and the camera gets its defaults back', async () => {
  const program = new StandInV4l2Ctl('of today');
  program.put('auto_exposure', 1);
  program.put('exposure_time_absolute', 5);
  program.put('gain', 255);
  await steering(program, async (told, it) => {
    await steered(told);
    await it.close();
    assert.is(program.calls().at(-1), '--set-ctrl auto_exposure=3,gain=64,exposure_dynamic_framerate=0');
  });
});

test('one call at a time, and of what waits only the newest is set', async () => {
  const program = new StandInV4l2Ctl('of today');
  await steering(program, async (told) => {
    const camera = await steered(told);
    program.set('slow');
    for (let ms = 1; ms <= 20; ms++) camera.steer(ms * 1_000, 1);
    assert.ok(camera.isUnderWay);
    assert.is(childProcesses().length, 1);
    await settled(camera);
    assert.equal(program.calls().slice(2), ['--set-ctrl exposure_time_absolute=10,gain=0', '--set-ctrl exposure_time_absolute=200,gain=0']);
  });
});

// ---- What goes wrong ----

const NO_CONTROL = 'it has no exposure control';
const line = (fields: string): string => `                  auto_exposure 0x009a0901 (menu)   : min=0 max=3 default=3 value=3 (Aperture Priority Mode)\n\t\t\t\t1: Manual Mode\n         exposure_time_absolute 0x009a0902 (int)    : ${fields}\n`;
const listings: [what: string, says: string, expected: string][] = [
  ['nothing', '', NO_CONTROL],
  ['garbage', '\u0000\u0001\u0002 \u001b[2J auto_exposure ( : min==\n'.repeat(100), NO_CONTROL],
  ['an end in the middle', `\u00040\n${line('min=9 max=3 step=1 default=5 value=5')}`, NO_CONTROL],
  ['more than it can have', 'x'.repeat(1_000_000), 'COMMAND prints without end'],
  ['a million lines', '\n'.repeat(1_000_000), 'COMMAND prints without end'],
  ['a least above the most', line('min=5000 max=3 step=1 default=250 value=250'), NO_CONTROL],
  ['words for numbers', line('min=few max=many step=1 default=some value=250'), NO_CONTROL],
  ['numbers without end', line(`min=1 max=${'9'.repeat(400)} step=1 default=250 value=250`), NO_CONTROL],
  ['no value', line('min=1 max=5000 step=1 default=250'), NO_CONTROL],
  ['a range of one', line('min=250 max=250 step=1 default=250 value=250'), NO_CONTROL],
  ['an exposure that is only read', line('min=1 max=5000 step=1 default=250 value=250 flags=inactive, read-only'), NO_CONTROL],
  ['an exposure of less than nothing', line('min=-13 max=0 step=1 default=-6 value=-6'), NO_CONTROL],
  ['no manual mode', line('min=1 max=5000 step=1 default=250 value=250').replace('1: Manual', '2: Shutter Priority'), 'it has no manual exposure'],
];
for (const [what, says, expected] of listings) {
  test(`v4l2-ctl lists ${what}: not steered, told once, and nothing is set`, async () => {
    const program = new StandInV4l2Ctl('of today');
    program.say(says);
    await steering(program, async (told, it) => {
      await eventually('it is told', () => told.length > 0);
      await it.close();
      assert.equal(told, [expected.replace('COMMAND', program.command)]);
      assert.equal(program.calls(), ['--list-ctrls-menus']);
    });
  });
}

test('a listing with steps of nothing and lines that nobody knows is understood', async () => {
  const program = new StandInV4l2Ctl('of today');
  program.say(`error 5 getting ext_ctrl Focus, Absolute\n   region_of_interest_rectangle 0x009a1901 (unknown): type=107 value=unsupported payload type flags=has-payload\n\t\t\t\t7: stray\n${line('min=1 max=5000 step=0 default=250 value=250 flags=inactive, has-min-max')}`);
  await steering(program, async (told) => {
    assert.equal((await steered(told)).exposureUs, { min: 100, max: 1e6 / 15 });
  });
});

test('a camera without exposure control', async () => {
  await steering(new StandInV4l2Ctl('without exposure'), async (told) => {
    await eventually('it is told', () => told.length > 0);
    assert.equal(told, [NO_CONTROL]);
  });
});

test('v4l2-ctl is not installed', async () => {
  await steering(new StandInV4l2Ctl('of today'), async (told) => {
    await eventually('it is told', () => told.length > 0);
    assert.equal(told, ['v4l2-ctl-is-not-here is not installed. Run: apt-get install v4l-utils']);
  }, { command: 'v4l2-ctl-is-not-here' });
});

test('the real v4l2-ctl: a device that has no controls is told of in its words', async () => {
  if (spawnSync('v4l2-ctl', ['--version']).status !== 0) return void process.stdout.write('skipped: v4l2-ctl is not installed\n');
  await steering(new StandInV4l2Ctl('of today'), async (told) => {
    await eventually('it is told', () => told.length > 0);
    assert.equal(told, ['v4l2-ctl says: Unable to detect what device /dev/null is, exiting']);
  }, { command: 'v4l2-ctl' });
});

test('v4l2-ctl that hangs is ended, at the list and at a setting', async () => {
  const hangs = new StandInV4l2Ctl('of today', 'hangs');
  await steering(hangs, async (told) => {
    await eventually('it is told', () => told.length > 0);
    assert.equal(told, [`${hangs.command} does not answer`]);
  });
  const later = new StandInV4l2Ctl('of today');
  await steering(later, async (told) => {
    const camera = await steered(told);
    later.set('hangs-setting');
    camera.steer(10_000, 1);
    await eventually('it is told', () => told.length > 1);
    assert.equal(told.slice(1), [`${later.command} does not answer; its exposure stays as it was set last`]);
  });
});

const refusals: ['forbids' | 'busy' | 'gone', string][] = [['forbids', 'Permission denied'], ['busy', 'Device or resource busy'], ['gone', 'Cannot open device /dev/null, exiting']];
for (const [mood, says] of refusals) {
  test(`v4l2-ctl says "${says}" while the camera is steered: told once, and nothing more is set`, async () => {
    const program = new StandInV4l2Ctl('of today');
    await steering(program, async (told) => {
      const camera = await steered(told);
      program.set(mood);
      camera.steer(10_000, 1);
      await eventually('it is told', () => told.length > 1);
      for (let i = 0; i < 5; i++) camera.steer(2_000 + i, 1);
      assert.not.ok(camera.isUnderWay);
      assert.is(told.length, 2);
      assert.match(reason(told, 1), new RegExp(`v4l2-ctl says: .*${says}.*; its exposure stays as it was set last$`));
      assert.is(program.calls().length, 4, program.calls().join('\n'));
    });
  });
}

test('a camera that lets itself be taken over and then refuses an exposure gets its automatic one back', async () => {
  const program = new StandInV4l2Ctl('of today', 'forbids-exposing');
  await steering(program, async (told) => {
    (await steered(told)).steer(10_000, 1);
    await eventually('it is told', () => told.length > 1);
    assert.match(reason(told, 1), /Permission denied$/);
    assert.is(program.value('auto_exposure'), 3);
  });
});

test('a camera whose control has failed is tried again', async () => {
  const clock = new VirtualClock();
  const program = new StandInV4l2Ctl('of today', 'busy');
  await steering(program, async (told) => {
    await eventually('it is told', () => told.length > 0);
    program.set('works');
    clock.advance(30_000);
    await eventually('it is told again', () => told.length > 1);
    assert.is(typeof told[1], 'object');
  }, { clock });
});

// ---- With pictures ----

test('pictures go on while the control fails, and a camera that was cut off is taken over anew', async () => {
  const pictures = new StandInCamera();
  const program = new StandInV4l2Ctl('of today', 'hangs');
  const told: Told[] = [];
  let frames = 0;
  const source = v4l2Source({ clock: systemClock, device: '/dev/null', format: 'raw', width: 320, height: 180, framesPerSecond: 15, rotate: 0, steers: true, command: pictures.command, controlCommand: program.command });
  const camera = new SupervisedCamera({ source, clock: systemClock, stallMs: 5_000, frozenAfterMs: 0, random: () => 0 });
  camera.start({ frame: () => frames++, stopped: (reason) => told.push(`stopped: ${reason}`), steering: (now) => told.push(now) });
  await eventually('it is told', () => told.length > 0);
  assert.match(reason(told, 0), /does not answer$/);
  assert.ok(frames > 10, `${frames} frames meanwhile`);
  program.set('works');
  pictures.set({ mood: 'ends' });
  await eventually('it is cut off', () => told.length > 1);
  pictures.set({});
  (await steered(await eventually('it is steered', () => (told.length > 2 && typeof told.at(-1) === 'object' ? told : undefined)))).steer(10_000, 1);
  await eventually('it is set', () => program.value('exposure_time_absolute') === 100);
  await camera.stop();
  assert.is(program.value('auto_exposure'), 3, 'given back');
  assert.equal(childProcesses(), []);
  pictures.clear();
  program.clear();
});

test('a camera that is not to be steered is left alone', async () => {
  const pictures = new StandInCamera();
  const program = new StandInV4l2Ctl('of today');
  const source = v4l2Source({ clock: systemClock, device: '/dev/null', format: 'raw', width: 320, height: 180, framesPerSecond: 15, rotate: 0, command: pictures.command, controlCommand: program.command });
  const camera = new SupervisedCamera({ source, clock: systemClock, stallMs: 5_000, frozenAfterMs: 0 });
  let frames = 0;
  camera.start({ frame: () => frames++, stopped: () => undefined, steering: () => assert.unreachable('it is steered') });
  await eventually('pictures', () => frames > 5);
  await camera.stop();
  assert.equal(program.calls(), []);
  pictures.clear();
  program.clear();
});

test.run();
