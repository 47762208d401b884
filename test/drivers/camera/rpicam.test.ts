import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../daemon/base/clock.ts';
import type { RpicamSourceOptions } from '../../../drivers/camera/rpicam.ts';
import { rpicamSource } from '../../../drivers/camera/rpicam.ts';
import { StandInCamera } from '../../support/stand-in-camera.ts';
import { firstReason, firstPicture } from './one-try.ts';
import { testLiveCamera } from './live-camera.ts';
import { standInRig } from './stand-in-rig.ts';

const options: RpicamSourceOptions = { clock: systemClock, width: 320, height: 180, framesPerSecond: 15, rotate: 0, cameraNumber: 0, rowAlignBytes: 64 };

testLiveCamera('rpicam', async () => {
  const rig = standInRig((command) => rpicamSource({ ...options, command }));
  delete rig.garble;
  return rig;
});

test('padded rows: the picture is what is shown, its colours too', async () => {
  // 328 is no multiple of 64; the size is the one that rpicam-vid tells, not the one it was asked for.
  const program = new StandInCamera({ width: 328, height: 180 });
  const { width, height, luma, chroma } = await firstPicture(rpicamSource({ ...options, command: program.command }));
  program.clear();
  assert.equal([width, height, luma?.length, chroma?.length], [328, 180, 328 * 180, 164 * 90 * 2]);
  assert.ok(luma?.subarray(1).every((value) => value === 100), 'no padding is left in the luma');
  assert.ok(chroma?.subarray(0, 164 * 90).every((value) => value === 60));
  assert.ok(chroma?.subarray(164 * 90).every((value) => value === 200));
});

test('without padding luma and colours are views of the bytes that came', async () => {
  const program = new StandInCamera({ width: 320, height: 180 });
  const { luma, chroma } = await firstPicture(rpicamSource({ ...options, command: program.command }));
  program.clear();
  assert.is(luma?.buffer, chroma?.buffer);
});

test('what rpicam-vid is asked for', async () => {
  const program = new StandInCamera();
  await firstPicture(rpicamSource({ ...options, rotate: 180, cameraNumber: 1, further: ['--shutter', '5000'], command: program.command }));
  const args = JSON.parse(readFileSync(join(program.dir, 'arguments'), 'utf8')) as string[];
  program.clear();
  assert.is(args.join(' '), '--codec yuv420 --width 320 --height 180 --framerate 15 --camera 1 --rotation 180 --timeout 0 --nopreview --flush --shutter 5000 --output -');
});

const last: [says: string, reason: RegExp][] = [
  ['ERROR: *** no cameras available ***', /the board finds no camera: check its ribbon cable/],
  ['[1:02:03.4] [99] ERROR V4L2 v4l2_videodevice.cpp:1248 /dev/video4[16:cap]: Dequeue timer of 1000000.00us has expired!', /the sensor has timed out/],
  ['ERROR: *** failed to acquire camera /base/soc/i2c0mux/i2c@1/imx708@1a ***', /another program uses it/],
  ['[1:02:03.4] [99] ERROR Camera camera.cpp:5 The flux is low.', /^rpicam-vid says: ERROR Camera camera\.cpp:5 The flux is low$/],
];
for (const [says, reason] of last) {
  test(`it ends and has said: ${says.slice(0, 60)}`, async () => {
    const program = new StandInCamera({ mood: 'fails', says });
    const told = await firstReason(rpicamSource({ ...options, command: program.command }));
    program.clear();
    assert.match(told, reason);
  });
}

test('a sensor that has timed out is named when rpicam-vid goes on and says nothing more', async () => {
  const program = new StandInCamera({ mood: 'silent', says: 'ERROR: Device timeout detected, attempting a restart!!!' });
  const told = await firstReason(rpicamSource({ ...options, command: program.command }), 500);
  program.clear();
  assert.match(told, /the sensor has timed out/);
});

test('rpicam-vid is not installed', async () => {
  assert.is(await firstReason(rpicamSource({ ...options, command: 'rpicam-vid-is-not-here' })), 'rpicam-vid-is-not-here is not installed. Run: apt-get install rpicam-apps-lite');
});

test('a megabyte of standard error at every picture stops nothing and is not kept', async () => {
  const program = new StandInCamera({ shoutsBytes: 1_000_000 });
  await firstPicture(rpicamSource({ ...options, command: program.command }), 10);
  program.clear();
});

test.run();
