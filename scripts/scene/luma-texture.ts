import type { Texture, TextureLevel } from './texture.ts';

/** A texture's level as a camera without colour sees it: premultiplied luma and alpha, a byte each. */
export interface LumaLevel {
  width: number;
  height: number;
  luma: Uint8Array;
  alpha: Uint8Array;
}

const known = new WeakMap<TextureLevel, LumaLevel>();

/** See Texture.levelFor; made when first needed. */
export function lumaLevelFor(texture: Texture, pixelsPerMetre: number): { level: TextureLevel; shades: LumaLevel } {
  const level = texture.levelFor(pixelsPerMetre);
  let shades = known.get(level);
  if (!shades) known.set(level, shades = lumaOf(level));
  return { level, shades };
}

/** Weighs the colours as JFIF does (ITU-R BT.601). */
function lumaOf({ width, height, texels }: TextureLevel): LumaLevel {
  const luma = new Uint8Array(texels.length);
  const alpha = new Uint8Array(texels.length);
  for (let i = 0; i < texels.length; i++) {
    const texel = texels[i] as number;
    luma[i] = (77 * (texel & 255) + 150 * ((texel >> 8) & 255) + 29 * ((texel >> 16) & 255) + 128) >> 8;
    alpha[i] = texel >>> 24;
  }
  return { width, height, luma, alpha };
}

/** The luma of three bytes a pixel. */
export function lumaOfRgb(rgb: Uint8Array): Uint8Array<ArrayBuffer> {
  const luma = new Uint8Array(rgb.length / 3);
  for (let i = 0, c = 0; i < luma.length; i++, c += 3) {
    luma[i] = (77 * (rgb[c] as number) + 150 * (rgb[c + 1] as number) + 29 * (rgb[c + 2] as number) + 128) >> 8;
  }
  return luma;
}
