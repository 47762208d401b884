import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../daemon/base/clock.ts';
import type { Frame } from '../../daemon/base/frame.ts';
import { StatusBoard } from '../../daemon/base/status.ts';
import { QrReader } from '../../daemon/scan/qr.ts';
import type { ScanResult } from '../../daemon/scan/scan-result.ts';
import { gaussian, seededRandom } from '../../scripts/scene/random.ts';
import { bentCode, upright, wavy } from '../support/bent-code.ts';
import { granted, noBackend, PipelineSituation } from '../support/pipeline-situation.ts';
import { drawQr, flatPicture, jpegOf } from '../support/qr-picture.ts';
import type { LumaPicture } from '../support/qr-picture.ts';

const HEARTBEAT_MS = 8_000;

/** A door with a camera of ten frames a second, all the parts real from the gate to the showing filter. */
class Doorway extends PipelineSituation {
  readonly results: ScanResult[] = [];
  readonly insisted: number[] = [];
  readonly tries: number[] = [];
  /** 'jpeg': as a camera that compresses. */
  format: 'luma' | 'jpeg' = 'luma';
  readonly #reader: QrReader;
  readonly #random = seededRandom(4);
  /** Of the sensor, deviation in grey levels. */
  noise = 1;
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
    const seen = new Uint8ClampedArray(luma.length);
    for (let at = 0, from = Math.floor(this.#random() * 65_536); at < seen.length; at++, from++) seen[at] = (luma[at] as number) + this.noise * (this.#grain[from & 0xffff] as number);
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

const wall = (): LumaPicture => flatPicture(240, 160, 120);

async function held(text: string): Promise<LumaPicture> {
  const picture = wall();
  await drawQr(picture, text, { scale: 4 });
  return picture;
}

for (const format of ['luma', 'jpeg'] as const) {
  test(`a code held still for twenty seconds is one showing, and few of its frames are decoded (${format})`, async () => {
    const door = await withDoor(async (it) => {
      it.format = format;
      it.validator.decisions.set('HELLO', granted('visitor'));
      await it.show(wall(), 5_000);
      await it.show(await held('HELLO'), 20_000);
    });
    assert.equal(door.tries, [5_000]);
    const unchanged = door.results.filter(({ gated }) => gated === 'unchanged').length;
    assert.ok(unchanged > 150, `${unchanged} of ${door.results.length}`);
    assert.is(door.remembered.length, door.results.length, 'evidence has every frame');
    assert.ok(door.remembered.slice(50).every(({ codes }) => codes.length === 1), '[S7] and where the code is in each');
  });
}

test('a code without an answer that is held still is tried again every 3 s, each time read anew [S4]', async () => {
  const visit = async (it: Doorway): Promise<void> => {
    it.validator.decisions.set('HELLO', noBackend);
    await it.show(wall(), 5_000);
    await it.show(await held('HELLO'), 14_000);
  };
  const [gated, open] = [await withDoor(visit), await withDoor(visit, 0)];
  assert.equal(gated.tries, [5_000, 8_000, 11_000, 14_000, 17_000]);
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

test('a still code that only extra looks read is tried once, about as soon as without the gate', async () => {
  const bent = await bentCode('PT1:ON CLOTH', { toModules: wavy(9, 0.69, 1) });
  const visit = async (it: Doorway): Promise<void> => {
    it.validator.decisions.set('PT1:ON CLOTH', granted('visitor'));
    await it.show({ ...bent, luma: new Uint8Array(bent.luma.length).fill(120) }, 5_000);
    await it.show(bent, 10_000);
  };
  const [gated, open] = [await withDoor(visit), await withDoor(visit, 0)];
  assert.equal([gated.tries.length, open.tries.length], [1, 1]);
  // Each look has its turn at another time.
  assert.ok((gated.tries[0] ?? Infinity) <= (open.tries[0] ?? 0) + 2_000, `${gated.tries.join()} and ${open.tries.join()}`);
});

test('a still code that is seen and cannot be read keeps being looked at', async () => {
  const scratched = (u: number, v: number, size: number): number | undefined => (u > 9 && v > 9 && u < size - 2 && v < size - 8 && Math.floor(u + v) % 3 > 0 ? 128 : undefined);
  const picture = await bentCode('PT1:'.padEnd(120, 'X'), { width: 240, height: 240, toModules: upright(4, 0, { x: 120, y: 120 }), over: scratched });
  const door = await withDoor((it) => it.show(picture, 12_000));
  assert.is(door.results.filter(({ gated }) => gated !== undefined).length, 0);
  assert.ok(door.results.filter(({ located, codes }) => located.length > 0 && codes.length === 0).length > 100, 'it is seen');
});

test('a black, a white and a grey picture are looked at once a heartbeat', async () => {
  for (const value of [0, 255, 90]) {
    const door = await withDoor(async (it) => {
      it.noise = 0.5;
      await it.show(flatPicture(240, 160, value), 12_000);
    });
    const decoded = door.results.flatMap(({ gated }, i) => (gated === undefined ? [i * 100] : []));
    assert.equal(decoded, [0, 1_000, 2_000, 3_000, 4_000, 6_000, 10_000], `${value}`);
    assert.ok(door.results.every(({ gated }) => gated === undefined || gated === 'dull'), `${value}`);
  }
});

test('the status tells what the gate does', async () => {
  await withDoor(async (it, status) => {
    it.validator.decisions.set('HELLO', granted('visitor'));
    await it.show(wall(), 100);
    assert.is(status.get('gate'), undefined);
    await it.show(await held('HELLO'), 10_000);
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
