import sharp from 'sharp';
import type { Frame } from '../base/frame.ts';
import { rawPixels, writeLuma } from '../scan/luma.ts';

export interface LoadedPicture {
  /** Upright luma. */
  frame: Frame;
  /** How many pixels of the picture one pixel of the frame stands for; 1 unless it had to be shrunk. */
  scale: number;
}

/**
 * Reads a picture of any format that sharp knows, a file or its bytes, turned as its EXIF orientation says, on white where it is transparent,
 * and shrunk to `maxPixels`. Rejects with what is wrong with the file.
 */
export async function loadPicture(file: string | Uint8Array, maxPixels: number): Promise<LoadedPicture> {
  const picture = sharp(file, { failOn: 'truncated' });
  const { autoOrient: { width, height } } = await picture.metadata();
  const shrink = Math.min(1, Math.sqrt(maxPixels / (width * height)));
  const upright = picture.autoOrient().flatten({ background: 'white' });
  const pixels = await rawPixels(shrink < 1 ? upright.resize({ width: Math.floor(width * shrink), height: Math.floor(height * shrink), fit: 'fill' }) : upright);
  const luma = new Uint8Array(pixels.width * pixels.height);
  writeLuma(pixels, luma);
  return { frame: { seq: 1, arrivedMs: 0, width: pixels.width, height: pixels.height, luma }, scale: width / pixels.width };
}
