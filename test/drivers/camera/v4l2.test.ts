import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../daemon/base/clock.ts';
import type { V4l2SourceOptions } from '../../../drivers/camera/v4l2.ts';
import { v4l2Source } from '../../../drivers/camera/v4l2.ts';
import { StandInCamera } from '../../support/stand-in-camera.ts';
import { hasFfmpeg } from '../../support/videos.ts';
import { testLiveCamera } from './live-camera.ts';
import { firstPicture, firstReason } from './one-try.ts';
import { standInRig } from './stand-in-rig.ts';

/** Any device that may be opened, where the program is a stand-in. */
const options: V4l2SourceOptions = { clock: systemClock, device: '/dev/null', format: 'mjpeg', width: 320, height: 180, framesPerSecond: 15, rotate: 0 };

testLiveCamera('v4l2 as JPEG', async () => standInRig((command) => v4l2Source({ ...options, command })));
testLiveCamera('v4l2 uncompressed', async () => standInRig((command) => v4l2Source({ ...options, format: 'raw', command })));

test('the camera\'s own JPEG is kept as it is, and uncompressed pictures bring luma and colours', async () => {
  const program = new StandInCamera();
  const jpeg = await firstPicture(v4l2Source({ ...options, command: program.command }));
  const raw = await firstPicture(v4l2Source({ ...options, format: 'raw', command: program.command }));
  program.clear();
  assert.equal(Object.keys(jpeg).sort(), ['arrivedMs', 'height', 'jpeg', 'seq', 'width']);
  assert.equal(Object.keys(raw).sort(), ['arrivedMs', 'chroma', 'height', 'luma', 'seq', 'width']);
});

const asked: [what: string, more: Partial<V4l2SourceOptions>, expected: RegExp][] = [
  ['JPEGs', {}, /-f v4l2 -input_format mjpeg -video_size 320x180 -framerate 15 .*-i \/dev\/null -an -c:v copy -f mpjpeg/],
  ['uncompressed pictures, turned', { format: 'raw', rotate: 90 }, /-f v4l2 -video_size 320x180 -framerate 15 .*-i \/dev\/null -an -vf transpose=clock .*-pix_fmt yuv420p -f yuv4mpegpipe -$/],
  ['upside down', { format: 'raw', rotate: 180 }, /-vf hflip,vflip /],
];
for (const [what, more, expected] of asked) {
  test(`what ffmpeg is asked for: ${what}`, async () => {
    const program = new StandInCamera();
    await firstPicture(v4l2Source({ ...options, ...more, command: program.command }));
    const args = JSON.parse(readFileSync(join(program.dir, 'arguments'), 'utf8')) as string[];
    program.clear();
    assert.match(args.join(' '), expected);
  });
}

const last: [says: string, reason: RegExp][] = [
  ['[video4linux2,v4l2 @ 0x5581] [error] ioctl(VIDIOC_DQBUF): No such device', /is gone: it was unplugged/],
  ['[video4linux2,v4l2 @ 0x5581] [error] Cannot open video device /dev/null: Device or resource busy', /in use by another program/],
  ['[video4linux2,v4l2 @ 0x5581] [error] Cannot find a proper format for codec \'mjpeg\' (id 7), pixel format \'none\' (id -1)', /does not give JPEGs: set camera\.format to raw/],
  ['[video4linux2,v4l2 @ 0x5581] [error] ioctl(VIDIOC_S_FMT): Invalid argument', /refuses 320 × 180/],
  ['[abc @ 0x5581] [error] The moon is full.', /^ffmpeg says: The moon is full$/],
];
for (const [says, reason] of last) {
  test(`ffmpeg ends and has said: ${says.slice(0, 80)}`, async () => {
    const program = new StandInCamera({ mood: 'fails', says });
    const told = await firstReason(v4l2Source({ ...options, command: program.command }));
    program.clear();
    assert.match(told, reason);
  });
}

test('a device that is not there is named, without starting ffmpeg', async () => {
  assert.is(await firstReason(v4l2Source({ ...options, device: '/dev/video-none' })), 'there is no /dev/video-none: is it plugged in?');
});

test('ffmpeg is not installed', async () => {
  assert.is(await firstReason(v4l2Source({ ...options, command: 'ffmpeg-is-not-here' })), 'ffmpeg-is-not-here is not installed. Run: apt-get install ffmpeg');
});

test('real ffmpeg: a device that is no camera is named', async () => {
  if (!hasFfmpeg) return void process.stdout.write('skipped: ffmpeg is not installed\n');
  assert.is(await firstReason(v4l2Source({ ...options, device: '/dev/null' })), '/dev/null is no camera: another number or name is meant');
});

test.run();
