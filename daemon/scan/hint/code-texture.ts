import type { Quad } from '../../base/frame.ts';
import type { GreyPicture } from '../../base/grey-picture.ts';
import { TileAreas, quadOfBox, reachesEdge, tilingOf } from './tile-areas.ts';
import type { TileBox, Tiling } from './tile-areas.ts';

/**
 * Tiles along the longer side: small ones for modules of 1 to 6 pixels, large ones for those up to 20, of a phone at the
 * lens. `deviation`: mean distance from the tile's mean, grey levels. Grain and JPEG have 3 to 6, a washed-out code 12; what
 * fills large tiles is near, so that its dark and light are well apart, which furniture's seldom are.
 */
const SCALES = [{ tiles: 80, deviation: 9 }, { tiles: 26, deviation: 30 }];
/** Samples each way over a tile: with 80 tiles a quarter of the pixels of a picture of 1280 × 720. */
const SAMPLES = 8;
/** Of 56 steps between neighbouring samples of a tile, so many cross its mean along the rows, and so many along the columns. A face crosses it twice or so. */
const LEAST_CROSSINGS = 6;
/** Stripes and blinds cross in one direction alone. */
const MOST_LOPSIDED = 3;
/** Between the darkest and the lightest of a tile lies at least so many times the mean distance from its mean. */
const LEAST_RANGE = 2;
/** Tiles along the shorter side: with small tiles a code of 1.1 pixels a module. */
const LEAST_TILES = 3;
/** Share of its box that a code fills, its corners being cut by tiles at an angle. */
const LEAST_FILLED = 0.6;
/** A square seen aslant. */
const MOST_ASPECT = 1.8;

/** An area that looks like a code from afar, without anything in it having been made out. */
export interface CodeArea {
  quad: Quad;
  /** It reaches to the picture's edge. */
  cutOff: boolean;
}

/**
 * Finds the largest area that has a code's texture: dark and light about even, changing often along the rows and the
 * columns alike. It holds for codes too blurred, too small or too much cut off for any finder pattern to be seen, and now
 * and then for a printed page or a patterned shirt: good enough to say something helpful, not to decide anything by.
 * Owns its buffers; one picture at a time.
 */
export class CodeTexture {
  readonly #areas = new TileAreas();

  find(picture: GreyPicture): CodeArea | undefined {
    for (const { tiles, deviation } of SCALES) {
      const tiling = tilingOf(picture.width, picture.height, tiles, SAMPLES);
      const [few, all] = [offsetsOf(SAMPLES / 2, tiling.tile, picture.width), offsetsOf(SAMPLES, tiling.tile, picture.width)];
      const looksLikeCode = (left: number, top: number): boolean => {
        const start = top * picture.width + left;
        return !isFlat(picture.data, start, few, deviation) && isBusy(takeSamples(picture.data, start, all), deviation);
      };
      const box = this.#areas.largest(tiling, looksLikeCode, (area) => hasCodeShape(area, tiling));
      if (box) return { quad: quadOfBox(box, tiling), cutOff: reachesEdge(box, tiling) };
    }
    return undefined;
  }
}

function hasCodeShape(box: TileBox, tiling: Tiling): boolean {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  if (Math.min(width, height) < LEAST_TILES || box.tiles < LEAST_FILLED * width * height) return false;
  return reachesEdge(box, tiling) || Math.max(width, height) <= MOST_ASPECT * Math.min(width, height);
}

const samples = new Uint8Array(SAMPLES * SAMPLES);

/** Where in a picture, counted from a tile's first pixel, `count` × `count` samples spread over the tile are. */
function offsetsOf(count: number, tile: number, width: number): Int32Array {
  const at = (step: number): number => Math.floor(((step + 0.5) * tile) / count);
  return Int32Array.from({ length: count * count }, (_, i) => at(Math.floor(i / count)) * width + at(i % count));
}

/** By a quarter of the samples: most of a hall is flat, and flat is quickly seen. */
function isFlat(data: Uint8Array, start: number, offsets: Int32Array, leastDeviation: number): boolean {
  let darkest = 255;
  let lightest = 0;
  for (let i = 0; i < offsets.length; i++) {
    const value = data[start + (offsets[i] as number)] as number;
    if (value < darkest) darkest = value;
    if (value > lightest) lightest = value;
  }
  return lightest - darkest < leastDeviation * LEAST_RANGE;
}

/** Fills `samples`; returns their mean. */
function takeSamples(data: Uint8Array, start: number, offsets: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < offsets.length; i++) {
    const value = data[start + (offsets[i] as number)] as number;
    samples[i] = value;
    sum += value;
  }
  return sum / offsets.length;
}

function isBusy(mean: number, leastDeviation: number): boolean {
  let deviation = 0;
  let dark = 0;
  let across = 0;
  let down = 0;
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i] as number;
    const isDark = value < mean;
    deviation += Math.abs(value - mean);
    if (isDark) dark++;
    if (i % SAMPLES > 0 && isDark !== (samples[i - 1] as number) < mean) across++;
    if (i >= SAMPLES && isDark !== (samples[i - SAMPLES] as number) < mean) down++;
  }
  return deviation >= leastDeviation * samples.length && dark >= samples.length / 4 && dark <= (samples.length * 3) / 4
    && across >= LEAST_CROSSINGS && down >= LEAST_CROSSINGS && across <= MOST_LOPSIDED * down && down <= MOST_LOPSIDED * across;
}
