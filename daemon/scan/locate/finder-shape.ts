import type { Point } from '../../base/frame.ts';
import { addEquation, solveLinear } from '../linear-system.ts';
import type { Bitmap, FinderPattern } from './finder-patterns.ts';

/** A finder pattern with its sides: where its middle is and how it lies. */
export interface FinderShape {
  x: number;
  y: number;
  /** One module along one side, and along the side that is clockwise of it, in pixels. Which side of the symbol they are is not known. */
  u: Point;
  v: Point;
  inverted: boolean;
}

/** Directions in which its edges are looked for. */
const RAYS = 48;
/** Steps of the walk along a ray, pixels. */
const STEP = 0.5;
/** The edges that a ray crosses, in modules from the middle (ISO/IEC 18004, 6.3.3). */
const RINGS = [1.5, 2.5, 3.5] as const;
/** Rays of which all three edges are seen where they may be. Glare or a finger hides some. */
const LEAST_RAYS = 0.6;
const ROUNDS = 5;
/** Edges further off than this after the second round are something else's. Modules. */
const FARTHEST = 0.6;
/** The mean distance of the edges from the shape's, modules: of noise it is larger. */
const MOST_MISFIT = 0.28;
/** The longer side against the shorter one: seen so slantwise nothing is read. */
const MOST_ASPECT = 2.8;

interface Edge {
  /** From the pattern's middle, pixels. */
  x: number;
  y: number;
  ring: number;
}

/** How the finder pattern lies: the parallelogram that its edges fit best. Undefined when they fit none. */
export function shapeOf(bitmap: Bitmap, pattern: FinderPattern): FinderShape | undefined {
  const edges = edgesOf(bitmap, pattern);
  if (edges.length < LEAST_RAYS * RAYS * RINGS.length) return undefined;
  let fit: Fit | undefined = startOf(edges);
  for (let round = 0; round < ROUNDS && fit; round++) fit = fitted(edges, fit, round < 2 ? Infinity : FARTHEST);
  if (!fit || misfitOf(edges, fit) > MOST_MISFIT) return undefined;
  return shaped(fit, pattern);
}

/** From pixels off the middle to modules: a x + b y + c for one side's direction and for the other's. */
type Fit = [readonly [number, number, number], readonly [number, number, number]];

/** Where the rays from the middle cross from dark to light or back. */
function edgesOf({ bits, width, height }: Bitmap, { x, y, across, down, inverted }: FinderPattern): Edge[] {
  const edges: Edge[] = [];
  const farthest = 3.5 * Math.SQRT2 * 1.6 * Math.max(across, down);
  for (let ray = 0; ray < RAYS; ray++) {
    const [dx, dy] = [Math.cos((2 * Math.PI * ray) / RAYS), Math.sin((2 * Math.PI * ray) / RAYS)];
    const found: Edge[] = [];
    let want = inverted ? 0 : 1;
    for (let t = 0; t < farthest && found.length < RINGS.length; t += STEP) {
      const [px, py] = [Math.floor(x + dx * t), Math.floor(y + dy * t)];
      if (px < 0 || py < 0 || px >= width || py >= height) break;
      if (bits[py * width + px] === want) continue;
      want ^= 1;
      found.push({ x: dx * (t - STEP / 2), y: dy * (t - STEP / 2), ring: RINGS[found.length] as number });
    }
    if (found.length === RINGS.length && isEven(found)) edges.push(...found);
  }
  return edges;
}

/** Whether the three edges of a ray are as far apart as a pattern's: 1.5, 1 and 1 modules. */
function isEven([a, b, c]: Edge[]): boolean {
  const [first, second, third] = [a, b, c].map((edge) => Math.hypot(edge?.x ?? 0, edge?.y ?? 0)) as [number, number, number];
  const module = third / 3.5;
  const slack = 0.5 * module + 0.7;
  return Math.abs(first - 1.5 * module) < slack && Math.abs(second - 2.5 * module) < slack;
}

/** A square turned so that its corners are where the edges are farthest: by the fourth harmonic of their distances. */
function startOf(edges: readonly Edge[]): Fit {
  let [real, imaginary, sum] = [0, 0, 0];
  for (const { x, y, ring } of edges) {
    const far = Math.hypot(x, y) / ring;
    const angle = 4 * Math.atan2(y, x);
    real += far * Math.cos(angle);
    imaginary += far * Math.sin(angle);
    sum += far;
  }
  // A square's outline is on average 1.12 times as far from its middle as its sides are.
  const perModule = (1.12 * edges.length) / sum;
  const turn = Math.atan2(imaginary, real) / 4 - Math.PI / 4;
  const [c, s] = [Math.cos(turn) * perModule, Math.sin(turn) * perModule];
  return [[c, s, 0], [-s, c, 0]];
}

/** The next better fit: each edge belongs to the side that it is nearest to now, and each direction's sides are a plane through theirs. */
function fitted(edges: readonly Edge[], fit: Fit, farthest: number): Fit | undefined {
  const rows = fit.map(() => new Float64Array(20));
  for (const edge of edges) {
    const [axis, sign, off] = sideOf(edge, fit);
    // Light that spreads, or a threshold that is off, moves all dark edges inwards and all light ones outwards: the last unknown.
    const inwards = edge.ring === 2.5 ? -1 : 1;
    if (Math.abs(off) <= farthest) addEquation(rows[axis] as Float64Array, [edge.x, edge.y, 1, sign * inwards, sign * edge.ring]);
  }
  const [first, second] = rows.map((row) => solveLinear(row, 4));
  if (!first || !second) return undefined;
  return [first, second].map((solved) => [solved[0], solved[1], solved[2]]) as unknown as Fit;
}

/** Which direction's side an edge lies on, at its end (1) or its beginning (−1), and how far off it, modules. */
function sideOf({ x, y, ring }: Edge, fit: Fit): [axis: 0 | 1, sign: 1 | -1, off: number] {
  const [p, q] = fit.map(([a, b, c]) => a * x + b * y + c) as [number, number];
  const axis = Math.abs(p) >= Math.abs(q) ? 0 : 1;
  const value = axis === 0 ? p : q;
  return [axis, value < 0 ? -1 : 1, Math.abs(value) - ring];
}

function misfitOf(edges: readonly Edge[], fit: Fit): number {
  return edges.reduce((sum, edge) => sum + Math.min(1, Math.abs(sideOf(edge, fit)[2])), 0) / edges.length;
}

function shaped([[a, b, c], [d, e, f]]: Fit, { x, y, inverted }: FinderPattern): FinderShape | undefined {
  const area = a * e - b * d;
  if (!(Math.abs(area) > 1e-6)) return undefined;
  // The inverse of the fit: what one module is in pixels.
  const [first, second] = [{ x: e / area, y: -d / area }, { x: -b / area, y: a / area }];
  const [long, short] = [first, second].map((p) => Math.hypot(p.x, p.y)).sort((m, n) => n - m) as [number, number];
  if (long > MOST_ASPECT * short || Math.abs(first.x * second.y - first.y * second.x) < 0.4 * long * short) return undefined;
  const middle = { x: x - (c * first.x + f * second.x), y: y - (c * first.y + f * second.y) };
  const [u, v] = area > 0 ? [first, second] : [second, first];
  return { ...middle, u, v, inverted };
}
