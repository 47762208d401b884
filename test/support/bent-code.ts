import { seededRandom } from '../../scripts/scene/random.ts';
import { qrSymbol } from '../../scripts/scene/qr-symbol.ts';
import type { LumaPicture } from './qr-picture.ts';

export interface BentCodeOptions {
  width?: number;
  height?: number;
  /** From pixels to modules (0 to `size` inside the symbol): how the code lies in the picture. */
  toModules: (x: number, y: number, size: number) => { u: number; v: number };
  dark?: number;
  light?: number;
  /** Luma beyond the quiet zone. */
  around?: number;
  /** Greatest deviation of a pixel by chance. */
  noise?: number;
  /** What lies over the code, by modules; undefined: nothing there. */
  over?: (u: number, v: number, size: number) => number | undefined;
}

const QUIET = 4;
/** Points each way that make a pixel. */
const FINENESS = 3;

/** The picture of a code on anything but a flat sheet seen from straight ahead. */
export async function bentCode(text: string, options: BentCodeOptions): Promise<LumaPicture> {
  const { width = 640, height = 480, noise = 0 } = options;
  const symbol = await qrSymbol(text);
  const random = seededRandom(text);
  const luma = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      let sum = 0;
      for (let n = 0; n < FINENESS ** 2; n++) sum += lumaAt(symbol, options, x + ((n % FINENESS) + 0.5) / FINENESS, y + (Math.floor(n / FINENESS) + 0.5) / FINENESS);
      luma[i] = Math.min(255, Math.max(0, sum / FINENESS ** 2 + (random() - 0.5) * 2 * noise));
    }
  }
  return { luma, width, height };
}

function lumaAt({ size, dark }: { size: number; dark: Uint8Array }, o: BentCodeOptions, x: number, y: number): number {
  const { u, v } = o.toModules(x, y, size);
  const covered = o.over?.(u, v, size);
  if (covered !== undefined) return covered;
  if (!(u >= -QUIET && v >= -QUIET && u < size + QUIET && v < size + QUIET)) return o.around ?? 128;
  const inside = u >= 0 && v >= 0 && u < size && v < size;
  return inside && dark[Math.floor(v) * size + Math.floor(u)] === 1 ? o.dark ?? 20 : o.light ?? 235;
}

/** Straight on, `scale` pixels a module, around the picture's middle, turned by `degrees`. */
export function upright(scale: number, degrees = 0, at = { x: 320, y: 240 }): BentCodeOptions['toModules'] {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return (x, y, size) => ({
    u: size / 2 + (c * (x - at.x) + s * (y - at.y)) / scale,
    v: size / 2 + (c * (y - at.y) - s * (x - at.x)) / scale,
  });
}

/** Cloth: waves of `modules` a side, `waves` of them over the code. */
export function wavy(scale: number, modules: number, waves: number): BentCodeOptions['toModules'] {
  const flat = upright(scale);
  return (x, y, size) => {
    const { u, v } = flat(x, y, size);
    const wave = (at: number): number => modules * Math.sin((at / size) * Math.PI * 2 * waves);
    return { u: u + wave(v), v: v + wave(u) };
  };
}

/** Seen aslant: the right edge is `ratio` times as long as the left one. */
export function aslant(scale: number, ratio: number): BentCodeOptions['toModules'] {
  const flat = upright(scale);
  return (x, y, size) => {
    const { u, v } = flat(x, y, size);
    const [a, b] = [u / size - 0.5, v / size - 0.5];
    const depth = 1 + a * 2 * ((1 - ratio) / (1 + ratio));
    return { u: (a / depth + 0.5) * size, v: (b / depth + 0.5) * size };
  };
}
