import { UNKNOWN } from './function-patterns.ts';
import type { Known } from './function-patterns.ts';
import type { Balanced } from './balanced-picture.ts';
import { FULL } from './balanced-picture.ts';

/** Modules between two knots. */
const SPACING = 4;
/** How much a knot is held to its neighbours' mean, per pixel squared off it. */
const STIFFNESS = 1;
const STEPS = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1], [1, -1], [-1, 1]] as const;

/**
 * A grid that gives: knots every few modules, each displaced by some pixels of the flat picture, modules between them by
 * the bilinear mean. Paper that is bent or creased, a bottle or a wrong perspective come out as displacements.
 */
export class Lattice {
  readonly #size: number;
  readonly #side: number;
  readonly #scale: number;
  readonly #margin: number;
  readonly #knots: number;
  readonly #dx: Float32Array;
  readonly #dy: Float32Array;
  readonly #known: Known;
  readonly #balanced: Balanced;

  constructor(balanced: Balanced, flat: { side: number; scale: number; margin: number; size: number }, known: Known) {
    this.#balanced = balanced;
    this.#known = known;
    this.#size = flat.size;
    this.#side = flat.side;
    this.#scale = flat.scale;
    this.#margin = flat.margin;
    this.#knots = Math.ceil(flat.size / SPACING) + 1;
    this.#dx = new Float32Array(this.#knots * this.#knots);
    this.#dy = new Float32Array(this.#knots * this.#knots);
  }

  /** Moves each knot, again and again, to where the modules around it are most surely dark or light and known ones are what they must be. */
  relax(sweeps: number, stepPx: number): void {
    for (let sweep = 0; sweep < sweeps; sweep++) {
      let moved = 0;
      for (let k = 0; k < this.#knots * this.#knots; k++) {
        // There and back, so that what one end knows comes to the other in one sweep.
        const knot = sweep % 2 === 0 ? k : this.#knots * this.#knots - 1 - k;
        if (this.#moveKnot(Math.floor(knot / this.#knots), knot % this.#knots, stepPx)) moved++;
      }
      if (moved === 0) return;
    }
  }

  #moveKnot(row: number, column: number, stepPx: number): boolean {
    const at = row * this.#knots + column;
    const [x, y] = [this.#dx[at] as number, this.#dy[at] as number];
    let best = this.#worth(row, column);
    let [bestX, bestY] = [x, y];
    for (const [sx, sy] of STEPS) {
      this.#dx[at] = x + sx * stepPx;
      this.#dy[at] = y + sy * stepPx;
      const worth = this.#worth(row, column);
      if (worth > best) [best, bestX, bestY] = [worth, x + sx * stepPx, y + sy * stepPx];
    }
    this.#dx[at] = bestX;
    this.#dy[at] = bestY;
    return bestX !== x || bestY !== y;
  }

  /** How well the modules around a knot fit, less how far it is off its neighbours. */
  #worth(row: number, column: number): number {
    const [top, left] = [(row - 1) * SPACING, (column - 1) * SPACING];
    const [bottom, right] = [Math.min(this.#size, top + 2 * SPACING), Math.min(this.#size, left + 2 * SPACING)];
    let worth = 0;
    for (let r = Math.max(0, top); r < bottom; r++) {
      for (let c = Math.max(0, left); c < right; c++) worth += this.#fit(r, c);
    }
    return worth - this.#strain(row, column);
  }

  #strain(row: number, column: number): number {
    let [x, y, n] = [0, 0, 0];
    const knots = this.#knots;
    for (const [sx, sy] of STEPS) {
      const [r, c] = [row + sy, column + sx];
      if (r < 0 || c < 0 || r >= knots || c >= knots) continue;
      x += this.#dx[r * knots + c] as number;
      y += this.#dy[r * knots + c] as number;
      n++;
    }
    const [offX, offY] = [(this.#dx[row * knots + column] as number) - x / n, (this.#dy[row * knots + column] as number) - y / n];
    return STIFFNESS * FULL * (25 / (this.#scale * this.#scale)) * (offX * offX + offY * offY) * 0.25;
  }

  #fit(row: number, column: number): number {
    const value = this.value(row, column);
    const must = this.#known[row * this.#size + column] as number;
    if (must === UNKNOWN) return value < 0 ? -value : value;
    return must === 1 ? -2 * value : 2 * value;
  }

  /** The balanced picture at the middle of a module. */
  value(row: number, column: number): number {
    const knots = this.#knots;
    const kr = (row / SPACING) | 0;
    const kc = (column / SPACING) | 0;
    const at = kr * knots + kc;
    const fy = (row + 0.5) / SPACING - kr;
    const fx = (column + 0.5) / SPACING - kc;
    const x = ((this.#margin + column + 0.5) * this.#scale + between(this.#dx, at, knots, fx, fy)) | 0;
    const y = ((this.#margin + row + 0.5) * this.#scale + between(this.#dy, at, knots, fx, fy)) | 0;
    if (x < 0 || y < 0 || x >= this.#side || y >= this.#side) return 0;
    return this.#balanced[y * this.#side + x] as number;
  }
}

/** The bilinear mean of a knot, the one to its right and the two below them. */
function between(knots: Float32Array, at: number, stride: number, fx: number, fy: number): number {
  const upper = (knots[at] as number) * (1 - fx) + (knots[at + 1] as number) * fx;
  const lower = (knots[at + stride] as number) * (1 - fx) + (knots[at + stride + 1] as number) * fx;
  return upper * (1 - fy) + lower * fy;
}
