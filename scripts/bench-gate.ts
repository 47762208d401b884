/**
 * Measures what the gate saves in front of an empty hall, and what it costs: 1280 × 720 at ten frames a second, once with the
 * gate and once with every frame decoded, in turns, as CPU time of all threads; and what an awake hall costs against the
 * plain pass of the system's zxing-cpp. Run by `npm run bench gate`.
 */
import sharp from 'sharp';
import { scan } from '../config/sections/scan.ts';
import { VirtualClock } from '../daemon/base/clock.ts';
import type { Frame } from '../daemon/base/frame.ts';
import { newGrid } from '../daemon/scan/gate/brightness-grid.ts';
import { JpegMeter } from '../daemon/scan/gate/jpeg-grid.ts';
import { isBlurred } from '../daemon/scan/gate/blurredness.ts';
import { measureLuma } from '../daemon/scan/gate/luma-grid.ts';
import { SceneWatch } from '../daemon/scan/gate/scene-watch.ts';
import { QrReader } from '../daemon/scan/qr.ts';
import type { BenchRow } from './bench-rows.ts';
import { openZxingCpp } from './scan-bench/native-decoders.ts';
import { emptyHall } from './scene/empty-hall.ts';

const WIDTH = 1280;
const HEIGHT = 720;
const EVERY_MS = 100;
/** Shown over and over. */
const PICTURES = 12;
const ROUNDS = 5;
const SECONDS_A_ROUND = 6;
/** As the config has it unless told. */
const HEARTBEAT_MS = scan.parse({}).gateHeartbeatMs;
const PIECE_RUNS = 300;

type Picture = Pick<Frame, 'luma' | 'jpeg'>;

export async function benchGate(): Promise<BenchRow[]> {
  const luma = emptyHall({ width: WIDTH, height: HEIGHT, pictures: PICTURES });
  const jpeg = await Promise.all(luma.map((data) => sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } }).toColourspace('srgb').jpeg({ quality: 80 }).toBuffer()));
  return [
    ...await savings('luma', luma.map((picture) => ({ luma: picture })), 0.1),
    // A JPEG costs its walk through all of its codes. Each of these brings tables of its own, which few cameras' do.
    ...await savings('JPEG', jpeg.map((picture) => ({ jpeg: picture })), 0.1),
    ...await awake(luma),
    ...pieces(luma, jpeg),
  ];
}

async function savings(format: string, pictures: Picture[], goal: number): Promise<BenchRow[]> {
  const doors = await Promise.all([HEARTBEAT_MS, 0].map((heartbeatMs) => BenchDoor.open(pictures, heartbeatMs)));
  const [behind, without] = doors as [BenchDoor, BenchDoor];
  try {
    for (const door of doors) await door.watch();
    for (const door of doors) door.forget();
    for (let round = 0; round < ROUNDS; round++) for (const door of doors) await door.watch();
    return [
      { name: `empty hall, ${format}: frames decoded behind the gate`, value: 100 * behind.decodedShare, unit: '%' },
      { name: `empty hall, ${format}: CPU a frame with the gate`, value: behind.cpuMs, unit: 'ms' },
      { name: `empty hall, ${format}: CPU a frame, every one decoded`, value: without.cpuMs, unit: 'ms' },
      { name: `empty hall, ${format}: gate to every one decoded`, value: behind.cpuMs / without.cpuMs, unit: '×', goal },
    ];
  } finally {
    for (const door of doors) await door.close();
  }
}

/** A hall in which something moves all the time and nobody holds a code up. */
async function awake(luma: Uint8Array[]): Promise<BenchRow[]> {
  const native = await openZxingCpp();
  if ('why' in native) {
    process.stdout.write(`${native.why}\n`);
    return [];
  }
  const door = await BenchDoor.open(luma.map((picture) => ({ luma: picture })), 0);
  try {
    await door.watch();
    door.forget();
    let [cpuMs, frames] = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      await door.watch();
      for (const data of luma) cpuMs += (await native.read({ data, width: WIDTH, height: HEIGHT })).cpuMs;
      frames += luma.length;
    }
    return [
      { name: `awake hall, luma: CPU a frame, ${native.name} ${native.about}`, value: cpuMs / frames, unit: 'ms' },
      { name: 'awake hall, luma: every frame decoded to that', value: door.cpuMs / (cpuMs / frames), unit: '×', goal: 2 },
    ];
  } finally {
    await native.close();
    await door.close();
  }
}

/** A reader in front of the hall. */
class BenchDoor {
  readonly #clock = new VirtualClock();
  readonly #pictures: Picture[];
  readonly #reader: QrReader;
  #frames = 0;
  #decoded = 0;
  #cpuUs = 0;

  private constructor(pictures: Picture[], reader: QrReader) {
    this.#pictures = pictures;
    this.#reader = reader;
  }

  static async open(pictures: Picture[], gateHeartbeatMs: number): Promise<BenchDoor> {
    return new BenchDoor(pictures, await QrReader.open({ clock: new VirtualClock(), deadlineMs: 60_000, extraLookMs: 10, gateHeartbeatMs }));
  }

  /** Some seconds of the hall, by the frames' own time: it goes by as fast as they are looked at. */
  async watch(): Promise<void> {
    const before = process.cpuUsage();
    for (let passed = 0; passed < SECONDS_A_ROUND * 1_000; passed += EVERY_MS) await this.#look();
    const { user, system } = process.cpuUsage(before);
    this.#cpuUs += user + system;
  }

  forget(): void {
    this.#frames = this.#decoded = this.#cpuUs = 0;
  }

  get cpuMs(): number {
    return this.#cpuUs / 1_000 / this.#frames;
  }

  get decodedShare(): number {
    return this.#decoded / this.#frames;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  async #look(): Promise<void> {
    const picture = this.#pictures[this.#frames % this.#pictures.length] as Picture;
    const { gated, problem } = await this.#reader.read({ seq: this.#frames++, arrivedMs: this.#clock.monotonicMs(), width: WIDTH, height: HEIGHT, ...picture });
    if (problem !== undefined) throw new Error(problem);
    if (gated === undefined) this.#decoded++;
    this.#clock.advance(EVERY_MS);
  }
}

/** What the gate does with one frame, part by part. */
function pieces(luma: Uint8Array[], jpeg: Uint8Array[]): BenchRow[] {
  const [grid, meter, watch] = [newGrid(), new JpegMeter(), new SceneWatch()];
  const piece = (name: string, run: (i: number) => unknown): BenchRow => {
    for (let i = 0; i < 30; i++) run(i % PICTURES);
    const before = process.cpuUsage();
    for (let i = 0; i < PIECE_RUNS; i++) run(i % PICTURES);
    const { user, system } = process.cpuUsage(before);
    return { name: `gate, a frame of ${WIDTH} × ${HEIGHT}: ${name}`, value: (user + system) / PIECE_RUNS, unit: 'µs' };
  };
  return [
    piece('measure the JPEG', (i) => meter.measure(jpeg[i] as Uint8Array, grid)),
    piece('measure the luma', (i) => measureLuma(luma[i] as Uint8Array, WIDTH, HEIGHT, grid)),
    piece('compare with the scene', () => watch.hasChanged(grid)),
    piece('is it blurred', () => isBlurred(grid)),
  ];
}
