import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { messageOf } from '../base/errors.ts';
import type { Pixels } from '../base/pixels.ts';

// A camera's pictures are all different: a cache would only hold memory. One thread is what a small board has to spare.
sharp.cache(false);
sharp.concurrency(1);

/**
 * The pixels of a JPEG of at most `maxPixels`, as it is stored: an EXIF orientation is not applied.
 * Rejects with what is wrong with it. Damage that leaves the picture whole passes, as cheap cameras make it.
 */
export async function pixelsOfJpeg(jpeg: Uint8Array, maxPixels: number): Promise<Pixels> {
  // Start of image and the next marker (ITU-T T.81, B.1.1.3). No other decoder is let near a camera's bytes.
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8 || jpeg[2] !== 0xff) throw new Error('the picture is not a JPEG');
  return rawPixels(sharp(jpeg, { limitInputPixels: maxPixels, failOn: 'truncated' }));
}

/** Why a picture could not be decompressed, in a sentence. libvips says the same several times over. */
export function pictureProblem(thrown: unknown): string {
  return `The picture cannot be read: ${messageOf(thrown).split('\n', 1)[0]}.`;
}

/** Runs `picture` to 8-bit pixels. */
export async function rawPixels(picture: Sharp): Promise<Pixels> {
  const { data, info } = await picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

/**
 * Writes the luma of `pixels` into `target` by the weights of JFIF (ITU-R BT.601): the Y that the camera had.
 * Twice as fast as libvips' greyscale, which goes by way of linear light.
 */
export function writeLuma({ data, width, height, channels }: Pixels, target: Uint8Array): void {
  const count = width * height;
  if (channels === 1) return target.set(data.subarray(0, count));
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2];
  for (let to = 0, from = 0; to < count; to++, from += channels) {
    target[to] = (77 * (data[from] as number) + 150 * (data[from + green] as number) + 29 * (data[from + blue] as number) + 128) >> 8;
  }
}
