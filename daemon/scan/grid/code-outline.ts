import type { Point, Quad } from '../../base/frame.ts';
import type { CodePlace } from '../locate/code-places.ts';
import type { Tie } from './perspective.ts';

/** What is known of where a code is, before its grid is. */
export interface CodeOutline {
  /** Four places in the picture. */
  corners: Quad;
  /** How many modules they are inside the symbol's own corners: 3.5 for the middles of finder patterns. */
  inset: number;
  /** Modules a side as measured; undefined: not known. */
  size?: number;
  inverted: boolean;
}

/** Modules whose lengths differ less are equal as far as can be measured. */
const LEAST_SHRINKING = 0.08;

/** By three finder patterns: as though the code were seen from straight ahead, and, where its modules shrink to one side, aslant. */
export function outlinesOfPlace({ corner, right, below, size, inverted, shrinking }: CodePlace): CodeOutline[] {
  const outline = (x: number, y: number): CodeOutline => ({ corners: [corner, right, opposite(corner, right, below, x, y), below], inset: 3.5, size, inverted });
  const straight = outline(0, 0);
  if (Math.abs(Math.log(shrinking.x)) + Math.abs(Math.log(shrinking.y)) < LEAST_SHRINKING) return [straight];
  // In x' = x / (1 + g x) a length at the near end is (1 + g)² times that at the far one.
  const [x, y] = [Math.sqrt(shrinking.x) - 1, Math.sqrt(shrinking.y) - 1];
  return 1 + x + y > 0.2 ? [straight, outline(x, y)] : [straight];
}

/** The fourth corner of the unit square under (x, y) → (x a + y b) / (1 + gx x + gy y), of which three are known. */
function opposite(corner: Point, right: Point, below: Point, gx: number, gy: number): Point {
  const at = (c: number, r: number, b: number): number => c + ((r - c) * (1 + gx) + (b - c) * (1 + gy)) / (1 + gx + gy);
  return { x: at(corner.x, right.x, below.x), y: at(corner.y, right.y, below.y) };
}

/** The ties of a grid of `size` modules to the outline's corners. */
export function tiesOf({ corners, inset }: CodeOutline, size: number): Tie[] {
  const far = size - inset;
  const [a, b, c, d] = corners;
  return [
    { from: { x: inset, y: inset }, to: a }, { from: { x: far, y: inset }, to: b },
    { from: { x: far, y: far }, to: c }, { from: { x: inset, y: far }, to: d },
  ];
}
