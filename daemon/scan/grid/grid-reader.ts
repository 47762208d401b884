import type { Point, Quad } from '../../base/frame.ts';
import type { GreyPicture } from '../grey-picture.ts';
import { roomFor } from '../grey-picture.ts';
import type { Balanced } from './balanced-picture.ts';
import { Balancer } from './balanced-picture.ts';
import type { FlatPicture } from './flat-picture.ts';
import { MARGIN, flatten, scaleFor } from './flat-picture.ts';
import { alignmentCentres, knownModules } from './function-patterns.ts';
import { Lattice } from './lattice.ts';
import type { Perspective, Tie } from './perspective.ts';
import { perspectiveOf, project } from './perspective.ts';
import { alignmentTemplate, finderTemplate, matches } from './template-match.ts';
import { timingFit } from './timing.ts';

/** The modules of a symbol as they were seen, row by row: 1 dark, 0 light; function patterns as they must be. */
export interface Modules {
  bits: Uint8Array;
  size: number;
}

export interface GridDebug { log?: (s: string) => void }

/** Middles of the three finder patterns and, where known, of a fourth place in the grid. */
export interface GridTies {
  size: number;
  ties: Tie[];
}

/** Sampling the module grid of a located symbol. Owns its buffers; one symbol at a time. */
export class GridReader {
  #flatBytes = new Uint8Array(0);
  #balanced: Balanced = new Int16Array(0);
  readonly #balancer = new Balancer();
  readonly o: GridDebug = {};

  /** Sizes of the symbol that its timing patterns allow, the best first. */
  sizes(picture: GreyPicture, corners: (size: number) => Tie[], measured: number, spread: number, atMost: number): { size: number; fit: number }[] {
    const fits: { size: number; fit: number }[] = [];
    for (let size = 21; size <= 177; size += 4) {
      if (size < measured / spread - 2 || size > measured * spread + 2) continue;
      const map = perspectiveOf(corners(size));
      if (map) fits.push({ size, fit: timingFit(picture, map, size) });
    }
    return fits.sort((a, b) => b.fit - a.fit).slice(0, atMost);
  }

  flatAt(picture: GreyPicture, map: Perspective, size: number, inverted: boolean, sharpen = 0): FlatPicture {
    const side = (size + 2 * MARGIN) * scaleFor(size);
    this.#flatBytes = roomFor(this.#flatBytes, side * side);
    if (this.#balanced.length < side * side) this.#balanced = new Int16Array(side * side);
    const flat = flatten(picture, map, size, this.#flatBytes);
    if (inverted) for (let i = 0; i < flat.data.length; i++) flat.data[i] = 255 - (flat.data[i] as number);
    this.#balancer.balance(flat, this.#balanced, sharpen);
    return flat;
  }

  /** Puts the finder patterns and the alignment pattern exactly where they are seen. */
  correct(flat: FlatPicture, map: Perspective, finderReach: number, alignmentReach: number, atMost: number): Tie[][] {
    const { size, scale, side, margin } = flat;
    const at = (u: number): number => (margin + u) * scale;
    const found = (u: number, v: number, template: typeof finderTemplate, reach: number, count: number): { tie: Tie; fit: number }[] =>
      matches(this.#balanced, side, scale, template, at(u), at(v), Math.round(reach * scale), count)
        .map(({ dx, dy, fit }) => ({ fit, tie: { from: { x: u, y: v }, to: project(map, u + dx / scale, v + dy / scale) } }));
    const near = 3.5;
    const far = size - 3.5;
    const finders = ([[near, near], [far, near], [near, far]] as const).map(([u, v]) =>
      found(u, v, finderTemplate, finderReach, 1)[0]?.tie ?? { from: { x: u, y: v }, to: project(map, u, v) });
    const centres = alignmentCentres(size);
    const corner: Tie = { from: { x: far, y: far }, to: project(map, far, far) };
    if (centres.length === 0) return [[...finders, corner]];
    const last = size - 6.5;
    const places = found(last, last, alignmentTemplate, alignmentReach, atMost);
    return [...places.map(({ tie }) => [...finders, tie]), [...finders, corner]];
  }

  /** The modules after the grid has been fitted to what is seen; undefined when it does not look like a symbol. */
  sample(flat: FlatPicture, sweeps: number): { modules: Modules; fit: number; agree: number } {
    const { size } = flat;
    const known = knownModules(size);
    const lattice = new Lattice(this.#balanced, flat, known);
    lattice.relax(sweeps);
    const bits = new Uint8Array(size * size);
    let [fit, agree, count] = [0, 0, 0];
    for (let row = 0, i = 0; row < size; row++) {
      for (let column = 0; column < size; column++, i++) {
        const value = lattice.value(row, column);
        const must = known[i] as number;
        bits[i] = must === 2 ? (value < 0 ? 1 : 0) : must;
        fit += Math.abs(value);
        if (must !== 2) { count++; if ((value < 0) === (must === 1)) agree++; }
      }
    }
    return { modules: { bits, size }, fit: fit / (size * size), agree: agree / count };
  }
}

export function cornerTies([a, b, c, d]: Quad | [Point, Point, Point, Point], size: number, inset: number): Tie[] {
  const far = size - inset;
  return [
    { from: { x: inset, y: inset }, to: a }, { from: { x: far, y: inset }, to: b },
    { from: { x: far, y: far }, to: c }, { from: { x: inset, y: far }, to: d },
  ];
}
