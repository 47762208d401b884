import type { CameraSteering, Exposure } from '../../drivers/camera/camera.ts';
import { linearOf } from './lighting.ts';
import type { Picture } from './picture.ts';
import { gaussian, seededRandom } from './random.ts';

/** A scene as light: luminance a pixel, 1 is what saturates the sensor in 10 ms without gain. */
export interface Radiance {
  width: number;
  height: number;
  light: Float32Array;
  /** Of each pixel's light, the share that comes from lamps on the mains and flickers; screens and daylight do not. */
  fromLamps: Float32Array;
}

export interface SteerableSensorOptions {
  /** Of the mains; lamps flicker twice as often. */
  mainsHz?: number;
  fps?: number;
  seed: number;
}

/** Strayed in the lens and the glass before it: a share of a bright thing's light falls around it, so that its dark parts drown when it is over-exposed. */
const STRAY_NEAR = 0.02;
const STRAY_FAR = 0.002;
const STRAY_TILE = 16;
const NOISE_LENGTH = 65_536;
/** Noise of the amplifier in the dark, as a share of saturation at gain 1, and of photons where it is bright. */
const READ_NOISE = 0.002;
const SHOT_NOISE = 0.01;
/** How far lamps go down between two maxima: an LED lamp on a plain rectifier. */
const FLICKER_DEPTH = 0.7;

/**
 * A sensor with a rolling start and one gain, which takes two frames to do what it is asked: light adds up over the
 * exposure, is amplified with its noise, clips, and is coded for the eye (IEC 61966-2-1).
 */
export class SteerableSensor implements CameraSteering {
  readonly exposureUs = { min: 50, max: 66_000 };
  readonly gain = { min: 1, max: 16 };
  readonly delayFrames = 2;
  readonly isUnderWay = false;
  /** Everything it was asked for, with the frame before which it was. */
  readonly asked: (Exposure & { frame: number })[] = [];
  readonly #o: Required<SteerableSensorOptions>;
  /** What the next frames are taken with. */
  readonly #pipeline: Exposure[] = [];
  #now: Exposure = { exposureUs: 10_000, gain: 1 };
  #frame = 0;
  readonly #strays = new WeakMap<Radiance, Float32Array>();

  constructor(options: SteerableSensorOptions) {
    this.#o = { mainsHz: 50, fps: 15, ...options };
  }

  steer(exposureUs: number, gain: number): void {
    const { exposureUs: e, gain: g } = this;
    if (!(exposureUs >= e.min && exposureUs <= e.max && gain >= g.min && gain <= g.max)) throw new Error(`${exposureUs} µs × ${gain} is out of the sensor's range`);
    this.asked.push({ exposureUs, gain, frame: this.#frame });
    this.#now = { exposureUs, gain };
  }

  /** Takes the next frame; returns its luma and what it was taken with. */
  take(radiance: Radiance): { luma: Uint8Array; exposure: Exposure } {
    this.#pipeline.push(this.#now);
    const exposure = (this.#pipeline.length > this.delayFrames ? this.#pipeline.shift() : this.#pipeline[0]) as Exposure;
    const startUs = (this.#frame++ * 1e6) / this.#o.fps;
    return { luma: this.#expose(radiance, exposure, startUs), exposure };
  }

  #expose(radiance: Radiance, exposure: Exposure, startUs: number): Uint8Array {
    const { light, fromLamps } = radiance;
    const stray = this.#strayOf(radiance);
    const lamps = this.#lampLight(startUs, exposure.exposureUs);
    const random = seededRandom(`${this.#o.seed} ${this.#frame}`);
    const factor = (exposure.exposureUs / 10_000) * exposure.gain;
    const noise = Float32Array.from({ length: NOISE_LENGTH }, () => gaussian(random));
    const out = new Uint8Array(light.length);
    for (let i = 0; i < light.length; i++) {
      const seen = ((light[i] as number) * (1 + (fromLamps[i] as number) * (lamps - 1)) + (stray[i] as number)) * factor;
      const grain = (noise[(i * 7 + (i >> 9)) & (NOISE_LENGTH - 1)] as number) * (READ_NOISE * exposure.gain + SHOT_NOISE * Math.sqrt(Math.min(1, seen) * exposure.gain));
      out[i] = CODED[Math.min(4095, Math.max(0, Math.round((seen + grain) * 4095)))] as number;
    }
    return out;
  }

  /** A scene is mostly shown several times. */
  #strayOf(radiance: Radiance): Float32Array {
    let stray = this.#strays.get(radiance);
    if (!stray) this.#strays.set(radiance, (stray = strayOf(radiance)));
    return stray;
  }

  /** Mean light of the lamps over the exposure, 1 over whole periods. */
  #lampLight(startUs: number, lastingUs: number): number {
    const turn = (2 * Math.PI * 2 * this.#o.mainsHz) / 1e6;
    return 1 + (FLICKER_DEPTH * (Math.sin(turn * (startUs + lastingUs)) - Math.sin(turn * startUs))) / (turn * lastingUs);
  }
}

const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => linearOf(byte));
const CODED = Uint8Array.from({ length: 4096 }, (_, i) => {
  const linear = i / 4095;
  return Math.round(255 * (linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055));
});

/** The light that falls beside where it belongs: near it by tiles, and a little everywhere. */
function strayOf({ width, height, light }: Radiance): Float32Array {
  const [columns, rows] = [Math.ceil(width / STRAY_TILE), Math.ceil(height / STRAY_TILE)];
  const sums = new Float32Array(columns * rows);
  const counts = new Float32Array(columns * rows);
  let all = 0;
  const tileOf = (i: number): number => Math.floor(Math.floor(i / width) / STRAY_TILE) * columns + Math.floor((i % width) / STRAY_TILE);
  for (let i = 0; i < light.length; i++) {
    const tile = tileOf(i);
    sums[tile] = (sums[tile] as number) + (light[i] as number);
    counts[tile] = (counts[tile] as number) + 1;
    all += light[i] as number;
  }
  const everywhere = (STRAY_FAR * all) / light.length;
  const stray = new Float32Array(light.length);
  for (let i = 0; i < light.length; i++) stray[i] = (STRAY_NEAR * (sums[tileOf(i)] as number)) / (counts[tileOf(i)] as number) + everywhere;
  return stray;
}

/** The light of a painted picture; `times`: how much more of it there is than the paint says. */
export function radianceOf({ width, height, rgb }: Picture, times: number, lampShare: number): Radiance {
  const light = new Float32Array(width * height);
  for (let i = 0; i < light.length; i++) {
    light[i] = times * (0.2126 * LINEAR[rgb[i * 3] as number]! + 0.7152 * LINEAR[rgb[i * 3 + 1] as number]! + 0.0722 * LINEAR[rgb[i * 3 + 2] as number]!);
  }
  return { width, height, light, fromLamps: new Float32Array(light.length).fill(lampShare) };
}
