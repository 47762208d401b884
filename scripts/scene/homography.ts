import type { Point } from '../../daemon/base/frame.ts';

/** A 3 × 3 matrix, row by row, taking points of one plane to another in homogeneous coordinates. */
export type Homography = readonly [number, number, number, number, number, number, number, number, number];

export function applyHomography(h: Homography, { x, y }: Point): Point {
  const w = h[6] * x + h[7] * y + h[8];
  return { x: (h[0] * x + h[1] * y + h[2]) / w, y: (h[3] * x + h[4] * y + h[5]) / w };
}

/** First `b`, then `a`. */
export function composeHomographies(a: Homography, b: Homography): Homography {
  const at = (row: number, column: number): number =>
    (a[row * 3] as number) * (b[column] as number)
    + (a[row * 3 + 1] as number) * (b[3 + column] as number)
    + (a[row * 3 + 2] as number) * (b[6 + column] as number);
  return [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 1), at(1, 2), at(2, 0), at(2, 1), at(2, 2)];
}

/** The way back, up to scale (the adjugate): homogeneous coordinates need no division by the determinant. */
export function invertHomography(h: Homography): Homography {
  const [a, b, c, d, e, f, g, i, j] = h;
  return [
    e * j - f * i, c * i - b * j, b * f - c * e,
    f * g - d * j, a * j - c * g, c * d - a * f,
    d * i - e * g, b * g - a * i, a * e - b * d,
  ];
}
