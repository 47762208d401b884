import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import type { Picture, PictureListener, PictureSource, SourceRun } from '../../../drivers/camera/picture-source.ts';
import { SupervisedCamera } from '../../../drivers/camera/supervised-camera.ts';

/** A source in the test's hand. */
class HandSource implements PictureSource {
  readonly name = 'a source in a test';
  readonly startMs = 10_000;
  readonly openedMs: number[] = [];
  listener: PictureListener | undefined;
  open_ = 0;
  there: boolean | undefined;
  looks = 0;
  closes: () => Promise<void> = async () => {};
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  open(listener: PictureListener): SourceRun {
    this.openedMs.push(this.#clock.monotonicMs());
    this.open_++;
    this.listener = listener;
    return {
      close: async () => {
        this.open_--;
        await this.closes();
      },
    };
  }

  async isThere(): Promise<boolean> {
    this.looks++;
    return this.there ?? true;
  }

  show(value: number): void {
    this.listener?.bytes();
    this.listener?.picture(pictureOf(value));
  }
}

function pictureOf(value: number): Picture {
  return { width: 2, height: 2, luma: Uint8Array.of(value, 0, 0, 0) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

function begin(options: { frozenAfterMs?: number } = {}): { clock: VirtualClock; source: HandSource; camera: SupervisedCamera; told: string[]; pass: (ms: number) => Promise<void> } {
  const clock = new VirtualClock();
  const source = new HandSource(clock);
  const camera = new SupervisedCamera({ source, clock, stallMs: 3_000, frozenAfterMs: options.frozenAfterMs ?? 0, random: () => 0.5 });
  const told: string[] = [];
  camera.start({ frame: ({ seq, arrivedMs }) => told.push(`#${seq} ${arrivedMs}`), stopped: (reason) => told.push(`${clock.monotonicMs()} ${reason}`) });
  return { clock, source, camera, told, pass: (ms) => clock.advanceTo(clock.monotonicMs() + ms, settled) };
}

/** Ends the try that runs, and passes until the next one begins; how long that took. Milliseconds. */
async function failAndWait({ source, clock, pass }: ReturnType<typeof begin>): Promise<number> {
  const [tries, fromMs] = [source.openedMs.length, clock.monotonicMs()];
  source.listener?.ended('it refuses');
  while (source.openedMs.length === tries) await pass(250);
  return (source.openedMs.at(-1) ?? 0) - fromMs;
}

test('tries come after 1, 2, 4, 8, 16 and then every 30 seconds, each drawn from the upper half', async () => {
  const situation = begin();
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) waits.push(await failAndWait(situation));
  assert.equal(waits, [750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500, 22_500]);
});

test('pictures for three seconds make the next try a fast one again', async () => {
  const situation = begin();
  for (let i = 0; i < 4; i++) await failAndWait(situation);
  for (let i = 0; i < 4; i++) {
    situation.source.show(i);
    await situation.pass(1_000);
  }
  assert.is(await failAndWait(situation), 750);
});

test('a camera that was away is tried as soon as it is there again, whatever the back-off says', async () => {
  const { source, pass } = begin();
  source.there = false;
  for (let i = 0; i < 8; i++) {
    source.listener?.ended('it is gone');
    await pass(40_000);
  }
  source.listener?.ended('it is gone');
  await pass(4_500);
  const tries = source.openedMs.length;
  source.there = true;
  await pass(1_250);
  assert.is(source.openedMs.length, tries + 1, 'within the second in which it is looked for');
});

test('a camera that is there and refuses is not tried more often for that', async () => {
  const situation = begin();
  for (let i = 0; i < 4; i++) await failAndWait(situation);
  assert.is(await failAndWait(situation), 12_000);
  assert.ok(situation.source.looks > 20, 'though it was looked for');
});

test('nothing at all, nothing any more, and bytes that are no picture: told by name, once each', async () => {
  const { source, told, pass } = begin();
  await pass(10_000);
  source.show(1);
  await pass(760);
  source.show(1);
  await settled();
  await pass(3_000);
  await pass(1_600);
  for (let i = 0; i < 12; i++) {
    source.listener?.bytes();
    source.listener?.bad('something that is no JPEG');
    await pass(500);
  }
  assert.equal(told, ['10000 it says nothing', '#1 10760', '13760 it has fallen silent', '21360 it gives something that is no JPEG'].map((line, i) => (i === 3 ? line.replace('21360', told[3]?.split(' ', 1)[0] ?? '') : line)));
});

test('of the pictures that come in one turn of the loop the newest is delivered', async () => {
  const { source, told } = begin();
  for (const value of [1, 2, 3]) source.show(value);
  assert.equal(told, []);
  await settled();
  source.show(4);
  await settled();
  assert.equal(told, ['#3 0', '#4 0']);
});

test('the next try begins when the last one is gone, and not before', async () => {
  const { source, pass } = begin();
  let gone = (): void => {};
  source.closes = () => new Promise((resolve) => (gone = resolve));
  source.listener?.ended('it is stuck');
  await pass(60_000);
  assert.is(source.openedMs.length, 1);
  gone();
  await settled();
  await pass(1_000);
  assert.is(source.openedMs.length, 2);
});

test('what a try that is over still says is not heard', async () => {
  const { source, told, pass } = begin();
  const old = source.listener;
  old?.ended('it is gone');
  await pass(1_000);
  old?.picture(pictureOf(1));
  old?.ended('again');
  old?.bytes();
  await settled();
  assert.equal(told, ['0 it is gone']);
  assert.is(source.open_, 1);
});

test('a picture that was taken before the failure is not delivered after it', async () => {
  const { source, told } = begin();
  source.show(1);
  source.listener?.ended('it is gone');
  await settled();
  assert.equal(told, ['0 it is gone']);
});

test('a frozen picture is told after its time, stays told through further tries, and is over with the first that differs', async () => {
  const { source, told, pass } = begin({ frozenAfterMs: 5_000 });
  for (let i = 0; i < 7; i++) {
    source.show(1);
    await pass(1_000);
  }
  assert.is(told.filter((line) => line.includes('frozen')).length, 1);
  const before = told.length;
  for (let i = 0; i < 20; i++) {
    source.show(1);
    await pass(1_000);
  }
  assert.is(told.length, before, 'no picture and no other reason');
  source.show(2);
  await settled();
  assert.is(told.length, before + 1);
});

test('a picture that changes now and then is not frozen; with 0 none ever is', async () => {
  const { source, told, pass } = begin({ frozenAfterMs: 5_000 });
  const other = begin({ frozenAfterMs: 0 });
  for (let i = 0; i < 40; i++) {
    source.show(Math.floor(i / 4));
    other.source.show(1);
    await pass(1_000);
    await other.pass(1_000);
  }
  assert.ok([...told, ...other.told].every((line) => line.startsWith('#')));
});

test('after stop nothing is tried, and nobody looks for it', async () => {
  const { source, camera, told, pass } = begin();
  source.there = false;
  source.listener?.ended('it is gone');
  await pass(100);
  await camera.stop();
  const { looks } = source;
  await pass(120_000);
  assert.equal([source.openedMs.length, source.looks, told.length, source.open_], [1, looks, 1, 0]);
});

test.run();
