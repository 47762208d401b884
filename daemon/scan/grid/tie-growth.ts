import type { Point } from '../../base/frame.ts';
import { alignmentCentres } from './function-patterns.ts';
import { perspectiveOf, project } from './perspective.ts';
import type { Perspective, Tie } from './perspective.ts';
import { alignmentTemplate, finderTemplate } from './template-match.ts';
import type { Template } from './template-match.ts';

/** Where a template is seen best around a point, both in modules of the grid as it is drawn; undefined: nowhere. */
export type See = (template: Template, around: Point, reach: number) => { at: Point; fit: number } | undefined;

/** A pattern of the symbol with one middle: where it must be. */
interface Landmark {
  middle: Point;
  template: Template;
}

/** Modules that a pattern may be off next to one that was found, and how much more for each module between them. */
const REACH = 1.2;
const REACH_PER_MODULE = 0.06;
/** Worse fits are chance: among some hundred places one fits by half. */
const LEAST_FIT = 0.55;
/** How much a corner of a finder pattern that the grid was made by says, against the middle of a pattern that was found. */
const CORNER_WEIGHT = 0.3;
/** A pattern that is further off where all the others put it is another one's. Modules. */
const MOST_OFF = 0.8;

/**
 * Corrects a grid from what is sure to what is not: each pattern of which the place is known beforehand is looked for beside
 * those that were found, so that from two finder patterns the grid grows over all alignment patterns to the far corner.
 * `seeds`: middles of patterns that the grid already fits. Ties from the grid as it should be to the grid as it is drawn.
 */
export function grownTies(size: number, seeds: readonly Point[], see: See): Tie[] {
  const waiting = landmarksOf(size);
  const known = seeds.flatMap(cornersOfFinder).map((corner) => ({ from: corner, to: corner, weight: CORNER_WEIGHT }));
  const ties: Tie[] = [];
  while (waiting.length > 0) {
    const anchors = [...seeds, ...ties.map(({ from }) => from)];
    const far = (point: Point): number => Math.min(...anchors.map((anchor) => Math.hypot(anchor.x - point.x, anchor.y - point.y)));
    waiting.sort((a, b) => far(a.middle) - far(b.middle));
    const { middle, template } = waiting.shift() as Landmark;
    const map = perspectiveOf([...known, ...ties]);
    if (!map) break;
    const seen = see(template, project(map, middle.x, middle.y), REACH + REACH_PER_MODULE * far(middle));
    if (seen && seen.fit >= LEAST_FIT) ties.push({ from: middle, to: seen.at });
  }
  return agreeing(known, ties);
}

/** Without those that most others contradict. */
function agreeing(known: readonly Tie[], found: readonly Tie[]): Tie[] {
  let ties = [...known, ...found];
  for (;;) {
    const map = perspectiveOf(ties);
    const worst = map && found.map((tie) => (ties.includes(tie) ? distance(map, tie) : 0)).reduce((most, off) => Math.max(most, off), 0);
    if (map === undefined || worst === undefined || worst <= MOST_OFF) return ties;
    ties = ties.filter((tie) => known.includes(tie) || distance(map, tie) < worst);
  }
}

function distance(map: Perspective, { from, to }: Tie): number {
  const at = project(map, from.x, from.y);
  return Math.hypot(at.x - to.x, at.y - to.y);
}

function landmarksOf(size: number): Landmark[] {
  const centres = alignmentCentres(size);
  const last = centres.at(-1);
  const finders = [[3.5, 3.5], [size - 3.5, 3.5], [3.5, size - 3.5]].map(([x, y]) => ({ middle: { x, y } as Point, template: finderTemplate }));
  const alignments = centres.flatMap((row) => centres.flatMap((column) => {
    const isUnderFinder = (row === 6 && (column === 6 || column === last)) || (row === last && column === 6);
    return isUnderFinder ? [] : [{ middle: { x: column + 0.5, y: row + 0.5 }, template: alignmentTemplate }];
  }));
  return [...finders, ...alignments];
}

function cornersOfFinder({ x, y }: Point): Point[] {
  return [{ x: x - 3.5, y: y - 3.5 }, { x: x + 3.5, y: y - 3.5 }, { x: x + 3.5, y: y + 3.5 }, { x: x - 3.5, y: y + 3.5 }];
}
