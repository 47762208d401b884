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

/** By three finder patterns, as though the code were seen from straight ahead; the alignment pattern tells better. */
export function outlineOfPlace({ corner, right, below, size, inverted }: CodePlace): CodeOutline {
  const opposite: Point = { x: right.x + below.x - corner.x, y: right.y + below.y - corner.y };
  return { corners: [corner, right, opposite, below], inset: 3.5, size, inverted };
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
