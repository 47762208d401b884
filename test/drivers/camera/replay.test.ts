import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import { ReplayCamera } from '../../../drivers/camera/replay.ts';
import { RecordingSink, testCameraContract } from './contract.ts';

const jpegs = await Promise.all(['red', 'green', 'blue'].map((background) =>
  sharp({ create: { width: 32, height: 18, channels: 3, background } }).jpeg().toBuffer()));

/** A session folder of three pictures 1.jpg, 2.jpg, 3.jpg and these inputs. */
function session(...inputs: object[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'postern-replay-'));
  mkdirSync(join(dir, 'frames'));
  jpegs.forEach((jpeg, i) => writeFileSync(join(dir, `frames/${i + 1}.jpg`), jpeg));
  const head = { session: 's', about: '', startsAt: '2026-03-02T09:00:00Z', config: 'x', site: 'y', width: 960, height: 540 };
  writeFileSync(join(dir, 'inputs.jsonl'), [head, ...inputs].map((line) => JSON.stringify(line)).join('\n'));
  return dir;
}

const three = [{ atMs: 0, frame: 'frames/1.jpg' }, { atMs: 70, contact: 'open' }, { atMs: 100, frame: 'frames/2.jpg' }, { atMs: 250.5, frame: 'frames/3.jpg' }];

/** Plays the session of `inputs` for `forMs`; each frame as `time seq`, and what was told. */
function play(inputs: object[], forMs: number, options: { loop?: { pauseMs: number }; speed?: number } = {}): string[] {
  const dir = session(...inputs);
  const clock = new VirtualClock();
  const told: string[] = [];
  const camera = new ReplayCamera({ dir, clock, ...options });
  clock.advance(1_000);
  camera.start({
    frame: ({ seq, arrivedMs }) => told.push(`${arrivedMs - 1_000} #${seq}`),
    stopped: (reason) => told.push(`${clock.monotonicMs() - 1_000} ${reason}`),
  });
  rmSync(dir, { recursive: true });
  clock.advance(forMs);
  return told;
}

for (const loop of [undefined, { pauseMs: 40 }]) {
  testCameraContract(loop ? 'replay in a loop' : 'replay', async () => {
    const dir = session(...three);
    const clock = new VirtualClock();
    return {
      camera: new ReplayCamera({ dir, clock, ...(loop ? { loop } : {}) }),
      pass: async () => clock.advance(300),
      clear: async () => rmSync(dir, { recursive: true }),
    };
  });
}

test('each frame comes at its time, read before the first, and the end is told with the last', () => {
  assert.equal(play(three, 10_000), ['0 #1', '100 #2', '250.5 #3', '250.5 the recording has ended']);
});

test('a frame brings the bytes of its file and the size that the JPEG tells', () => {
  const dir = session(...three);
  const clock = new VirtualClock();
  const sink = new RecordingSink();
  new ReplayCamera({ dir, clock }).start(sink);
  clock.advance(1_000);
  rmSync(dir, { recursive: true });
  sink.frames.forEach(({ jpeg, width, height }, i) => {
    assert.equal(Buffer.from(jpeg ?? []), jpegs[i]);
    assert.equal([width, height], [32, 18]);
  });
});

test('a loop begins again after its pause, the sequence rising on', () => {
  assert.equal(play(three, 700, { loop: { pauseMs: 49.5 } }), ['0 #1', '100 #2', '250.5 #3', '300 #4', '400 #5', '550.5 #6', '600 #7', '700 #8']);
});

test('twice the speed takes half the time', () => {
  assert.equal(play(three, 700, { speed: 2 }), ['0 #1', '50 #2', '125.25 #3', '125.25 the recording has ended']);
});

test('after a stall the newest frame that is due is shown, and the others are lost', () => {
  const dir = session(...three);
  const timers: (() => void)[] = [];
  let nowMs = 0;
  const clock = { wallMs: () => nowMs, monotonicMs: () => nowMs, after: (_: number, run: () => void) => (timers.push(run), { cancel() {} }) };
  const sink = new RecordingSink();
  new ReplayCamera({ dir, clock }).start(sink);
  nowMs = 180;
  timers.shift()?.();
  nowMs = 400;
  timers.shift()?.();
  rmSync(dir, { recursive: true });
  assert.equal(sink.frames.map(({ seq, arrivedMs }) => [seq, arrivedMs]), [[2, 180], [3, 400]]);
});

test('a recording without pictures ends, in a loop too', () => {
  assert.equal(play([{ atMs: 5, rex: 'active' }], 1_000), ['0 the recording has ended']);
  assert.equal(play([], 1_000, { loop: { pauseMs: 1 } }), ['0 the recording has ended']);
});

test('a damaged picture is given as it was recorded, with the size of the session', () => {
  const dir = session({ atMs: 0, frame: 'frames/bad.jpg' });
  writeFileSync(join(dir, 'frames/bad.jpg'), 'not a picture');
  const clock = new VirtualClock();
  const sink = new RecordingSink();
  new ReplayCamera({ dir, clock }).start(sink);
  clock.advance(0);
  rmSync(dir, { recursive: true });
  assert.equal(sink.frames.map(({ width, height, jpeg }) => [width, height, Buffer.from(jpeg ?? []).toString()]), [[960, 540, 'not a picture']]);
});

function refusal(dir: string): PosternError {
  const clock = new VirtualClock();
  try {
    new ReplayCamera({ dir, clock }).start(new RecordingSink());
  } catch (thrown) {
    assert.instance(thrown, PosternError);
    return thrown as PosternError;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return assert.unreachable() as never;
}

test('a missing picture is named when the camera starts', () => {
  const error = refusal(session(...three, { atMs: 300, frame: 'frames/4.jpg' }));
  assert.is(error.code, 'session-bad');
  assert.match(error.message, 'frames/4.jpg');
});

test('a picture that a link leads to outside the session is refused', () => {
  const dir = session({ atMs: 0, frame: 'frames/link.jpg' });
  symlinkSync('/etc/hostname', join(dir, 'frames/link.jpg'));
  assert.match(refusal(dir).message, 'outside the folder');
});

test('a bad session and a missing one are refused when the camera starts', () => {
  assert.is(refusal(session({ atMs: 0, frame: '../x.jpg' })).code, 'session-bad');
  assert.is(refusal(join(tmpdir(), 'postern-no-such-session')).code, 'session-missing');
});

test.run();
