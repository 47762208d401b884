import type { Point } from '../../base/frame.ts';
import { roomFor } from '../grey-picture.ts';
import type { PicturePyramid } from '../picture-pyramid.ts';
import { LocalThresholder } from '../local-threshold.ts';
import { codePlaces, pairedPlaces } from './code-places.ts';
import type { CodePlace } from './code-places.ts';
import { findFinderPatterns } from './finder-patterns.ts';

/** In which picture and by which threshold codes are looked for. */
export interface LocateOptions {
  /** 0 the picture itself, 1 its half, 2 its quarter. */
  level: number;
  /** The threshold's square reaches this share of the longer side. */
  reach: number;
  /** See LocalThreshold. */
  below: number;
  /** Codes of which two finder patterns are seen instead of three. */
  paired?: boolean;
}

const MOST_PLACES = 6;

/** Finds where codes may be. Owns its buffers; one picture at a time. */
export class Locator {
  readonly #thresholder = new LocalThresholder();
  #bits = new Uint8Array(0);

  /** The likeliest places of codes, in pixels of the picture itself, the likeliest first. */
  locate(pyramid: PicturePyramid, { level, reach, below, paired = false }: LocateOptions): CodePlace[] {
    const picture = pyramid.level(level);
    const { width, height } = picture;
    this.#bits = roomFor(this.#bits, width * height);
    this.#thresholder.threshold(picture, { reachPx: Math.round(Math.max(width, height) * reach), below }, this.#bits);
    const patterns = findFinderPatterns({ bits: this.#bits, width, height });
    const places = paired ? pairedPlaces(patterns) : codePlaces(patterns, MOST_PLACES);
    return places.map((place) => enlarged(place, 2 ** level));
  }
}

function enlarged(place: CodePlace, by: number): CodePlace {
  const at = ({ x, y }: Point): Point => ({ x: x * by, y: y * by });
  return { ...place, corner: at(place.corner), right: at(place.right), below: at(place.below), modulePx: place.modulePx * by };
}
