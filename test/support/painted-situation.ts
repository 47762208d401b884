import { Held, visit } from '../../scripts/scene/visit.ts';
import { Tremor } from '../../scripts/scene/movement.ts';
import type { Pose } from '../../scripts/scene/pinhole.ts';
import { gaussian, seededRandom } from '../../scripts/scene/random.ts';
import type { Random } from '../../scripts/scene/random.ts';
import { Scene } from '../../scripts/scene/scene.ts';
import type { Actor } from '../../scripts/scene/scene.ts';
import { Studio } from '../../scripts/scene/studio.ts';
import type { StudioOptions } from '../../scripts/scene/studio.ts';

export const WIDTH = 480;
export const HEIGHT = 270;
const EVERY_MS = 125;
/** By then nothing has moved for so long that the gate is shut; in the dark the noise must be learnt first. */
const COMES_MS = 4_250;
const COMES_AT_NIGHT_MS = 9_000;
const LASTS_MS = 4_000;
const GRAIN = 1 << 16;

/** What the light does to a row of the picture at a moment, coded steps of 255. */
type Light = (value: number, row: number, atMs: number) => number;

interface Kind {
  light: StudioOptions['lighting'];
  /** Deviation of the sensor's noise in steps of 255. */
  noise: (random: Random) => number;
  actors: (studio: Studio, random: Random, text: string) => Promise<Actor[]>;
  falls?: (random: Random) => Light;
  /** Default: COMES_MS. */
  comesMs?: number;
}

const between = (random: Random, from: number, to: number): number => from + (to - from) * random();
const usualNoise = (random: Random): number => between(random, 0.6, 2);

/** In nobody's hand, at once there and perfectly still: the hardest to notice. */
async function appears(studio: Studio, random: Random, pose: Pose, thing: 'phone' | 'print', text: string, fromMs = COMES_MS): Promise<Actor[]> {
  const held = thing === 'phone' ? await studio.phone('guest', text) : await studio.print('guest', [{ text, sizeM: 0.05 }]);
  const goneMs = Math.max(fromMs, COMES_MS) + between(random, 1_700, 2_700);
  return [new Held('held', held, [{ ...pose, atMs: fromMs + between(random, 0, 400) }, { ...pose, atMs: goneMs }], new Tremor(random, 1000, 0))];
}

const anywhere = (random: Random, z: number): Pose => ({
  x: between(random, -0.3, 0.3) * z, y: between(random, -0.12, 0.12) * z, z, roll: between(random, -15, 15), pitch: between(random, -10, 10), yaw: between(random, -10, 10),
});

const kinds: Record<string, Kind> = {
  'someone walks up slowly': {
    light: 'day', noise: usualNoise,
    actors: async (studio, random, text) => visit({
      startMs: 3_900, approachMs: 3_000, holdMs: 1_000, standsAfterMs: 2_900, figure: await studio.figure('courier'), thing: await studio.phone('courier', text), thingId: 'phone',
      tremor: new Tremor(random, 1000, 0.5), hold: { x: 0.005, y: 0.02, z: between(random, 0.2, 0.3), roll: 4, pitch: 5, yaw: -5 },
    }),
  },
  'a small phone far away': { light: 'day', noise: usualNoise, actors: (studio, random, text) => appears(studio, random, anywhere(random, between(random, 0.3, 0.42)), 'phone', text) },
  'a pale print': {
    light: 'day', noise: (random) => between(random, 0.4, 1), actors: (studio, random, text) => appears(studio, random, anywhere(random, between(random, 0.22, 0.32)), 'print', text),
    falls: (random) => { const [share, level] = [between(random, 0.12, 0.3), between(random, 60, 190)]; return (value) => level + (value - 128) * share; },
  },
  'noise at night': { light: 'night', noise: (random) => between(random, 5, 9), actors: (studio, random, text) => appears(studio, random, anywhere(random, between(random, 0.25, 0.35)), 'phone', text, COMES_AT_NIGHT_MS), comesMs: COMES_AT_NIGHT_MS },
  'a lamp that is switched on': {
    light: 'day', noise: usualNoise, actors: (studio, random, text) => appears(studio, random, anywhere(random, between(random, 0.22, 0.32)), 'print', text, 0),
    falls: (random) => { const onMs = between(random, 4_200, 4_900); return (value, _row, atMs) => (atMs < onMs ? value * 0.004 : value); },
  },
  'flickering lamps': {
    light: 'day', noise: usualNoise, actors: (studio, random, text) => appears(studio, random, anywhere(random, between(random, 0.25, 0.38)), 'phone', text),
    falls: (random) => {
      const [depth, rows, turn] = [between(random, 0.03, 0.12), between(random, 90, 400), between(random, 1, 6)];
      return (value, row, atMs) => value * (1 - depth * (0.5 + 0.5 * Math.sin((row / rows) * 2 * Math.PI + (atMs / EVERY_MS) * turn)));
    },
  },
};

export const kindNames = Object.keys(kinds);

export interface PaintedFrame {
  atMs: number;
  luma: Uint8Array;
}

/** The frames of one situation, 8 a second; the same for the same seed. */
export async function* paintedFrames(name: string, seed: number, text: string): AsyncGenerator<PaintedFrame> {
  const kind = kinds[name] as Kind;
  const random = seededRandom(`${name} ${seed}`);
  const studio = new Studio({ width: WIDTH, height: HEIGHT, lighting: kind.light, quality: 60, seed });
  const noise = kind.noise(random);
  const grain = Float32Array.from({ length: GRAIN }, () => gaussian(random) * noise);
  const falls = kind.falls?.(random) ?? ((value: number) => value);
  const scene = new Scene({ camera: studio.camera, hall: studio.hall, actors: await kind.actors(studio, random, text) });
  const endMs = (kind.comesMs ?? COMES_MS) + LASTS_MS;
  for (let atMs = 0; atMs <= endMs; atMs += EVERY_MS) yield { atMs, luma: exposed(scene.pictureAt(atMs).rgb, (value, row) => falls(value, row, atMs), grain, random) };
}

function exposed(rgb: Uint8Array, falls: (value: number, row: number) => number, grain: Float32Array, random: Random): Uint8Array {
  const luma = new Uint8ClampedArray(WIDTH * HEIGHT);
  for (let row = 0, at = 0; row < HEIGHT; row++) {
    let from = Math.floor(random() * GRAIN);
    for (let x = 0; x < WIDTH; x++, at++, from++) luma[at] = falls(rgb[at * 3 + 1] as number, row) + (grain[from % GRAIN] as number);
  }
  return new Uint8Array(luma.buffer);
}
