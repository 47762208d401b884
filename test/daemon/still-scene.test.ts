import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../daemon/base/clock.ts';
import type { Frame } from '../../daemon/base/frame.ts';
import { StatusBoard } from '../../daemon/base/status.ts';
import { QrReader } from '../../daemon/scan/qr.ts';
import type { ScanResult } from '../../daemon/scan/scan-result.ts';
import { gaussian, seededRandom } from '../../scripts/scene/random.ts';
import { bentCode, wavy } from '../support/bent-code.ts';
import { granted, noBackend, PipelineSituation } from '../support/pipeline-situation.ts';
import { drawQr, flatPicture, jpegOf } from '../support/qr-picture.ts';
import type { LumaPicture } from '../support/qr-picture.ts';

const HEARTBEAT_MS = 1_200;

/** A door with a camera of ten frames a second, all the parts real from the gate to the showing filter. */
class Doorway extends PipelineSituation {
  readonly results: ScanResult[] = [];
  readonly insisted: number[] = [];
  readonly tries: number[] = [];
  /** 'jpeg': as a camera that compresses. */
  format: 'luma' | 'jpeg' = 'luma';
  readonly #reader: QrReader;
  readonly #random = seededRandom(4);
  readonly #grain = Float32Array.from({ length: 65_536 }, () => gaussian(this.#random));

  constructor(reader: QrReader, clock: VirtualClock) {
    super({ qr: { read: (frame, how) => this.#read(frame, how) } }, clock);
    this.#reader = reader;
    this.validator.meanwhile = () => void this.tries.push(clock.monotonicMs());
  }

  async show(picture: LumaPicture, ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      this.pipeline.offer({ ...this.frame(), ...await this.#exposed(picture) });
      await this.pipeline.idle();
      this.clock.advance(100);
    }
  }

  async #exposed({ luma, width, height }: LumaPicture): Promise<Partial<Frame>> {
    let from = Math.floor(this.#random() * 65_536);
    const seen = Uint8ClampedArray.from(luma, (value) => value + (this.#grain[from++ % 65_536] as number));
    const picture = { luma: new Uint8Array(seen.buffer), width, height };
    if (this.format === 'luma') return picture;
    return { width, height, jpeg: await jpegOf(picture), luma: undefined } as unknown as Partial<Frame>;
  }

  async #read(...[frame, how]: Parameters<QrReader['read']>): Promise<ScanResult> {
    const result = await this.#reader.read(frame, how);
    if (how?.insist) this.insisted.push(this.clock.monotonicMs());
    else this.results.push(result);
    return result;
  }
}

const settings = { deadlineMs: 60_000, extraLookMs: 10, lookCosts: 'nominal' } as const;

async function withDoor(run: (door: Doorway, status: StatusBoard) => Promise<void>, gateHeartbeatMs = HEARTBEAT_MS): Promise<Doorway> {
  const clock = new VirtualClock();
  const status = new StatusBoard(clock);
  const reader = await QrReader.open({ clock, status, ...settings, gateHeartbeatMs });
  const door = new Doorway(reader, clock);
  try {
    await run(door, status);
    return door;
  } finally {
    await reader.close();
  }
}

const wall = (): LumaPicture => flatPicture(320, 240, 120);

async function held(text: string): Promise<LumaPicture> {
  const picture = wall();
  await drawQr(picture, text, { scale: 4 });
  return picture;
}

for (const format of ['luma', 'jpeg'] as const) {
  test(`a code held still for half a minute is one showing, and few of its frames are decoded (${format})`, async () => {
    const door = await withDoor(async (it) => {
      it.format = format;
      it.validator.decisions.set('HELLO', granted('visitor'));
      await it.show(wall(), 5_000);
      await it.show(await held('HELLO'), 30_000);
    });
    assert.equal(door.tries, [5_000]);
    const unchanged = door.results.filter(({ gated }) => gated === 'unchanged').length;
    assert.ok(unchanged > 250, `${unchanged} of ${door.results.length}`);
    assert.is(door.remembered.length, door.results.length, 'evidence has every frame');
    assert.ok(door.remembered.slice(50).every(({ codes }) => codes.length === 1), '[S7] and where the code is in each');
  });
}

test('a code without an answer that is held still is tried again every 3 s, each time read anew [S4]', async () => {
  const visit = async (it: Doorway): Promise<void> => {
    it.validator.decisions.set('HELLO', noBackend);
    await it.show(wall(), 5_000);
    await it.show(await held('HELLO'), 20_000);
  };
  const [gated, open] = [await withDoor(visit), await withDoor(visit, 0)];
  assert.equal(gated.tries, [5_000, 8_000, 11_000, 14_000, 17_000, 20_000, 23_000]);
  assert.equal(gated.tries, open.tries);
  assert.ok(gated.insisted.length > 0 && gated.insisted.every((atMs) => gated.tries.includes(atMs)), 'only frames that a try needs are insisted on');
  assert.equal(open.insisted, []);
});

test('a code that was held still, taken away and shown again is a new showing', async () => {
  const door = await withDoor(async (it) => {
    it.validator.decisions.set('HELLO', granted('visitor'));
    const code = await held('HELLO');
    await it.show(code, 10_000);
    await it.show(wall(), 1_300);
    await it.show(code, 10_000);
    await it.show(wall(), 1_700);
    await it.show(code, 5_000);
  });
  assert.equal(door.tries, [0, 23_000]);
});

test('another code in the same place is read in its first frame', async () => {
  const door = await withDoor(async (it) => {
    it.validator.decisions.set('HELLO', granted('first'));
    it.validator.decisions.set('WORLD', granted('second'));
    await it.show(await held('HELLO'), 10_000);
    await it.show(await held('WORLD'), 1_000);
  });
  assert.equal(door.tries, [0, 10_000]);
});

test('a still code that only extra looks read is read as soon as without the gate', async () => {
  const bent = await bentCode('BENT CODE', wavy);
  const visit = async (it: Doorway): Promise<void> => {
    it.validator.decisions.set('BENT CODE', granted('visitor'));
    await it.show({ ...bent, luma: new Uint8Array(bent.luma.length).fill(120) }, 5_000);
    await it.show(bent, 10_000);
  };
  const [gated, open] = [await withDoor(visit), await withDoor(visit, 0)];
  assert.is(open.tries.length, 1);
  assert.ok((gated.tries[0] ?? Infinity) <= (open.tries[0] ?? 0) + 1_000, `${gated.tries} and ${open.tries}`);
});

test('a still code that is seen and cannot be read keeps being looked at', async () => {
  const picture = await held('HELLO');
  // A thumb over its middle: the finder patterns are there, the text is not.
  for (let y = 95; y < 150; y++) picture.luma.fill(90, y * 320 + 130, y * 320 + 198);
  const door = await withDoor((it) => it.show(picture, 30_000));
  assert.ok(door.results.filter(({ located }) => located.length > 0).length > 250, 'it is seen');
  assert.is(door.results.filter(({ gated }) => gated !== undefined).length, 0);
});

test('a black, a white and a grey picture are looked at once a heartbeat', async () => {
  for (const value of [0, 255, 90]) {
    const door = await withDoor((it) => it.show(flatPicture(320, 240, value), 12_000));
    assert.is(door.results.filter(({ gated }) => gated === undefined).length, 10, `${value}`);
    assert.ok(door.results.every(({ gated }) => gated === undefined || gated === 'dull'), `${value}`);
  }
});

test('the status tells what the gate does', async () => {
  await withDoor(async (it, status) => {
    await it.show(wall(), 100);
    assert.is(status.get('gate'), undefined);
    await it.show(await held('HELLO'), 10_100);
    const { state, reason } = status.get('gate') ?? {};
    assert.is(state, 'ok');
    assert.match(reason ?? '', /^\d+ of 101 pictures decoded \(not: \d+ unchanged\) in the last 10 s; since the start \d+ of 101 pictures decoded \(not: \d+ unchanged\)\.$/);
  });
});

const odd: Record<string, (i: number) => LumaPicture> = {
  'whose size changes each time': (i) => flatPicture(64 + 8 * (i % 3), 48, 99),
  'of one column': () => flatPicture(1, 300, 99),
  'of one row': () => flatPicture(300, 1, 99),
  'of one pixel': () => flatPicture(1, 1, 0),
  'of seven by seven pixels': () => flatPicture(7, 7, 200),
  'of an odd size': () => flatPicture(333, 77, 200),
  'all zero': () => flatPicture(320, 240, 0),
  'all 255': () => flatPicture(320, 240, 255),
};
for (const [name, picture] of Object.entries(odd)) {
  test(`after pictures ${name} a code is read in its first frame`, async () => {
    const code = await held('HELLO');
    const door = await withDoor(async (it) => {
      it.validator.decisions.set('HELLO', granted('visitor'));
      for (let i = 0; i < 50; i++) await it.show(picture(i), 100);
      await it.show(code, 100);
    });
    assert.equal(door.tries, [5_000]);
    assert.ok(door.results.every(({ problem }) => problem === undefined));
  });
}

test.run();
