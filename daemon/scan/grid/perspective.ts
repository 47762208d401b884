import type { Point } from '../../base/frame.ts';

/**
 * A projective map of the plane, row by row: x' = (m0 x + m1 y + m2) / (m6 x + m7 y + m8), y' likewise.
 * A flat code seen by a camera without distortion is its module grid under one of these.
 */
export type Perspective = Float64Array;

/** One point of the grid and where it is in the picture. */
export interface Tie {
  from: Point;
  to: Point;
}

export function project(m: Perspective, x: number, y: number): Point {
  const w = at(m, 6) * x + at(m, 7) * y + at(m, 8);
  return { x: (at(m, 0) * x + at(m, 1) * y + at(m, 2)) / w, y: (at(m, 3) * x + at(m, 4) * y + at(m, 5)) / w };
}

/** The map that takes the ties' `from` to their `to`: exactly with four, by least squares with more. Undefined when they do not say it. */
export function perspectiveOf(ties: readonly Tie[]): Perspective | undefined {
  const normal = new Float64Array(72);
  for (const { from: { x, y }, to } of ties) {
    addEquation(normal, [x, y, 1, 0, 0, 0, -x * to.x, -y * to.x, to.x]);
    addEquation(normal, [0, 0, 0, x, y, 1, -x * to.y, -y * to.y, to.y]);
  }
  const solved = solve(normal);
  if (!solved) return undefined;
  const map = new Float64Array(9);
  map.set(solved);
  map[8] = 1;
  return map;
}

/** Adds one row of the overdetermined system to its normal equations (8 rows of 8 and the right-hand side). */
function addEquation(normal: Float64Array, row: number[]): void {
  for (let i = 0; i < 8; i++) {
    for (let j = 0; j < 9; j++) normal[i * 9 + j] = at(normal, i * 9 + j) + (row[i] as number) * (row[j] as number);
  }
}

/** Gauss–Jordan with partial pivoting. */
function solve(a: Float64Array): Float64Array | undefined {
  for (let column = 0; column < 8; column++) {
    let pivot = column;
    for (let row = column + 1; row < 8; row++) {
      if (Math.abs(at(a, row * 9 + column)) > Math.abs(at(a, pivot * 9 + column))) pivot = row;
    }
    const value = at(a, pivot * 9 + column);
    if (!(Math.abs(value) > 1e-9)) return undefined;
    for (let j = 0; j < 9; j++) {
      const swapped = at(a, pivot * 9 + j) / value;
      a[pivot * 9 + j] = at(a, column * 9 + j);
      a[column * 9 + j] = swapped;
    }
    for (let row = 0; row < 8; row++) {
      const factor = row === column ? 0 : at(a, row * 9 + column);
      if (factor !== 0) for (let j = column; j < 9; j++) a[row * 9 + j] = at(a, row * 9 + j) - factor * at(a, column * 9 + j);
    }
  }
  return Float64Array.from({ length: 8 }, (_, i) => at(a, i * 9 + 8));
}

function at(a: Float64Array, i: number): number {
  return a[i] as number;
}
