import type { Point } from '../../base/frame.ts';
import type { FinderPattern } from './finder-patterns.ts';

/** Three finder patterns that may be a symbol's, and what they say of it. */
export interface CodePlace {
  /** Middles of the finder patterns; seen from the front, `right` is clockwise of `corner` and `below` the other way. */
  corner: Point;
  right: Point;
  below: Point;
  /** Modules between the outer edges, not yet one of the sizes that there are. */
  size: number;
  inverted: boolean;
  /**
   * How many times longer a module is at `corner` than at the other end of the upper side and of the left side: seen
   * aslant, what is nearer is larger. 1 where that is not known.
   */
  shrinking: Point;
  /** 0 is a perfect square; places are tried in this order. */
  misfit: number;
}

/** So many finder patterns are combined: 24 make 2,024 triples. */
const MAX_PATTERNS = 24;
/** Symbols have 21 to 177 modules a side; a little less or more may be measured. */
const LEAST_SIZE = 17;
const GREATEST_SIZE = 190;

/** The triples of finder patterns that stand like those of a symbol, the likeliest first. */
export function codePlaces(patterns: readonly FinderPattern[], atMost: number): CodePlace[] {
  const places: CodePlace[] = [];
  const likely = patterns.slice(0, MAX_PATTERNS);
  for (const [i, a] of likely.entries()) {
    for (const [j, b] of likely.entries()) {
      if (j === i || b.inverted !== a.inverted) continue;
      for (let k = j + 1; k < likely.length; k++) {
        const c = likely[k] as FinderPattern;
        if (k === i || c.inverted !== a.inverted) continue;
        const place = placeOf(a, b, c);
        if (place) places.push(place);
      }
    }
  }
  return places.sort((a, b) => a.misfit - b.misfit).slice(0, atMost);
}

function placeOf(corner: FinderPattern, b: FinderPattern, c: FinderPattern): CodePlace | undefined {
  const ab = { x: b.x - corner.x, y: b.y - corner.y };
  const ac = { x: c.x - corner.x, y: c.y - corner.y };
  const turn = ab.x * ac.y - ab.y * ac.x;
  const [lengthB, lengthC] = [Math.hypot(ab.x, ab.y), Math.hypot(ac.x, ac.y)];
  // Legs at 30° to 150°, none over three times the other.
  if (Math.abs(turn) < 0.5 * lengthB * lengthC || lengthB > 3 * lengthC || lengthC > 3 * lengthB) return undefined;
  const [nearB, farB, nearC, farC] = [moduleAlong(corner, ab), moduleAlong(b, ab), moduleAlong(corner, ac), moduleAlong(c, ac)];
  // Along a line in perspective the mean length of a module is the geometric one of the ends'.
  const sizeB = 7 + lengthB / Math.sqrt(nearB * farB);
  const sizeC = 7 + lengthC / Math.sqrt(nearC * farC);
  const size = (sizeB + sizeC) / 2;
  if (size < LEAST_SIZE || size > GREATEST_SIZE) return undefined;
  const cosine = (ab.x * ac.x + ab.y * ac.y) / (lengthB * lengthC);
  const areas = [corner, b, c].map((p) => Math.log(p.across * p.down));
  const spread = Math.max(...areas) - Math.min(...areas);
  if (spread > 2) return undefined;
  const misfit = 2 * Math.abs(Math.log(sizeB / sizeC)) + Math.abs(cosine) + 0.7 * spread + 0.3 * Math.abs(Math.log(lengthB / lengthC)) + 0.003 * size;
  const [right, below] = turn > 0 ? [b, c] : [c, b];
  const shrinking = turn > 0 ? { x: nearB / farB, y: nearC / farC } : { x: nearC / farC, y: nearB / farB };
  return { corner, right, below, size, inverted: corner.inverted, shrinking, misfit };
}

/**
 * A module's length along `to`, of the square of which only the lengths along a row and a column through its middle are
 * known: that of the upright square in between.
 */
function moduleAlong(pattern: FinderPattern, to: Point): number {
  const length = Math.hypot(to.x, to.y);
  const [c, s] = [Math.abs(to.x) / length, Math.abs(to.y) / length];
  // Along its own axes a square is shorter than the row that cuts it slantwise, by the cosine of the angle.
  return Math.max(c, s) * (c * c * pattern.across + s * s * pattern.down);
}
