import type { Point } from '../../base/frame.ts';
import type { FinderShape } from './finder-shape.ts';

/** A finder pattern with its place in the symbol. */
export interface PlacedFinder {
  at: 'corner' | 'right' | 'below';
  x: number;
  y: number;
  /** One module to the right and one down, as the symbol lies, in pixels. */
  right: Point;
  down: Point;
}

/** Two finder patterns that may be the same symbol's. How they lie says how all of it does. */
export interface FinderPair {
  finders: readonly [PlacedFinder, PlacedFinder];
  /** Modules between the symbol's outer edges, not yet one of the sizes that there are. */
  size: number;
  inverted: boolean;
}

/** Symbols have 21 to 177 modules a side; a little less or more may be measured. */
const LEAST_SIZE = 18;
const GREATEST_SIZE = 190;
/** The line between two finder patterns runs along a side of both, or along the diagonal: tangents of how far it may be off. */
const OFF_SIDE = 0.12;
const OFF_DIAGONAL = 0.13;
/** The smaller module against the larger one, of two patterns seen aslant. */
const LEAST_RATIO = 0.45;

/**
 * Each two finder patterns as what they may be of one symbol: the ends of its upper side, of its left side or of the
 * diagonal. Their sides tell these apart, so that chance pairs are few. In perspective the line between two points is a line,
 * and a pattern's own sides point along it.
 */
export function finderPairs(shapes: readonly FinderShape[]): FinderPair[] {
  return shapes.flatMap((a, i) => shapes.slice(i + 1).flatMap((b) =>
    (a.inverted === b.inverted ? [...pairsFrom(a, b), ...pairsFrom(b, a)] : [])));
}

function pairsFrom(a: FinderShape, b: FinderShape): FinderPair[] {
  return [
    pairOf(a, 'corner', b, 'right', { x: 1, y: 0 }),
    pairOf(a, 'below', b, 'corner', { x: 0, y: -1 }),
    pairOf(a, 'below', b, 'right', { x: 1, y: -1 }),
  ].filter((pair) => pair !== undefined);
}

/** The pair if `b` lies in the direction `way` (right and down) from `a` by the sides of both. */
function pairOf(a: FinderShape, atA: PlacedFinder['at'], b: FinderShape, atB: PlacedFinder['at'], way: Point): FinderPair | undefined {
  const line = { x: b.x - a.x, y: b.y - a.y };
  const [first, second] = [placed(a, atA, line, way), placed(b, atB, line, way)];
  if (!first || !second) return undefined;
  const [modulesA, modulesB] = [first.modules, second.modules];
  if (Math.min(modulesA, modulesB) < LEAST_RATIO * Math.max(modulesA, modulesB)) return undefined;
  // Along a line in perspective the mean length of a module is the geometric one of the ends'.
  const size = 7 + Math.sqrt(modulesA * modulesB);
  if (!(size >= LEAST_SIZE && size <= GREATEST_SIZE)) return undefined;
  return { finders: [first.finder, second.finder], size, inverted: a.inverted };
}

/** The shape turned so that `line` runs in the direction `way` of it, and how many of its modules it is long; undefined when none of the four turns does. */
function placed({ x, y, u, v }: FinderShape, at: PlacedFinder['at'], line: Point, way: Point): { finder: PlacedFinder; modules: number } | undefined {
  const area = u.x * v.y - u.y * v.x;
  let [right, down] = [u, v];
  let [p, q] = [(line.x * v.y - line.y * v.x) / area, (u.x * line.y - u.y * line.x) / area];
  for (let turn = 0; turn < 4; turn++) {
    // `p` modules to the right and `q` down.
    if (runs(p, q, way)) return { finder: { at, x, y, right, down }, modules: Math.max(Math.abs(p), Math.abs(q)) };
    [right, down] = [down, { x: -right.x, y: -right.y }];
    [p, q] = [q, -p];
  }
  return undefined;
}

function runs(p: number, q: number, way: Point): boolean {
  if (way.y === 0) return p > 0 && Math.abs(q) < OFF_SIDE * p;
  if (way.x === 0) return q < 0 && Math.abs(p) < OFF_SIDE * -q;
  return p > 0 && q < 0 && Math.abs(p + q) < 2 * OFF_DIAGONAL * Math.max(p, -q);
}
