import type { Point, Quad } from '../../base/frame.ts';
import type { CodePlace } from '../locate/code-places.ts';
import type { FinderPair, PlacedFinder } from '../locate/finder-pairs.ts';
import { perspectiveOf, project } from './perspective.ts';
import type { Tie } from './perspective.ts';
import type { TimingLine } from './timing.ts';

/** What is known of where a code is, before its grid is. */
export interface CodeOutline {
  /** Four places in the picture. */
  corners: Quad;
  /** How many modules they are inside the symbol's own corners: 3.5 for the middles of finder patterns. */
  inset: number;
  /** Modules a side as measured; undefined: not known. */
  size?: number;
  inverted: boolean;
  /** Two finder patterns that say more than the corners, which are reckoned from them. */
  finders?: readonly PlacedFinder[];
}

/** Modules from a finder pattern's middle to the symbol's edge. */
const INSET = 3.5;
const CORNERS = [[-INSET, -INSET], [INSET, -INSET], [INSET, INSET], [-INSET, INSET]] as const;
/** Modules whose lengths differ less are equal as far as can be measured. */
const LEAST_SHRINKING = 0.08;

/** By three finder patterns: as though the code were seen from straight ahead, and, where its modules shrink to one side, aslant. */
export function outlinesOfPlace({ corner, right, below, size, inverted, shrinking }: CodePlace): CodeOutline[] {
  const outline = (x: number, y: number): CodeOutline => ({ corners: [corner, right, opposite(corner, right, below, x, y), below], inset: INSET, size, inverted });
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

/** By two finder patterns: what the sides of both say of the other two corners. */
export function outlineOfPair({ finders, size, inverted }: FinderPair): CodeOutline | undefined {
  const map = perspectiveOf(tiesOfFinders(finders, size));
  if (!map) return undefined;
  const far = size - INSET;
  const corners = [project(map, INSET, INSET), project(map, far, INSET), project(map, far, far), project(map, INSET, far)] as const;
  return { corners, inset: INSET, size, inverted, finders };
}

/** The ties of a grid of `size` modules to what is known of the outline. */
export function tiesOf({ corners, inset, finders }: CodeOutline, size: number): Tie[] {
  if (finders) return tiesOfFinders(finders, size);
  const far = size - inset;
  const [a, b, c, d] = corners;
  return [
    { from: { x: inset, y: inset }, to: a }, { from: { x: far, y: inset }, to: b },
    { from: { x: far, y: far }, to: c }, { from: { x: inset, y: far }, to: d },
  ];
}

/** The outer corners of each finder pattern. */
function tiesOfFinders(finders: readonly PlacedFinder[], size: number): Tie[] {
  return finders.flatMap(({ at, x, y, right, down }) => {
    const middle = middleOf(at, size);
    return CORNERS.map(([u, v]): Tie => ({
      from: { x: middle.x + u, y: middle.y + v },
      to: { x: x + u * right.x + v * down.x, y: y + u * right.y + v * down.y },
    }));
  });
}

/** The timing patterns that run between what is known of the outline. */
export function timingLinesOf({ finders }: CodeOutline): TimingLine[] {
  const isSeen = (at: PlacedFinder['at']): boolean => finders?.some((finder) => finder.at === at) ?? true;
  if (isSeen('corner')) return [...(isSeen('right') ? [0 as const] : []), ...(isSeen('below') ? [1 as const] : [])];
  return [0, 1];
}

/** Middles of the finder patterns that were seen. */
export function seedsOf({ finders }: CodeOutline, size: number): Point[] {
  const all = ['corner', 'right', 'below'] as const;
  return (finders?.map(({ at }) => at) ?? all).map((at) => middleOf(at, size));
}

function middleOf(at: PlacedFinder['at'], size: number): Point {
  return { x: at === 'right' ? size - INSET : INSET, y: at === 'below' ? size - INSET : INSET };
}
