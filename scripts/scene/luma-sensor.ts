import sharp from 'sharp';
import { writeLuma } from '../../daemon/scan/luma.ts';
import type { GreyPicture } from '../../daemon/base/grey-picture.ts';
import { gaussian, seededRandom } from './random.ts';

const NOISE_LENGTH = 65_536;
const LAST = NOISE_LENGTH - 1;

export interface LumaSensorOptions {
  /** Deviation in steps of 255, and stray light added everywhere: see Lighting. */
  noise: number;
  veil: number;
  /** Of the JPEG that the picture goes through, 1…100; absent: the camera hands over its luma. */
  quality?: number;
  seed: string;
}

/** What a camera's sensor and compression make of luma: noise that grows with the light, stray light, JPEG. */
export class LumaSensor {
  readonly #options: LumaSensorOptions;
  readonly #noise = new Float32Array(NOISE_LENGTH);
  readonly #strength: Float32Array;

  constructor(options: LumaSensorOptions) {
    this.#options = options;
    const random = seededRandom(options.seed);
    for (let i = 0; i < NOISE_LENGTH; i++) this.#noise[i] = gaussian(random) * options.noise;
    this.#strength = Float32Array.from({ length: 256 }, (_, value) => 0.55 + 0.75 * Math.sqrt(value / 255));
  }

  /** The picture as it comes from the camera; its noise is drawn from `seed`. */
  async expose(picture: GreyPicture, seed: string): Promise<GreyPicture> {
    const { width, height } = picture;
    const data = new Uint8Array(this.#read(picture, seed).buffer);
    const { quality } = this.#options;
    if (quality === undefined) return { data, width, height };
    const jpeg = await sharp(data, { raw: { width, height, channels: 1 } }).jpeg({ quality }).toBuffer();
    const pixels = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
    const luma = new Uint8Array(width * height);
    writeLuma({ data: pixels.data, width, height, channels: pixels.info.channels }, luma);
    return { data: luma, width, height };
  }

  #read({ data, width, height }: GreyPicture, seed: string): Uint8ClampedArray<ArrayBuffer> {
    const random = seededRandom(seed);
    const out = new Uint8ClampedArray(data.length);
    const { veil } = this.#options;
    for (let y = 0; y < height; y++) {
      let at = (random() * NOISE_LENGTH) | 0;
      for (let i = y * width; i < (y + 1) * width; i++) {
        const value = data[i] as number;
        out[i] = value + veil + (this.#noise[at++ & LAST] as number) * (this.#strength[value] as number);
      }
    }
    return out;
  }
}
