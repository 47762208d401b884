import type { Point } from '../../base/frame.ts';
import { addEquation, solveLinear } from '../linear-system.ts';

/**
 * A projective map of the plane, row by row: x' = (m0 x + m1 y + m2) / (m6 x + m7 y + m8), y' likewise.
 * A flat code seen by a camera without distortion is its module grid under one of these.
 */
export type Perspective = Float64Array;

/** One point of the grid and where it is in the picture. */
export interface Tie {
  from: Point;
  to: Point;
  /** How much it counts; default 1. */
  weight?: number;
}

export function project(m: Perspective, x: number, y: number): Point {
  const w = at(m, 6) * x + at(m, 7) * y + at(m, 8);
  return { x: (at(m, 0) * x + at(m, 1) * y + at(m, 2)) / w, y: (at(m, 3) * x + at(m, 4) * y + at(m, 5)) / w };
}

/** The map that takes the ties' `from` to their `to`: exactly with four, by least squares with more. Undefined when they do not say it. */
export function perspectiveOf(ties: readonly Tie[]): Perspective | undefined {
  const normal = new Float64Array(72);
  for (const { from: { x, y }, to, weight = 1 } of ties) {
    addEquation(normal, [x, y, 1, 0, 0, 0, -x * to.x, -y * to.x, to.x], weight);
    addEquation(normal, [0, 0, 0, x, y, 1, -x * to.y, -y * to.y, to.y], weight);
  }
  const solved = solveLinear(normal, 8);
  if (!solved) return undefined;
  const map = new Float64Array(9);
  map.set(solved);
  map[8] = 1;
  return map;
}

function at(a: Float64Array, i: number): number {
  return a[i] as number;
}
