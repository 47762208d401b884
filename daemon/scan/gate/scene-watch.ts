import type { BrightnessGrid } from './brightness-grid.ts';

/** So many cells must change together. One that does is a faulty pixel or a lamp on a device; the smallest readable code covers 16. */
const LEAST_CELLS = 3;
/** Grey levels: what a cell may change by in a picture without any noise. The dimmest readable code differs by twice that. */
const LEAST_CHANGE = 2;
/** A cell has changed when it is off by more than this times the sum of its own usual deviation and that of the whole picture: 4.8 sigma. */
const DEVIATIONS = 3;
/** A cell that someone walked over for a second is not to be taken for a noisy one. Grey levels. */
const MOST_LEARNT = 8;
const USUAL_DEVIATION = 1;
/** Shares of a new frame in what is known. The noise is learnt within some seconds, at first faster; slow change goes into the scene in one. */
const DEVIATION_PACE = 1 / 64;
const FIRST_PACE = 1 / 8;
const SCENE_PACE = 1 / 16;
/** Lamps on mains flicker in bands across the picture; a row that as a whole is so much lighter or darker is one and the same row. */
const MOST_FLICKER = 0.15;
/** One cell in so many tells how light a row is: there are enough, and this is done with every frame. */
const FLICKER_STRIDE = 4;

/**
 * Tells whether a picture shows something else than those before it. It remembers the scene by cells, follows slow change,
 * and learns how much each cell is off without anything happening: the sensor's noise, a rustling plant, flicker.
 */
export class SceneWatch {
  #columns = 0;
  #rows = 0;
  /** The scene's cells, and how much each is usually off. */
  #scene = new Float32Array(0);
  #deviations = new Float32Array(0);
  #meanDeviation = USUAL_DEVIATION;
  /** Of this size, the first not counted. */
  #frames = 0;

  /** Takes the next picture; whether the scene is another than before. After a change the scene is what this picture shows. */
  hasChanged({ columns, rows, means }: BrightnessGrid): boolean {
    if (columns !== this.#columns || rows !== this.#rows) {
      this.#beginWith(columns, rows, means);
      return true;
    }
    this.#frames++;
    let changed = 0;
    let deviations = 0;
    for (let row = 0; row < rows; row++) {
      const of = this.#compareRow(means, row * columns, (row + 1) * columns);
      changed += of.changed;
      deviations += of.deviations;
    }
    this.#meanDeviation = deviations / (columns * rows);
    if (changed < LEAST_CELLS) return false;
    for (let cell = 0; cell < columns * rows; cell++) this.#scene[cell] = means[cell] as number;
    return true;
  }

  #beginWith(columns: number, rows: number, means: Float32Array): void {
    [this.#columns, this.#rows] = [columns, rows];
    this.#scene = means.slice(0, columns * rows);
    this.#deviations = new Float32Array(columns * rows).fill(USUAL_DEVIATION);
    this.#meanDeviation = USUAL_DEVIATION;
    this.#frames = 0;
  }

  /** How many cells of a row have changed, and the sum of their usual deviations. The row goes into what is known. */
  #compareRow(means: Float32Array, from: number, to: number): { changed: number; deviations: number } {
    const [scene, deviations] = [this.#scene, this.#deviations];
    const gain = gainOf(means, scene, from, to);
    const usual = this.#meanDeviation * DEVIATIONS;
    const pace = Math.max(DEVIATION_PACE, Math.min(FIRST_PACE, 1 / this.#frames));
    let [changed, sum] = [0, 0];
    for (let cell = from; cell < to; cell++) {
      const mean = means[cell] as number;
      const before = scene[cell] as number;
      const known = deviations[cell] as number;
      const off = Math.abs(mean - before * gain);
      const bound = known * DEVIATIONS + usual;
      if (off > (bound > LEAST_CHANGE ? bound : LEAST_CHANGE)) changed++;
      sum += deviations[cell] = known + ((off < MOST_LEARNT ? off : MOST_LEARNT) - known) * pace;
      scene[cell] = before + (mean - before) * SCENE_PACE;
    }
    return { changed, deviations: sum };
  }
}

/** How much lighter a row is as a whole; 1 when that is more than flicker does. */
function gainOf(means: Float32Array, scene: Float32Array, from: number, to: number): number {
  let [now, before] = [0, 0];
  for (let cell = from; cell < to; cell += FLICKER_STRIDE) {
    now += means[cell] as number;
    before += scene[cell] as number;
  }
  const gain = now / before;
  return Math.abs(gain - 1) <= MOST_FLICKER ? gain : 1;
}
