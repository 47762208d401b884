import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../daemon/base/clock.ts';
import { SupervisedCamera } from '../../../drivers/camera/supervised-camera.ts';
import type { V4l2SourceOptions } from '../../../drivers/camera/v4l2.ts';
import { v4l2Source } from '../../../drivers/camera/v4l2.ts';
import { childProcesses } from '../../support/child-processes.ts';
import { eventually } from '../../support/eventually.ts';
import { hasFfmpeg } from '../../support/videos.ts';
import { RecordingSink } from './contract.ts';
import { firstPicture } from './one-try.ts';

// A file of its own, for the guest of the hardware bench runs this and not what a stand-in for ffmpeg shows anywhere.
const DRIVER = '/sys/bus/platform/drivers/vivid';
const REPLUGS = Number(process.env.POSTERN_REPLUGS ?? 2);

/** Where the kernel has its virtual camera (`modprobe vivid`), as in the hardware bench. */
function vivid(): string | undefined {
  const found = existsSync('/sys/class/video4linux') ? readdirSync('/sys/class/video4linux') : [];
  const name = found.sort().find((video) => /^vivid-\d+-vid-cap/.test(readFileSync(`/sys/class/video4linux/${video}/name`, 'utf8')));
  return name === undefined ? undefined : `/dev/${name}`;
}

const device = vivid();
const whyNot = device === undefined ? 'there is no vivid camera here (modprobe vivid); "npm run bench:hardware" runs it in a guest that has' : hasFfmpeg ? undefined : 'there is no ffmpeg';
const options: V4l2SourceOptions = { clock: systemClock, device: device ?? '', format: 'raw', width: 640, height: 360, framesPerSecond: 15, rotate: 0 };

function onVivid(what: string, run: () => Promise<void>): void {
  test(`the kernel's virtual camera: ${what}`, async () => {
    if (whyNot !== undefined) process.stdout.write(`skipped: ${whyNot}\n`);
    else await run();
  });
}

onVivid('it gives pictures, and does so again after it was stopped', async () => {
  const source = v4l2Source(options);
  for (let round = 0; round < 3; round++) {
    const { width, height, luma, chroma } = await firstPicture(source, 5);
    assert.equal([luma?.length, chroma?.length], [width * height, width * height / 2]);
  }
});

onVivid('its controls are listed beside its pictures, and among them is no exposure', async () => {
  const told: unknown[] = [];
  let frames = 0;
  const camera = new SupervisedCamera({ source: v4l2Source({ ...options, steers: true }), clock: systemClock, stallMs: 3_000, frozenAfterMs: 0 });
  camera.start({ frame: () => frames++, stopped: (reason) => told.push(reason), steering: (now) => told.push(now) });
  await eventually('it is told', () => told.length > 0);
  const before = frames;
  await eventually('pictures go on', () => frames > before + 3);
  await camera.stop();
  assert.equal(told, ['it has no exposure control']);
  assert.equal(childProcesses(), []);
});

onVivid('unplugged and plugged in again it gives pictures again, and no process is left over', async () => {
  const sink = new RecordingSink();
  const camera = new SupervisedCamera({ source: v4l2Source(options), clock: systemClock, stallMs: 3_000, frozenAfterMs: 15_000 });
  camera.start({ frame: (frame) => sink.frames.push(frame), stopped: (reason) => sink.stopped(reason) });
  try {
    for (let i = 0; i < REPLUGS; i++) {
      await moreFrames(sink);
      sink.reasons.length = 0;
      writeFileSync(`${DRIVER}/unbind`, 'vivid.0');
      await eventually('it is told', () => sink.reasons.length > 0);
      writeFileSync(`${DRIVER}/bind`, 'vivid.0');
      const backMs = performance.now();
      await moreFrames(sink);
      assert.is(childProcesses().length, 1, 'one ffmpeg runs');
      process.stdout.write(`frames again after ${Math.round(performance.now() - backMs)} ms\n`);
    }
  } finally {
    await camera.stop();
  }
  assert.equal(childProcesses(), []);
});

async function moreFrames({ frames, reasons }: RecordingSink): Promise<void> {
  const before = frames.length;
  await eventually(`a picture; told so far: ${reasons.join('; ')}`, () => frames.length > before);
}

test.run();
