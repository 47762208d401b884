import sharp from 'sharp';
import type { Lighting } from './lighting.ts';
import type { Picture } from './picture.ts';
import { gaussian, seededRandom } from './random.ts';

const NOISE_LENGTH = 65536;
const LAST = NOISE_LENGTH - 1;

export interface SensorOptions {
  width: number;
  height: number;
  lighting: Lighting;
  /** Of the JPEG, 1…100. */
  quality: number;
  seed: number;
}

/** What the sensor and its compression make of a picture: fall-off towards the corners, stray light, noise, JPEG. */
export class Sensor {
  readonly #options: SensorOptions;
  /** Steps of 255 in 1/16. */
  readonly #noise = new Int16Array(NOISE_LENGTH);
  /** Per value: how much of the noise it shows, in 1/256. Photons come by chance, so light parts have more; the amplifier's own is everywhere. */
  readonly #strength = Int16Array.from({ length: 256 }, (_, value) => 256 * (0.55 + 0.75 * Math.sqrt(value / 255)));
  /** Per pixel, in 1/65536. */
  readonly #fallOff: Int32Array;

  constructor(options: SensorOptions) {
    this.#options = options;
    const random = seededRandom(options.seed);
    for (let i = 0; i < NOISE_LENGTH; i++) this.#noise[i] = Math.round(gaussian(random) * options.lighting.noise * 16);
    this.#fallOff = fallOffOf(options.width, options.height);
  }

  /** The picture as a JPEG, its noise drawn from `seed`. */
  expose(picture: Picture, seed: string): Promise<Buffer> {
    const { width, height } = picture;
    return sharp(this.#read(picture, seed), { raw: { width, height, channels: 3 } }).jpeg({ quality: this.#options.quality }).toBuffer();
  }

  #read({ width, height, rgb }: Picture, seed: string): Uint8ClampedArray {
    const random = seededRandom(seed);
    const out = new Uint8ClampedArray(rgb.length);
    for (let y = 0; y < height; y++) this.#readRow(out, rgb, y * width, width, random() * NOISE_LENGTH | 0);
    return out;
  }

  #readRow(out: Uint8ClampedArray, rgb: Uint8Array, start: number, width: number, noiseAt: number): void {
    const [noise, strength, fallOff] = [this.#noise, this.#strength, this.#fallOff];
    const veil = (this.#options.lighting.veil << 12) + 2048;
    let at = noiseAt;
    let c = start * 3;
    for (let pixel = start; pixel < start + width; pixel++, c += 3) {
      const bright = (fallOff[pixel] as number) >> 4;
      const green = rgb[c + 1] as number;
      // Noise is in brightness for the most part: the eye and the JPEG forgive little more in colour.
      const grain = veil + (noise[at & LAST] as number) * (strength[green] as number);
      out[c] = ((rgb[c] as number) * bright + grain + ((noise[(at + 1) & LAST] as number) << 7)) >> 12;
      out[c + 1] = (green * bright + grain) >> 12;
      out[c + 2] = ((rgb[c + 2] as number) * bright + grain + ((noise[(at + 2) & LAST] as number) << 7)) >> 12;
      at += 3;
    }
  }
}

/** 1 in the middle, 0.8 in the corners: light comes slantwise there. */
function fallOffOf(width: number, height: number): Int32Array {
  const corner = (width * width + height * height) / 4;
  return Int32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [(i % width) - width / 2, Math.floor(i / width) - height / 2];
    return Math.round(65536 * (1 - 0.2 * ((x * x + y * y) / corner)));
  });
}
