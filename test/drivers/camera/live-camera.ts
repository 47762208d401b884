import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../daemon/base/clock.ts';
import type { Camera, CameraSink } from '../../../drivers/camera/camera.ts';
import type { PictureSource } from '../../../drivers/camera/picture-source.ts';
import { SupervisedCamera } from '../../../drivers/camera/supervised-camera.ts';
import { childProcesses, openHandles } from '../../support/child-processes.ts';
import { eventually } from '../../support/eventually.ts';
import type { CameraBench } from './contract.ts';
import { RecordingSink, testCameraContract } from './contract.ts';

/** What is done to a camera that really runs, and undone. */
export interface LiveRig {
  source: PictureSource;
  /** Keeps the line and says nothing. */
  silence(): void;
  /** Sends what is no picture; absent where bare pixels are sent, in which no byte is wrong. */
  garble?(): void;
  /** Sends one picture again and again; absent where the test cannot have it so. */
  freeze?(): void;
  /** Gives good pictures again, in the first size. */
  mend(): void;
  /** Ends what runs, as when the camera loses its power; it is back at once. */
  cut(): void;
  /** Goes on in 640 × 360. */
  resize(): Promise<void> | void;
  clear(): Promise<void>;
}

const quick = { clock: systemClock, stallMs: 1_000, frozenAfterMs: 1_500, random: () => 0 };

/** Everything that `camera.ts` promises, of a camera that runs as a process or over a network: by the common suite, and by what can go wrong with it. */
export function testLiveCamera(name: string, open: () => Promise<LiveRig>): void {
  testCameraContract(name, async () => benchOf(await open()));
  const situation = (what: string, run: (rig: LiveRig, camera: SupervisedCamera, sink: RecordingSink) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const before = openHandles();
      const rig = await open();
      const camera = new SupervisedCamera({ source: rig.source, ...quick });
      const sink = new RecordingSink();
      camera.start(sink);
      try {
        await run(rig, camera, sink);
      } finally {
        await camera.stop();
        assert.equal(childProcesses(), [], 'no process is left');
        await rig.clear();
      }
      await eventually('nothing is left open', () => {
        const now = openHandles();
        return ['Timeout', 'ProcessWrap', 'PipeWrap', 'TCPSocketWrap', 'TLSWrap'].every((kind) => (now[kind] ?? 0) <= (before[kind] ?? 0));
      }, 5_000);
    });
  };

  situation('one that falls silent is told and started again', async (rig, _, sink) => {
    await framesAfter(sink, 2);
    rig.silence();
    await told(sink, 'it has fallen silent', 'it says nothing', 'it does not answer any more');
    rig.mend();
    await framesAfter(sink, 2);
  });

  situation('one that sends garbage is told, and gives pictures again when it is mended', async (rig, _, sink) => {
    if (!rig.garble) return;
    await framesAfter(sink, 2);
    rig.garble();
    await eventually('it is told', () => sink.reasons.length > 0);
    rig.mend();
    await framesAfter(sink, 2);
    sink.frames.forEach(({ luma, width, height }) => luma && assert.is(luma.length, width * height));
  });

  situation('one that is cut off is told, and gives pictures again', async (rig, _, sink) => {
    await framesAfter(sink, 2);
    rig.cut();
    await eventually('it is told', () => sink.reasons.length > 0);
    rig.mend();
    await framesAfter(sink, 2);
    sink.frames.forEach((frame, i) => assert.ok(frame.seq > (sink.frames[i - 1]?.seq ?? 0), 'the sequence rises on'));
  });

  situation('another size: each picture tells its own', async (rig, _, sink) => {
    await framesAfter(sink, 2);
    await rig.resize();
    await eventually('a picture of the new size', () => sink.frames.find(({ width, height }) => width === 640 && height === 360));
    for (const { luma, chroma, width, height } of sink.frames) {
      if (luma) assert.equal([luma.length, chroma?.length], [width * height, width * height / 2]);
    }
  });

  situation('stopping while it waits for the next try leaves nothing', async (rig, camera, sink) => {
    await framesAfter(sink, 1);
    rig.silence();
    await eventually('it is told', () => sink.reasons.length > 0);
    await camera.stop();
  });

  situation('stopping while it is silent leaves nothing', async (rig, camera, sink) => {
    await framesAfter(sink, 1);
    rig.silence();
    await camera.stop();
  });

  situation('a frozen picture is told once and not shown again until it moves', async (rig, _, sink) => {
    if (!rig.freeze) return void process.stdout.write(`skipped: ${name} cannot be frozen here\n`);
    await framesAfter(sink, 2);
    rig.freeze();
    await told(sink, 'its picture is frozen: the same one comes again and again');
    const [frames, reasons] = [sink.frames.length, sink.reasons.length];
    // Until the next try has been running for a while.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    assert.equal([sink.frames.length, sink.reasons.length], [frames, reasons]);
    rig.mend();
    await framesAfter(sink, 2);
  });
}

async function framesAfter(sink: RecordingSink, more: number): Promise<void> {
  const before = sink.frames.length;
  await eventually(`${more} more pictures; told so far: ${sink.reasons.join('; ')}`, () => sink.frames.length >= before + more);
}

async function told(sink: RecordingSink, ...reasons: string[]): Promise<void> {
  await eventually(`one of: ${reasons.join('; ')}`, () => sink.reasons.length > 0);
  assert.ok(reasons.includes(sink.reasons[0] ?? ''), `told was: ${sink.reasons[0]}`);
}

/** Lets time go by until some pictures more came, or a while after it was stopped. */
function benchOf(rig: LiveRig): CameraBench {
  const inner = new SupervisedCamera({ source: rig.source, ...quick });
  let frames = 0;
  let stopped = false;
  const camera: Camera = {
    name: inner.name,
    start(sink: CameraSink) {
      inner.start({ frame: (frame) => (frames++, sink.frame(frame)), stopped: (reason) => sink.stopped(reason) });
    },
    stop() {
      stopped = true;
      return inner.stop();
    },
  };
  const pass = async (): Promise<void> => {
    const before = frames;
    if (stopped) await new Promise((resolve) => setTimeout(resolve, 200));
    else await eventually('pictures', () => stopped || frames >= before + 2);
  };
  return { camera, pass, clear: () => rig.clear() };
}
