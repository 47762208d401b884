import { gaussian, seededRandom } from './random.ts';
import { Studio } from './studio.ts';

/** Of a pixel, in levels: standard deviation. */
const NOISE = 1.2;

/** The luma of a hall by day in which nothing moves: pictures that differ by their noise alone, the same ones each time. */
export function emptyHall({ width, height, pictures }: { width: number; height: number; pictures: number }): Uint8Array[] {
  const { hall } = new Studio({ width, height, lighting: 'day', quality: 60, seed: 7 });
  const random = seededRandom('bench gate');
  const grain = Float32Array.from({ length: 1 << 16 }, () => gaussian(random) * NOISE);
  return Array.from({ length: pictures }, () => {
    const luma = new Uint8ClampedArray(width * height);
    for (let at = 0, from = 0; at < luma.length; at++, from++) {
      if (at % width === 0) from = Math.floor(random() * grain.length);
      luma[at] = (hall.rgb[at * 3 + 1] as number) + (grain[from % grain.length] as number);
    }
    return new Uint8Array(luma.buffer);
  });
}
