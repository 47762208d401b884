import type { Homography } from './homography.ts';

/** One size of a texture. */
export interface TextureLevel {
  width: number;
  height: number;
  /** A texel each, row by row, red in the lowest byte, premultiplied alpha in the highest. */
  texels: Int32Array;
}

/** Something flat, `widthM` metres wide: a painted sheet, transparent around its outline. */
export class Texture {
  readonly widthM: number;
  readonly heightM: number;
  /** From fine to coarse, each √2 coarser than the one before, so that a texel is always about a pixel; made when first needed. */
  readonly #levels: TextureLevel[];

  /** `rgba` has straight (not premultiplied) alpha, as image files have it. */
  constructor(rgba: Uint8Array, width: number, height: number, widthM: number) {
    this.widthM = widthM;
    this.heightM = (widthM * height) / width;
    this.#levels = [{ width, height, texels: new Int32Array(premultiplied(rgba).buffer) }];
  }

  /** The level to take where a metre of the texture covers `pixelsPerMetre` pixels of the picture. */
  levelFor(pixelsPerMetre: number): TextureLevel {
    const finest = this.#levels[0] as TextureLevel;
    const coarsest = Math.floor(2 * Math.log2(Math.min(finest.width, finest.height) / 8));
    const wanted = Math.floor(2 * Math.log2(finest.width / (pixelsPerMetre * this.widthM * 0.84)));
    const step = Math.max(0, Math.min(wanted, coarsest));
    const scale = Math.SQRT1_2 ** step;
    return this.#levels[step] ??= shrunk(finest, Math.round(finest.width * scale), Math.round(finest.height * scale));
  }

  /** From metres in the plane, measured from the texture's middle, to texels of `level`. */
  texelsOf(level: TextureLevel): Homography {
    return [level.width / this.widthM, 0, level.width / 2, 0, level.height / this.heightM, level.height / 2, 0, 0, 1];
  }
}

function premultiplied(rgba: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(rgba);
  for (let i = 0; i < out.length; i += 4) {
    const alpha = out[i + 3] as number;
    if (alpha === 255) continue;
    for (let c = i; c < i + 3; c++) out[c] = Math.round(((out[c] as number) * alpha) / 255);
  }
  return out;
}

/** Each texel becomes the average of exactly the area it covers. */
function shrunk(from: TextureLevel, width: number, height: number): TextureLevel {
  const texels = new Int32Array(width * height);
  const [stepX, stepY] = [from.width / width, from.height / height];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      texels[y * width + x] = averageOf(from, x * stepX, y * stepY, (x + 1) * stepX, (y + 1) * stepY);
    }
  }
  return { width, height, texels };
}

/** The average texel between `left`, `top`, `right` and `bottom`; those at the edges count by what is covered of them. */
function averageOf({ width, height, texels }: TextureLevel, left: number, top: number, right: number, bottom: number): number {
  let red = 0;
  let green = 0;
  let blue = 0;
  let alpha = 0;
  for (let y = Math.floor(top); y < bottom && y < height; y++) {
    const high = Math.min(bottom, y + 1) - Math.max(top, y);
    for (let x = Math.floor(left); x < right && x < width; x++) {
      const weight = high * (Math.min(right, x + 1) - Math.max(left, x));
      const texel = texels[y * width + x] as number;
      red += weight * (texel & 255);
      green += weight * ((texel >> 8) & 255);
      blue += weight * ((texel >> 16) & 255);
      alpha += weight * (texel >>> 24);
    }
  }
  const area = (right - left) * (bottom - top);
  return (Math.round(red / area) | (Math.round(green / area) << 8) | (Math.round(blue / area) << 16) | (Math.round(alpha / area) << 24));
}
