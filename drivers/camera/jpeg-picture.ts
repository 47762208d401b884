import { jpegHasEnd, jpegSize } from './jpeg-size.ts';
import type { Picture } from './picture-source.ts';

/** A JPEG as a picture, or what is wrong with it in the words of `PictureListener.bad`. That its pixels can be decoded is not checked. */
export function jpegPicture(jpeg: Uint8Array): Picture | string {
  // Start of image and the next marker (ITU-T T.81, B.1.1.3).
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8 || jpeg[2] !== 0xff) return 'something that is no JPEG';
  const size = jpegSize(jpeg);
  if (!size || size.width === 0 || size.height === 0) return 'JPEGs without a size';
  if (!jpegHasEnd(jpeg)) return 'JPEGs that are cut off';
  return { ...size, jpeg };
}
