import type { Quad } from '../../base/frame.ts';
import type { GreyPicture } from '../../base/grey-picture.ts';
import { lumaAt } from '../light/luma-histogram.ts';
import type { LumaHistogram } from '../light/luma-histogram.ts';
import { TileAreas, quadOfBox, reachesEdge, tilingOf } from './tile-areas.ts';
import type { TileBox, Tiling } from './tile-areas.ts';

const TILES = 64;
/** Lighter than this nothing is told from white any more: a sensor clips at 255, its JPEG rings a little. */
const BLOWN = 250;
/** Half of the picture is darker than this: in a bright hall a white sheet is white and no harm is done by it. */
const DARK_HALL = 90;
/** Shares of the picture that a screen covers which is near enough to be read. */
const LEAST_SHARE = 0.015;
const MOST_SHARE = 0.4;
/** A phone stands upright or lies: its longer side is about twice the shorter. */
const MOST_ASPECT = 2.8;
const LEAST_FILLED = 0.6;

/** Finds a screen so bright in a dark hall that nothing is left of what it shows. Owns its buffers; one picture at a time. */
export class BlownOutScreen {
  readonly #areas = new TileAreas();

  find(picture: GreyPicture, histogram: LumaHistogram): Quad | undefined {
    if (lumaAt(histogram, 0.5) >= DARK_HALL || lumaAt(histogram, 1 - LEAST_SHARE / 2) < BLOWN) return undefined;
    const tiling = tilingOf(picture.width, picture.height, TILES, 4);
    const box = this.#areas.largest(tiling, (left, top) => isBlown(picture, left, top, tiling.tile), (area) => hasScreenShape(area, tiling));
    return box && quadOfBox(box, tiling);
  }
}

function hasScreenShape(box: TileBox, tiling: Tiling): boolean {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const share = box.tiles / (tiling.columns * tiling.rows);
  return share >= LEAST_SHARE && share <= MOST_SHARE && box.tiles >= LEAST_FILLED * width * height
    && !reachesEdge(box, tiling) && Math.max(width, height) <= MOST_ASPECT * Math.min(width, height);
}

/** Every one of 16 samples: a code that can still be made out has dark ones among them. */
function isBlown({ data, width }: GreyPicture, left: number, top: number, tile: number): boolean {
  const step = tile / 4;
  for (let row = 0.5; row < 4; row++) {
    const start = (top + Math.floor(row * step)) * width + left;
    for (let column = 0.5; column < 4; column++) if ((data[start + Math.floor(column * step)] as number) < BLOWN) return false;
  }
  return true;
}
