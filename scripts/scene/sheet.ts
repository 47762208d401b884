import sharp from 'sharp';
import { byteOf, linearOf } from './lighting.ts';

/** Paint on something flat: straight alpha, four bytes a texel, `perMetre` texels to the metre. */
export interface Sheet {
  width: number;
  height: number;
  perMetre: number;
  rgba: Uint8Array;
}

export interface Drawing {
  /** SVG elements. They use no fonts, so that they look the same everywhere. */
  body: string;
  /** The part of the drawing that is painted, in its own units. */
  box: { x: number; y: number; width: number; height: number };
  /** Metres a unit: 0.001 for millimetres. */
  unitM: number;
  perMetre: number;
}

export async function paintSheet({ body, box, unitM, perMetre }: Drawing): Promise<Sheet> {
  const [width, height] = [box.width, box.height].map((side) => Math.round(side * unitM * perMetre));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${box.x} ${box.y} ${box.width} ${box.height}">${body}</svg>`;
  const { data, info } = await sharp(Buffer.from(svg), { density: 72 }).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, perMetre, rgba: new Uint8Array(data) };
}

/** As the sheet looks when `light` (1: full) falls on it, exposure included. */
export function lit(sheet: Sheet, light: number): Sheet {
  const shown = Uint8Array.from({ length: 256 }, (_, byte) => byteOf(linearOf(byte) * light));
  const rgba = sheet.rgba.slice();
  for (let i = 0; i < rgba.length; i += 4) {
    for (let c = i; c < i + 3; c++) rgba[c] = shown[rgba[c] as number] as number;
  }
  return { ...sheet, rgba };
}

/** `top` over `base`; both are of one size. */
export function over(base: Sheet, top: Sheet): Sheet {
  const rgba = base.rgba.slice();
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = (top.rgba[i + 3] as number) / 255;
    if (alpha === 0) continue;
    const below = ((rgba[i + 3] as number) / 255) * (1 - alpha);
    for (let c = i; c < i + 3; c++) rgba[c] = Math.round(((top.rgba[c] as number) * alpha + (rgba[c] as number) * below) / (alpha + below));
    rgba[i + 3] = Math.round((alpha + below) * 255);
  }
  return { ...base, rgba };
}
