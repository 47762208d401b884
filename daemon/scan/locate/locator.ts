import type { Point } from '../../base/frame.ts';
import { roomFor } from '../../base/grey-picture.ts';
import type { PicturePyramid } from '../picture-pyramid.ts';
import { LocalThresholder } from '../local-threshold.ts';
import { codePlaces } from './code-places.ts';
import type { CodePlace } from './code-places.ts';
import { finderPairs } from './finder-pairs.ts';
import type { FinderPair, PlacedFinder } from './finder-pairs.ts';
import { findFinderPatterns } from './finder-patterns.ts';
import type { Bitmap, FinderPattern } from './finder-patterns.ts';
import { shapeOf } from './finder-shape.ts';

/** In which picture and by which threshold codes are looked for. */
export interface LocateOptions {
  /** 0 the picture itself, 1 its half, 2 its quarter. */
  level: number;
  /** The threshold's square reaches this share of the longer side. */
  reach: number;
  /** See LocalThreshold. */
  below: number;
}

/** Where codes may be in one picture, in pixels of the picture itself. */
export interface Sighting {
  /** By three finder patterns' middles, the likeliest first. */
  places: CodePlace[];
  /** By two and how they lie; the third may be under a finger, glare or dirt. */
  pairs: FinderPair[];
}

const MOST_PLACES = 6;
/** So many finder patterns are looked at for pairs: the more rows show one, the surer it is. */
const MOST_PAIRED = 10;

/** Finds where codes may be. Owns its buffers; one picture at a time. */
export class Locator {
  readonly #thresholder = new LocalThresholder();
  #bits = new Uint8Array(0);

  locate(pyramid: PicturePyramid, { level, reach, below }: LocateOptions): Sighting {
    const picture = pyramid.level(level);
    const { width, height } = picture;
    this.#bits = roomFor(this.#bits, width * height);
    this.#thresholder.threshold(picture, { reachPx: Math.round(Math.max(width, height) * reach), below }, this.#bits);
    const bitmap = { bits: this.#bits, width, height };
    const patterns = findFinderPatterns(bitmap);
    return {
      places: codePlaces(patterns, MOST_PLACES).map((place) => enlarged(place, 2 ** level)),
      pairs: pairsAmong(bitmap, patterns).map((pair) => enlargedPair(pair, 2 ** level)),
    };
  }
}

function pairsAmong(bitmap: Bitmap, patterns: readonly FinderPattern[]): FinderPair[] {
  return finderPairs(patterns.slice(0, MOST_PAIRED).map((pattern) => shapeOf(bitmap, pattern)).filter((shape) => shape !== undefined));
}

function enlarged(place: CodePlace, by: number): CodePlace {
  const { corner, right, below } = place;
  return { ...place, corner: times(corner, by), right: times(right, by), below: times(below, by) };
}

function enlargedPair(pair: FinderPair, by: number): FinderPair {
  const larger = ({ at, x, y, right, down }: PlacedFinder): PlacedFinder => ({ at, x: x * by, y: y * by, right: times(right, by), down: times(down, by) });
  return { ...pair, finders: [larger(pair.finders[0]), larger(pair.finders[1])] };
}

function times({ x, y }: Point, by: number): Point {
  return { x: x * by, y: y * by };
}
