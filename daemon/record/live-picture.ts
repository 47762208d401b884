import { PosternError } from '../base/errors.ts';
import type { Frame, Quad } from '../base/frame.ts';
import type { Pixels } from '../base/pixels.ts';
import type { Sighting } from './frame-ring.ts';
import { cover, coversOf, jpegOf, pixelsOf } from './safe-picture.ts';

/** A picture that may be shown: small, with no code in it that can be read [S7]. */
export interface LivePicture {
  jpeg: Buffer;
  /** `width * height` bytes. */
  luma: Uint8Array;
  width: number;
  height: number;
}

const MAX_WIDTH = 640;
/** Huffman tables made for one picture would take half of the encoding and save a tenth of its bytes. */
const JPEG = { quality: 65, optimiseCoding: false };
const ROUNDS = 3;
/** Of a code's side: a picture of a fifth of a second is not looked at twice, so rather too much than too little. */
const MARGIN = 0.2;

/** What a live picture is made of. */
export interface LiveShot {
  frame: Frame;
  /** Read in the frame, and read around it; as for `safePicture`. */
  codes: Quad[];
  sightings: Sighting[];
  /** The frame's pixels, `liveHalvings` times halved, where somebody has them already. They are written into. */
  small: Pixels | undefined;
}

/** How often a frame is halved until it is small. */
export function liveHalvings({ width }: Pick<Frame, 'width'>): number {
  return Math.max(0, Math.ceil(Math.log2(width / MAX_WIDTH)));
}

/**
 * As `safePicture`, for a picture that is looked at for a moment: halved until it is small, looked over once more before it is
 * encoded and not after, which together cost a quarter. Rejects with PosternError: `picture-bad`, `picture-readable`.
 */
export async function livePicture({ frame, codes, sightings, small }: LiveShot, findCodes: (luma: Uint8Array, width: number, height: number) => Promise<Quad[]>): Promise<LivePicture> {
  const picture = small ?? await pixelsOf(frame, liveHalvings(frame));
  const { width, height } = picture;
  await cover(picture, coversOf(frame, codes, sightings, picture));
  for (let round = 1; round <= ROUNDS; round++) {
    const luma = lumaOf(picture);
    const found = await findCodes(luma, width, height);
    if (found.length === 0) return { jpeg: await jpegOf(picture, JPEG), luma, width, height };
    await cover(picture, found.map((quad) => ({ quad, margin: MARGIN * round })));
  }
  throw new PosternError('picture-readable', 'A code in the picture could not be made unreadable.');
}

/** ITU-R BT.601, in 256ths. A millisecond for 640 × 360. */
function lumaOf({ data, width, height, channels }: Pixels): Uint8Array {
  if (channels === 1) return Uint8Array.from(data);
  const luma = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < luma.length; at++, from += channels) {
    luma[at] = (77 * (data[from] as number) + 150 * (data[from + 1] as number) + 29 * (data[from + 2] as number)) >> 8;
  }
  return luma;
}
