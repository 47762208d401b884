import type { Point, Quad } from '../../base/frame.ts';
import { roomFor } from '../../base/grey-picture.ts';
import type { GreyPicture } from '../../base/grey-picture.ts';
import type { PicturePyramid } from '../picture-pyramid.ts';
import { Balancer } from './balanced-picture.ts';
import type { Balanced } from './balanced-picture.ts';
import type { CodeOutline } from './code-outline.ts';
import { seedsOf, tiesOf, timingLinesOf } from './code-outline.ts';
import { MARGIN, flatten, scaleFor } from './flat-picture.ts';
import type { FlatPicture } from './flat-picture.ts';
import { UNKNOWN, alignmentCentres, knownModules } from './function-patterns.ts';
import { Lattice } from './lattice.ts';
import { perspectiveOf, project } from './perspective.ts';
import type { Perspective, Tie } from './perspective.ts';
import { alignmentTemplate, finderTemplate, matches } from './template-match.ts';
import type { Template } from './template-match.ts';
import { grownTies } from './tie-growth.ts';
import { timingFit } from './timing.ts';

/** The modules of a symbol as they were seen, row by row: 1 dark, 0 light; function patterns as they must be. */
export interface Modules {
  bits: Uint8Array;
  size: number;
}

/** A grid that may be the symbol's. */
export interface Grid {
  /** From modules to pixels of the pyramid's `level`. */
  map: Perspective;
  level: number;
  size: number;
  inverted: boolean;
  /** Share of the function patterns' modules that are what they must be; of noise about half are. */
  agree: number;
}

/** Numbers of modules that are tried for one outline. */
const MOST_SIZES = 2;
/** How far a measured number of modules may be wrong. */
const SIZE_ERROR = 1.2;
/** A grid whose timing patterns alternate less is none. */
const LEAST_TIMING = 0.3;
/** Of two numbers of modules the worse is tried only if it fits nearly as well. */
const NEAR_BEST = 0.7;
/** Modules that a finder pattern may be off at first, and the alignment pattern: perspective carries it further. */
const FINDER_REACH = 1.5;
const ALIGNMENT_REACH = 4;
const MOST_ALIGNMENTS = 2;
/** A flat picture with pixels much larger than its source's would only see some of them. */
const MOST_SHRINK = 1.5;
/** Sweeps at most, first in steps of two pixels and then of one; most grids come to rest earlier. */
const SWEEPS = 6;

/** Fits a symbol's module grid to a picture and reads the modules. Owns its buffers; one symbol at a time. */
export class GridReader {
  readonly #balancer = new Balancer();
  #bytes = new Uint8Array(0);
  #work = 0;
  #balanced: Balanced = new Int16Array(0);

  /** Pixels of flat pictures drawn so far: what reading grids costs, whatever the machine. */
  get work(): number {
    return this.#work;
  }

  /** The grids that an outline may have, the best first. */
  grids(pyramid: PicturePyramid, outline: CodeOutline): Grid[] {
    return this.#sizes(pyramid.level(0), outline)
      .flatMap((size) => this.#gridsOf(pyramid, outline, size))
      .sort((a, b) => b.agree - a.agree);
  }

  /** The outlines whose timing patterns alternate best. */
  likeliest(pyramid: PicturePyramid, outlines: readonly CodeOutline[], atMost: number): CodeOutline[] {
    return outlines
      .map((outline) => ({ outline, fit: this.#timingFits(pyramid.level(0), outline)[0]?.fit ?? 0 }))
      .filter(({ fit }) => fit > 0)
      .sort((a, b) => b.fit - a.fit)
      .slice(0, atMost)
      .map(({ outline }) => outline);
  }

  /** The modules under a grid as they are, then with the grid bent to what is seen. */
  *read(pyramid: PicturePyramid, grid: Grid): Generator<{ modules: Modules; agree: number }> {
    const { level, size, inverted } = grid;
    const picture = pyramid.level(level);
    const coarse = this.#flatten(picture, grid.map, size, inverted);
    const map = perspectiveOf(this.#corrected(coarse, grid.map, 0.7, 1, 1)[0] ?? []) ?? grid.map;
    const flat = this.#flatten(picture, map, size, inverted);
    const lattice = new Lattice(this.#balanced, flat, knownModules(size));
    yield sampled(lattice, size);
    lattice.relax(SWEEPS, 2);
    lattice.relax(SWEEPS, 1);
    yield sampled(lattice, size);
  }

  #sizes(picture: GreyPicture, outline: CodeOutline): number[] {
    const [best, ...others] = this.#timingFits(picture, outline);
    if (!best) return [];
    return [best, ...others.filter(({ fit }) => fit > best.fit * NEAR_BEST)].slice(0, MOST_SIZES).map(({ size }) => size);
  }

  /** The numbers of modules that an outline may have, that with the best timing patterns first. */
  #timingFits(picture: GreyPicture, outline: CodeOutline): { size: number; fit: number }[] {
    const fits: { size: number; fit: number }[] = [];
    const { size: measured } = outline;
    const lines = timingLinesOf(outline);
    for (let size = 21; size <= 177; size += 4) {
      if (measured !== undefined && (size < measured / SIZE_ERROR - 2 || size > measured * SIZE_ERROR + 2)) continue;
      const map = perspectiveOf(tiesOf(outline, size));
      const fit = map ? timingFit(picture, map, size, outline.inverted, lines) : 0;
      // What was measured is a little better known than what a few noisy modules say.
      const far = measured === undefined ? 0 : Math.abs(Math.log(size / measured));
      if (fit >= LEAST_TIMING) fits.push({ size, fit: fit * (1 - far) });
    }
    return fits.sort((a, b) => b.fit - a.fit);
  }

  #gridsOf(pyramid: PicturePyramid, outline: CodeOutline, size: number): Grid[] {
    const ties = tiesOf(outline, size);
    const modulePx = modulePxOf(outline, size);
    let level = 0;
    while (level + 1 < pyramid.depth && modulePx / 2 ** level > scaleFor(size) * MOST_SHRINK) level++;
    const picture = pyramid.level(level);
    const { inverted } = outline;
    const map = perspectiveOf(ties.map(({ from, to }) => ({ from, to: { x: to.x / 2 ** level, y: to.y / 2 ** level } })));
    if (!map) return [];
    const flat = this.#flatten(picture, map, size, inverted);
    const candidates = outline.finders ? [this.#grown(flat, map, outline)] : this.#corrected(flat, map, FINDER_REACH, ALIGNMENT_REACH, MOST_ALIGNMENTS);
    return candidates.flatMap((corrected) => {
      const better = perspectiveOf(corrected);
      if (!better) return [];
      const seen = this.#flatten(picture, better, size, inverted);
      return [{ map: better, level, size, inverted, agree: sampled(new Lattice(this.#balanced, seen, knownModules(size)), size).agree }];
    });
  }

  #flatten(picture: GreyPicture, map: Perspective, size: number, inverted: boolean): FlatPicture {
    const side = (size + 2 * MARGIN) * scaleFor(size);
    this.#bytes = roomFor(this.#bytes, side * side);
    if (this.#balanced.length < side * side) this.#balanced = new Int16Array(side * side);
    const flat = flatten(picture, map, size, inverted, this.#bytes);
    this.#balancer.balance(flat, this.#balanced);
    this.#work += side * side;
    return flat;
  }

  /** Ties of the finder patterns to where they are seen, with each place where the alignment pattern may be; last as the map has it. */
  #corrected(flat: FlatPicture, map: Perspective, finderReach: number, alignmentReach: number, atMost: number): Tie[][] {
    const { size } = flat;
    const [near, far] = [3.5, size - 3.5];
    const asMapped = (u: number, v: number): Tie => ({ from: { x: u, y: v }, to: project(map, u, v) });
    const finders = ([[near, near], [far, near], [near, far]] as const).map(([u, v]) =>
      this.#seen(flat, map, u, v, finderTemplate, finderReach, 1)[0] ?? asMapped(u, v));
    const last = alignmentCentres(size).at(-1);
    const alignments = last === undefined ? [] : this.#seen(flat, map, last + 0.5, last + 0.5, alignmentTemplate, alignmentReach, atMost);
    return [...alignments, asMapped(far, far)].map((fourth) => [...finders, fourth]);
  }

  /** Ties of every pattern that is seen, from those that the outline was found by to the others. */
  #grown(flat: FlatPicture, map: Perspective, outline: CodeOutline): Tie[] {
    const { size } = flat;
    return grownTies(size, seedsOf(outline, size), (template, around, reach) => this.#best(flat, around, template, reach))
      .map((tie) => ({ ...tie, to: project(map, tie.to.x, tie.to.y) }));
  }

  /** The place around a point where a template fits best, in modules. */
  #best({ side, scale, margin }: FlatPicture, { x, y }: Point, template: Template, reach: number): { at: Point; fit: number } | undefined {
    const [match] = matches(this.#balanced, side, scale, template, (margin + x) * scale, (margin + y) * scale, Math.round(reach * scale), 1);
    return match && { at: { x: x + match.dx / scale, y: y + match.dy / scale }, fit: match.fit };
  }

  /** Where a template is seen around (`u`, `v`) of the grid. */
  #seen({ side, scale, margin }: FlatPicture, map: Perspective, u: number, v: number, template: Template, reach: number, atMost: number): Tie[] {
    return matches(this.#balanced, side, scale, template, (margin + u) * scale, (margin + v) * scale, Math.round(reach * scale), atMost)
      .map(({ dx, dy }) => ({ from: { x: u, y: v }, to: project(map, u + dx / scale, v + dy / scale) }));
  }
}

/** The outer corners of the symbol under a grid, in pixels of the picture itself. */
export function cornersOf({ map, level, size }: Grid): Quad {
  const at = (u: number, v: number): { x: number; y: number } => {
    const { x, y } = project(map, u, v);
    return { x: x * 2 ** level, y: y * 2 ** level };
  };
  return [at(0, 0), at(size, 0), at(size, size), at(0, size)];
}

function modulePxOf({ corners: [a, , c], inset }: CodeOutline, size: number): number {
  return Math.hypot(a.x - c.x, a.y - c.y) / Math.SQRT2 / (size - 2 * inset);
}

function sampled(lattice: Lattice, size: number): { modules: Modules; agree: number } {
  const known = knownModules(size);
  const bits = new Uint8Array(size * size);
  let [agree, count] = [0, 0];
  for (let i = 0; i < bits.length; i++) {
    const dark = lattice.value(Math.floor(i / size), i % size) < 0 ? 1 : 0;
    const must = known[i] as number;
    bits[i] = must === UNKNOWN ? dark : must;
    if (must === UNKNOWN) continue;
    count++;
    if (dark === must) agree++;
  }
  return { modules: { bits, size }, agree: agree / count };
}
