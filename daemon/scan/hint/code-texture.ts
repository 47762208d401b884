import type { Quad } from '../../base/frame.ts';
import type { GreyPicture } from '../grey-picture.ts';

/** The picture is looked at in so many tiles along its longer side, each by 8 × 8 samples: some 230,000 for 1280 × 720, about a millisecond. */
const TILES = 80;
const SAMPLES = 8;
/** Of 56 steps between neighbouring samples of a tile, so many cross its mean along the rows, and so many along the columns. A face crosses it twice or so. */
const LEAST_CROSSINGS = 6;
/** Stripes and blinds cross in one direction alone. */
const MOST_LOPSIDED = 3;
/** Mean distance from the tile's mean, grey levels: grain and JPEG have 3 to 6, a washed-out code 12. */
const LEAST_DEVIATION = 9;
/** Tiles along the shorter side: the three finder patterns of a code of 1.2 pixels a module. */
const LEAST_TILES = 3;
/** Share of its box that a code fills, its corners being cut by tiles at an angle. */
const LEAST_FILLED = 0.6;
/** A square seen aslant. */
const MOST_ASPECT = 1.8;

/** An area that looks like a code from afar, without anything in it having been made out. */
export interface CodeArea {
  quad: Quad;
  /** It reaches to the picture's edge. */
  cutOff: boolean;
}

/**
 * Finds the largest area that has a code's texture: dark and light about even, changing often along the rows and the
 * columns alike. It holds for codes too blurred, too small or too much cut off for any finder pattern to be seen, and now
 * and then for a printed page or a patterned shirt: good enough to say something helpful, not to decide anything by.
 * Owns its buffers; one picture at a time.
 */
export class CodeTexture {
  #marks = new Uint8Array(0);
  readonly #stack: number[] = [];

  find(picture: GreyPicture): CodeArea | undefined {
    const tile = Math.max(SAMPLES, Math.floor(Math.max(picture.width, picture.height) / TILES));
    const [columns, rows] = [Math.floor(picture.width / tile), Math.floor(picture.height / tile)];
    if (this.#marks.length < columns * rows) this.#marks = new Uint8Array(columns * rows);
    for (let i = 0; i < columns * rows; i++) {
      this.#marks[i] = looksLikeCode(picture, (i % columns) * tile, Math.floor(i / columns) * tile, tile) ? 1 : 0;
    }
    return this.#largest(columns, rows, tile);
  }

  #largest(columns: number, rows: number, tile: number): CodeArea | undefined {
    let best: (Box & { tiles: number }) | undefined;
    for (let i = 0; i < columns * rows; i++) {
      if (this.#marks[i] !== 1) continue;
      const box = this.#spread(i, columns, rows);
      if (isCodeLike(box, columns, rows) && box.tiles > (best?.tiles ?? 0)) best = box;
    }
    return best && areaOf(best, columns, rows, tile);
  }

  /** The box of the marked tiles that hang together with one; their marks are taken away. */
  #spread(from: number, columns: number, rows: number): Box & { tiles: number } {
    const box = { left: columns, top: rows, right: 0, bottom: 0, tiles: 0 };
    this.#stack.push(from);
    this.#marks[from] = 0;
    for (let at = this.#stack.pop(); at !== undefined; at = this.#stack.pop()) {
      const [x, y] = [at % columns, Math.floor(at / columns)];
      box.tiles++;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y + 1);
      if (x > 0) this.#visit(at - 1);
      if (x + 1 < columns) this.#visit(at + 1);
      if (y > 0) this.#visit(at - columns);
      if (y + 1 < rows) this.#visit(at + columns);
    }
    return box;
  }

  #visit(at: number): void {
    if (this.#marks[at] !== 1) return;
    this.#marks[at] = 0;
    this.#stack.push(at);
  }
}

/** In tiles; `right` and `bottom` are the first outside. */
interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

function isCodeLike(box: Box & { tiles: number }, columns: number, rows: number): boolean {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  if (Math.min(width, height) < LEAST_TILES || box.tiles < LEAST_FILLED * width * height) return false;
  return touchesEdge(box, columns, rows) || Math.max(width, height) <= MOST_ASPECT * Math.min(width, height);
}

function touchesEdge({ left, top, right, bottom }: Box, columns: number, rows: number): boolean {
  return left === 0 || top === 0 || right === columns || bottom === rows;
}

function areaOf(box: Box, columns: number, rows: number, tile: number): CodeArea {
  const [left, top, right, bottom] = [box.left * tile, box.top * tile, box.right * tile, box.bottom * tile];
  const quad: Quad = [{ x: left, y: top }, { x: right, y: top }, { x: right, y: bottom }, { x: left, y: bottom }];
  return { quad, cutOff: touchesEdge(box, columns, rows) };
}

const samples = new Uint8Array(SAMPLES * SAMPLES);

function looksLikeCode({ data, width }: GreyPicture, left: number, top: number, tile: number): boolean {
  const step = tile / SAMPLES;
  let sum = 0;
  for (let row = 0, i = 0; row < SAMPLES; row++) {
    const start = (top + Math.floor(row * step)) * width + left;
    for (let column = 0; column < SAMPLES; column++, i++) {
      const value = data[start + Math.floor(column * step)] as number;
      samples[i] = value;
      sum += value;
    }
  }
  const mean = sum / samples.length;
  let [deviation, dark, across, down] = [0, 0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i] as number;
    const isDark = value < mean;
    deviation += Math.abs(value - mean);
    if (isDark) dark++;
    if (i % SAMPLES > 0 && isDark !== (samples[i - 1] as number) < mean) across++;
    if (i >= SAMPLES && isDark !== (samples[i - SAMPLES] as number) < mean) down++;
  }
  return deviation >= LEAST_DEVIATION * samples.length && dark >= samples.length / 4 && dark <= (samples.length * 3) / 4
    && across >= LEAST_CROSSINGS && down >= LEAST_CROSSINGS && across <= MOST_LOPSIDED * down && down <= MOST_LOPSIDED * across;
}
