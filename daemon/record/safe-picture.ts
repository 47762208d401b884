import { setImmediate as nextTurn } from 'node:timers/promises';
import sharp, { type JpegOptions, type Sharp } from 'sharp';
import { PosternError } from '../base/errors.ts';
import { quadArea, type Frame, type Point, type Quad } from '../base/frame.ts';
import { halved } from '../base/halving.ts';
import type { Pixels } from '../base/pixels.ts';
import { colourPixels } from './colour-pixels.ts';
import type { Sighting } from './frame-ring.ts';
import { pixelate } from './pixelate.ts';

// A camera's pictures are all different: a cache would only hold memory. One thread is what a small board has to spare.
sharp.cache(false);
sharp.concurrency(1);

/** A picture that may leave memory: no code in it can be read [S7]. */
export interface SafePicture {
  jpeg: Buffer;
  width: number;
  height: number;
}

/** Finds codes in `width * height` bytes of luma, `alsoUnread`: even those that it sees and cannot read. Rejects when it cannot look: a picture that was not looked at is not stored. */
export type FindCodes = (luma: Uint8Array, width: number, height: number, alsoUnread: boolean) => Promise<Quad[]>;

const QUALITY = 80;
const MAX_PIXELS = 25_000_000;
/** The corners that a decoder tells may be off by a module or two, and a quiet zone without its code shows the shape of one. */
const MARGIN = 0.15;
/** What moves faster than this, in sides of the code, is blurred by over a module (1/50 of a side) in an exposure of 1/100 s. */
const SIDES_PER_SECOND = 2;
const MAX_ROUNDS = 5;
/** In so many rounds what looks like a code is covered, too; then only what can be read is, for a pattern of tiles always looks like one. */
const ROUNDS_ALSO_UNREAD = 2;

interface Cover {
  /** In pixels of the picture. */
  quad: Quad;
  /** Of the quad's side. */
  margin: number;
}

/**
 * The frame as a JPEG, with a mosaic over each code: over those read in it (`codes`), over where codes were read shortly
 * before and after (`sightings`, nearest in time first), and over those found in what would be stored, until none is found.
 *
 * The JPEG is encoded from bare pixels, so nothing the camera put beside them (EXIF, a thumbnail with the code) survives.
 * Decoding and encoding run outside the main thread. Rejects with PosternError: `picture-bad`, `picture-readable`.
 */
export async function safePicture(frame: Frame, codes: Quad[], sightings: Sighting[], findCodes: FindCodes): Promise<SafePicture> {
  const picture = await pixelsOf(frame);
  await cover(picture, coversOf(frame, codes, sightings, picture));
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const jpeg = await jpegOf(picture, { quality: QUALITY });
    const found = await findCodes(await lumaOf(jpeg), picture.width, picture.height, round <= ROUNDS_ALSO_UNREAD);
    if (found.length === 0) return { jpeg, width: picture.width, height: picture.height };
    await cover(picture, found.map((quad) => ({ quad, margin: MARGIN * round })));
  }
  throw new PosternError('picture-readable', 'A code in the picture could not be made unreadable.');
}

/** What was read in the frame itself, and what was read around it in places where nothing was read in it. */
export function coversOf(frame: Frame, codes: Quad[], sightings: Sighting[], picture: Pixels): Cover[] {
  const covers = codes.map((quad) => ({ quad: fitted(quad, frame, picture), margin: MARGIN }));
  for (const seen of sightings) {
    const quad = fitted(seen.quad, seen, picture);
    const passedS = Math.abs(seen.atMs - frame.arrivedMs) / 1000;
    if (!covers.some((known) => isSamePlace(known, quad))) covers.push({ quad, margin: MARGIN + SIDES_PER_SECOND * passedS });
  }
  return covers;
}

/** Whether `quad` is the same code as the covered one, a little before or after: its middle is within reach of the cover. */
function isSamePlace(known: Cover, quad: Quad): boolean {
  const [a, b] = [middle(known.quad), middle(quad)];
  return Math.hypot(a.x - b.x, a.y - b.y) <= Math.sqrt(quadArea(known.quad)) * (0.5 + known.margin);
}

function middle(quad: Quad): Point {
  return { x: quad.reduce((sum, p) => sum + p.x, 0) / 4, y: quad.reduce((sum, p) => sum + p.y, 0) / 4 };
}

/** One mosaic a turn, so that many of them do not hold the main loop. */
export async function cover(picture: Pixels, covers: Cover[]): Promise<void> {
  for (const { quad, margin } of covers) {
    pixelate(picture, quad, margin);
    await nextTurn();
  }
}

/** The frame's bare pixels, so many times halved. Rejects PosternError('picture-bad'). */
export async function pixelsOf(frame: Frame, halvings = 0): Promise<Pixels> {
  const { jpeg, chroma } = frame;
  if (!jpeg) return chroma ? colourPixels(frame, chroma, halvings) : lumaPixels(frame, halvings);
  // Start of image and the next marker (ITU-T T.81, B.1.1.3): libvips would try any other format, too.
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8 || jpeg[2] !== 0xff) throw new PosternError('picture-bad', 'The camera\'s picture is no JPEG.');
  try {
    const whole = sharp(jpeg, { limitInputPixels: MAX_PIXELS, failOn: 'truncated' }).toColourspace('srgb');
    // sharp takes less than the whole of an even factor out of the decompression: for a half it decompresses all and then resamples.
    const decoded = halvings === 0 ? whole : whole.resize({ width: Math.ceil(frame.width / 2 ** halvings), withoutEnlargement: true, kernel: 'linear' });
    const { data, info } = await decoded.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels };
  } catch (thrown) {
    throw new PosternError('picture-bad', 'The camera\'s JPEG cannot be read.', { cause: thrown });
  }
}

function lumaPixels({ luma, width, height }: Frame, halvings: number): Pixels {
  if (luma?.length !== width * height) throw new PosternError('picture-bad', 'The camera\'s picture has not the size it says.');
  // A copy: the frame's own bytes belong to everybody.
  return halvings === 0 ? { data: Uint8Array.from(luma), width, height, channels: 1 } : { ...halved({ data: luma, width, height }, halvings), channels: 1 };
}

function rawSharp({ data, width, height, channels }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: channels as 1 | 3 } });
}

export async function jpegOf(picture: Pixels, options: JpegOptions): Promise<Buffer> {
  return rawSharp(picture).jpeg(options).toBuffer();
}

async function lumaOf(jpeg: Buffer): Promise<Uint8Array> {
  return sharp(jpeg).toColourspace('b-w').extractChannel(0).raw({ depth: 'uchar' }).toBuffer();
}

/** A quad in the pixels of `to`, which may be another size of the same view. */
function fitted(quad: Quad, from: { width: number; height: number }, to: { width: number; height: number }): Quad {
  const at = (i: 0 | 1 | 2 | 3): { x: number; y: number } => ({ x: (quad[i].x * to.width) / from.width, y: (quad[i].y * to.height) / from.height });
  return [at(0), at(1), at(2), at(3)];
}
