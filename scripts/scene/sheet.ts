import sharp from 'sharp';
import { byteOf, linearOf } from './lighting.ts';

/** Paint on something flat: straight alpha, four bytes a texel, `perMetre` texels to the metre. */
export interface Sheet {
  width: number;
  height: number;
  perMetre: number;
  rgba: Uint8Array;
}

/** Paints an SVG drawing whose viewBox is in `unitM` metres (0.01 for centimetres). It uses no fonts, so it looks the same everywhere. */
export async function paintSheet(drawing: { svg: string; widthUnits: number; unitM: number; perMetre: number }): Promise<Sheet> {
  const wanted = Math.round(drawing.widthUnits * drawing.unitM * drawing.perMetre);
  const { data, info } = await sharp(Buffer.from(drawing.svg), { density: 72 }).resize(wanted).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, perMetre: drawing.perMetre, rgba: new Uint8Array(data) };
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
