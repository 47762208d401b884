import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Frame } from '../../../daemon/base/frame.ts';
import type { Camera, CameraSink } from '../../../drivers/camera/camera.ts';

/** A camera that works, and what the suite needs around it. */
export interface CameraBench {
  camera: Camera;
  /** Lets time go by until the camera has delivered some frames more, or would have. */
  pass: () => Promise<void>;
  /** Takes away what was set up for the camera, after it was stopped. */
  clear: () => Promise<void>;
}

/** Keeps what a camera delivers. */
export class RecordingSink implements CameraSink {
  readonly frames: Frame[] = [];
  readonly reasons: string[] = [];
  readonly digests: string[] = [];

  frame(frame: Frame): void {
    this.frames.push(frame);
    this.digests.push(digestOf(frame));
  }

  stopped(reason: string): void {
    this.reasons.push(reason);
  }
}

function digestOf({ jpeg, luma }: Frame): string {
  return createHash('sha256').update(jpeg ?? '').update(luma ?? '').digest('hex');
}

/** What `camera.ts` promises, for every driver alike. */
export function testCameraContract(name: string, open: () => Promise<CameraBench>): void {
  const situation = (what: string, run: (bench: CameraBench, sink: RecordingSink) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const bench = await open();
      try {
        await run(bench, new RecordingSink());
      } finally {
        await bench.camera.stop();
        await bench.clear();
      }
    });
  };

  situation('start returns before anything is delivered', async ({ camera }, sink) => {
    camera.start(sink);
    assert.equal([sink.frames.length, sink.reasons.length], [0, 0]);
  });

  situation('frames come in order, each whole', async ({ camera, pass }, sink) => {
    camera.start(sink);
    await pass();
    assert.ok(sink.frames.length > 1, 'several frames came');
    sink.frames.forEach((frame, i) => {
      const before = sink.frames[i - 1];
      if (before) assert.ok(frame.seq > before.seq && frame.arrivedMs >= before.arrivedMs, `frame ${i} comes after the one before`);
      assert.ok(Number.isInteger(frame.width) && frame.width > 0 && Number.isInteger(frame.height) && frame.height > 0);
      assert.ok(frame.jpeg ?? frame.luma, 'there is a picture');
      if (frame.luma) assert.is(frame.luma.length, frame.width * frame.height);
      if (frame.jpeg) assert.equal([...frame.jpeg.subarray(0, 2)], [0xff, 0xd8]);
    });
  });

  situation('a delivered picture is never written into again', async ({ camera, pass }, sink) => {
    camera.start(sink);
    await pass();
    await pass();
    assert.equal(sink.frames.map(digestOf), sink.digests);
  });

  situation('nothing comes after stop', async ({ camera, pass }, sink) => {
    camera.start(sink);
    await pass();
    await camera.stop();
    const count = sink.frames.length;
    const told = sink.reasons.length;
    await pass();
    assert.equal([sink.frames.length, sink.reasons.length], [count, told]);
  });

  situation('stop from within a delivery is the last that happens', async ({ camera, pass }, sink) => {
    const stops: Promise<void>[] = [];
    camera.start({
      frame(frame) {
        sink.frame(frame);
        stops.push(camera.stop());
      },
      stopped: (reason) => sink.stopped(reason),
    });
    await pass();
    await Promise.all(stops);
    assert.is(sink.frames.length, 1);
  });

  situation('stopping twice, or before it was started, is harmless', async ({ camera, pass }, sink) => {
    await camera.stop();
    await camera.stop();
    camera.start(sink);
    await pass();
    assert.is(sink.frames.length, 0);
  });

  situation('it says what it is', async ({ camera }) => {
    assert.match(camera.name, /^\w+ .+/);
  });
}
