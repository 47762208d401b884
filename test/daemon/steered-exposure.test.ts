import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../config/load.ts';
import { systemClock } from '../../daemon/base/clock.ts';
import { silentLogger, type Logger } from '../../daemon/base/logger.ts';
import type { CameraSteering } from '../../drivers/camera/camera.ts';
import { openCamera } from '../../drivers/drivers.ts';
import type { Config } from '../../config/schema.ts';
import { childProcesses } from '../support/child-processes.ts';
import { eventually } from '../support/eventually.ts';
import { NightCamera } from '../support/night-camera.ts';
import { OwnDoor } from '../support/own-door.ts';
import type { StandInMood } from '../support/stand-in-v4l2-ctl.ts';

const camera = { driver: 'v4l2', device: '/dev/null', format: 'raw', width: 320, height: 180, framesPerSecond: 15, rotate: 0, stallMs: 5_000, frozenAfterS: 0 } as const satisfies Config['camera'];

interface Situation {
  door: OwnDoor;
  night: NightCamera;
  lines: string[];
}

/** The whole daemon before a dark hall, its camera's programs played by stand-ins on PATH. */
async function inTheDark(steerExposure: boolean, run: (it: Situation) => Promise<void>, mood: StandInMood = 'works'): Promise<void> {
  const night = new NightCamera();
  night.control.set(mood);
  const door = await OwnDoor.open({ clock: systemClock });
  const lines: string[] = [];
  const log: Logger = { ...silentLogger, info: (line) => lines.push(line), warn: (line) => lines.push(line) };
  const light: Config['light'] = { activeLow: false, mode: 'off', holdS: 30, steerExposure, mainsHz: 50 };
  const config = { camera, light };
  await door.start({ config, camera: await openCamera(config as Config, systemClock), log });
  try {
    await run({ door, night, lines });
  } finally {
    await door.close();
    night.clear();
  }
}

/** The exposure times that were set, in order, 100 µs each. */
function times({ control }: Pick<NightCamera, 'control'>): number[] {
  return control.calls().flatMap((call) => /exposure_time_absolute=(\d+)/.exec(call)?.[1] ?? []).map(Number);
}

/** Resolves once nothing has been set for so long that a turn would have been over. */
async function atRest({ control }: Pick<NightCamera, 'control'>): Promise<void> {
  let [calls, sinceMs] = [control.calls().length, performance.now()];
  await eventually('nothing is set any more', () => {
    if (control.calls().length !== calls) [calls, sinceMs] = [control.calls().length, performance.now()];
    return times({ control }).length > 0 && performance.now() - sinceMs > 2_000;
  });
}

const SHORT = 25;
const LONG = 100;

test('in a dark hall short exposures come in turn with long ones while something moves, and the camera gets its automatic one back', async () => {
  await inTheDark(true, async ({ door, night, lines }) => {
    await atRest(night);
    const still = times(night);
    assert.ok((still.at(-1) as number) >= LONG, `while nothing moves: ${still.join()}`);

    night.wave(true);
    await eventually('three turns of each', () => turnsIn(times(night).slice(still.length)).length >= 6);
    const moving = times(night).slice(still.length);
    assert.ok(moving.every((time) => time <= SHORT || time >= LONG), moving.join());
    assert.equal(turnsIn(moving).slice(0, 6), ['short', 'long', 'short', 'long', 'short', 'long']);

    night.wave(false);
    await atRest(night);
    assert.ok((times(night).at(-1) as number) >= LONG, 'the long one stays');

    await door.app?.stop('the test is over');
    const calls = night.control.calls();
    assert.equal(calls.slice(0, 2), ['--list-ctrls-menus', '--set-ctrl auto_exposure=1']);
    assert.ok(calls.slice(2, -1).every((call) => /^--set-ctrl exposure_time_absolute=\d+,gain=\d+$/.test(call)), calls.join('\n'));
    assert.is(calls.at(-1), '--set-ctrl auto_exposure=3,gain=64,exposure_dynamic_framerate=0');
    assert.equal(lines.filter((line) => line.includes('steered')), ['The camera\'s exposure is steered.']);
    assert.equal(childProcesses(), []);
  });
});

test('a camera that cannot be steered is told of once, however often it comes and goes, and its pictures are looked at', async () => {
  await inTheDark(true, async ({ door, night, lines }) => {
    /** What was called in each try: list, take over, give back. */
    const tried = (): number => night.control.calls().length / 3;
    const state = (): string | undefined => door.app?.status.get('camera')?.state;
    const said = (): string[] => lines.filter((line) => line.includes('steered'));
    await eventually('it is told', () => said().length > 0);
    for (const child of childProcesses()) if (child.includes('night-camera-program')) process.kill(Number(child.split(' ', 1)[0]), 'SIGKILL');
    await eventually('the camera is down', () => state() === 'down');
    await eventually('it is tried again', () => tried() === 2 && night.control.running().length === 0);
    await eventually('the camera gives pictures', () => state() === 'ok');
    // What came of it is on its way.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await door.app?.stop('the test is over');
    assert.is(said().length, 1, said().join('\n'));
    assert.match(said()[0] as string, /^The camera's exposure is not steered: v4l2-ctl says: .*Permission denied/);
  }, 'forbids');
});

test('a camera that has stopped is asked for nothing, until it says again that it can be steered', async () => {
  const door = await OwnDoor.open({ clock: systemClock });
  const ours = loadConfig(fileURLToPath(new URL('../../../fixtures/configs/door.yaml', import.meta.url)));
  const app = await door.start({ config: { light: { ...ours.light, steerExposure: true } } });
  let asked = 0;
  const steering: CameraSteering = { exposureUs: { min: 100, max: 66_000 }, gain: { min: 1, max: 16 }, delayFrames: 0, isUnderWay: false, steer: () => asked++ };
  const show = async (least: number): Promise<void> => {
    for (let i = 0; i < 6; i++) {
      door.camera.show({ width: 320, height: 180, luma: Uint8Array.from({ length: 320 * 180 }, (_, at) => least + ((at * 7 + i) % 23)) });
      await app.idle();
    }
  };
  try {
    door.camera.canBeSteered(steering);
    await show(0);
    assert.ok(asked > 1, `asked for ${asked} exposures of a dark hall`);
    for (const end of [() => door.camera.unplug('it is gone'), () => door.camera.canBeSteered('it is busy')]) {
      end();
      asked = 0;
      await show(220);
      assert.is(asked, 0);
      door.camera.canBeSteered(steering);
      assert.is(asked, 1);
      await show(0);
      assert.ok(asked > 1, 'it is steered again');
    }
  } finally {
    await door.close();
  }
});

test('without light.steerExposure the camera is left as it is', async () => {
  await inTheDark(false, async ({ door, night }) => {
    await eventually('pictures', () => door.app?.status.get('camera')?.state === 'ok');
    await door.app?.stop('the test is over');
    assert.equal(night.control.calls(), []);
  });
});

function turnsIn(all: number[]): string[] {
  return all.map((time) => (time <= SHORT ? 'short' : 'long')).filter((turn, i, turns) => turn !== turns[i - 1]);
}

test.run();
