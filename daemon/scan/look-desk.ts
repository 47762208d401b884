import type { CodeSeen, Quad } from '../base/frame.ts';
import type { GreyPicture } from '../base/grey-picture.ts';
import { outlineOfPair, outlinesOfPlace } from './grid/code-outline.ts';
import type { CodeOutline } from './grid/code-outline.ts';
import { GridReader, cornersOf } from './grid/grid-reader.ts';
import type { Grid } from './grid/grid-reader.ts';
import { drawSymbol, sideOf } from './grid/symbol-bitmap.ts';
import { Locator } from './locate/locator.ts';
import type { LocateOptions } from './locate/locator.ts';
import { isAmong } from './same-place.ts';
import { PicturePyramid } from './picture-pyramid.ts';
import { smooth } from './smoothing.ts';
import type { Tones } from './tones.ts';
import { applyTones } from './tones.ts';
import type { Reading, Way, Zxing } from './zxing.ts';

/** Grids of which so much of the function patterns is as it must be are codes, whether they can be read or not. */
const SURELY_A_CODE = 0.85;
/** The same grid turned by a quarter agrees nearly as well: two of its finder patterns are where there are some. */
const SURELY_THIS_GRID = 0.95;
/** A grid of noise agrees in half of its known modules. */
const PERHAPS_A_CODE = 0.65;
const WORTH_DECODING = 0.75;
/** Grids that are read for one look: each costs some milliseconds. */
const MOST_GRIDS = 6;
/** Pixels of flat pictures drawn for one look, some 30 ms of work: one look may not keep the next frame waiting [S9]. */
const MOST_WORK = 1_500_000;
/** Outlines by two finder patterns, and by three, that are looked into. */
const MOST_OUTLINES = 6;
const PIXELS_A_MODULE = 2;
/** Looks at a larger picture are made in a smaller copy, so that one is never much longer than its deadline allows. */
const MOST_PIXELS = 4_000_000;

/** Where looks work: the picture, its smaller copies and every buffer. One picture at a time. */
export class LookDesk {
  readonly #zxing: Zxing;
  readonly #pyramid = new PicturePyramid();
  readonly #locator = new Locator();
  readonly #grids = new GridReader();
  /** The level that takes the place of the picture itself. */
  #base = 0;

  constructor(zxing: Zxing) {
    this.#zxing = zxing;
  }

  /** Lays out another picture, which the decoder's room `picture` holds. */
  lay(width: number, height: number): void {
    this.#pyramid.build({ data: this.#zxing.room('picture', width * height), width, height });
    this.#base = 0;
    while (this.#base + 1 < this.#pyramid.depth && (width * height) / 4 ** this.#base > MOST_PIXELS) this.#base++;
  }

  /** Pixels of grids that were drawn so far: what looks cost beyond searching, whatever the machine. */
  get gridPixels(): number {
    return this.#grids.work;
  }

  /** The picture that a look means by `level`. */
  picture(level: number): GreyPicture {
    return this.#pyramid.level(Math.min(level + this.#base, this.#pyramid.depth - 1));
  }

  /** Reads the picture, or at `level` above 0 a smaller copy. */
  asItIs(level: number, way: Way): Reading {
    const { width, height } = this.picture(level);
    if (level + this.#base === 0) return this.#zxing.read('picture', width, height, way);
    return this.#inLookRoom(level, way, (picture, into) => into.set(picture.data));
  }

  toned(level: number, tones: (picture: GreyPicture) => Tones, way: Way): Reading {
    return this.#inLookRoom(level, way, (picture, into) => applyTones(picture, tones(picture), into));
  }

  /** Reads the picture with its noise smoothed away. */
  smoothed(): Reading {
    return this.#inLookRoom(0, 'darkOnLight', smooth);
  }

  /** Reads the grids of codes whose corners are known and whose content is not. */
  outlined(corners: readonly Quad[]): Reading {
    return this.#readGrids(corners.map((quad) => ({ corners: quad, inset: 0, inverted: false })));
  }

  /** Looks for finder patterns and reads the grids between them: between each two by their sides, then between each three by their middles. */
  located(options: LocateOptions): Reading {
    const level = options.level + this.#base;
    if (level >= this.#pyramid.depth) return { codes: [], unread: [] };
    const { pairs, places } = this.#locator.locate(this.#pyramid, { ...options, level });
    const byTwo = pairs.map(outlineOfPair).filter((outline) => outline !== undefined);
    return this.#readGrids([byTwo, places.flatMap(outlinesOfPlace)].flatMap((outlines) => this.#grids.likeliest(this.#pyramid, outlines, MOST_OUTLINES)));
  }

  #inLookRoom(level: number, way: Way, fill: (picture: GreyPicture, into: Uint8Array) => void): Reading {
    const { width, height } = this.picture(level);
    // A room that has to grow may move the picture's own memory: it is asked for first.
    this.#zxing.room('look', width * height);
    this.#layAgain();
    const picture = this.picture(level);
    fill(picture, this.#zxing.room('look', width * height));
    const by = this.#pyramid.level(0).width / width;
    return enlarged(this.#zxing.read('look', width, height, way), by);
  }

  /** The picture's view after wasm memory has grown; the smaller copies are in memory of their own. */
  #layAgain(): void {
    const { data, width, height } = this.#pyramid.level(0);
    if (data.length === 0) this.#pyramid.replace(this.#zxing.room('picture', width * height));
  }

  #readGrids(outlines: readonly CodeOutline[]): Reading {
    const reading: Reading = { codes: [], unread: [] };
    this.#zxing.room('look', sideOf(177, PIXELS_A_MODULE) ** 2);
    this.#layAgain();
    const stopAt = this.#grids.work + MOST_WORK;
    for (const grid of this.#gridsOf(outlines).slice(0, MOST_GRIDS)) {
      if (grid.agree < PERHAPS_A_CODE || this.#grids.work > stopAt) break;
      const quad = cornersOf(grid);
      if (isAmong(quad, reading.codes.map((code) => code.quad))) continue;
      const code = this.#readGrid(grid, quad);
      if (code) reading.codes.push(code);
      else if (grid.agree >= SURELY_A_CODE && !isAmong(quad, reading.unread)) reading.unread.push(quad);
    }
    return { ...reading, unread: reading.unread.filter((quad) => !isAmong(quad, reading.codes.map((code) => code.quad))) };
  }

  /** The likeliest grids first; half of the work is left for reading them. */
  #gridsOf(outlines: readonly CodeOutline[]): Grid[] {
    const stopAt = this.#grids.work + MOST_WORK / 2;
    const grids: Grid[] = [];
    for (const outline of outlines) {
      if (this.#grids.work > stopAt) break;
      // Other triples at the same place are made of the same finder patterns and a stray one.
      const sure = grids.filter(({ agree }) => agree >= SURELY_THIS_GRID).map(cornersOf);
      if (!isAmong(outline.corners, sure)) grids.push(...this.#grids.grids(this.#pyramid, outline));
    }
    return grids.sort((a, b) => b.agree - a.agree);
  }

  #readGrid(grid: Grid, quad: Quad): CodeSeen | undefined {
    for (const { modules, agree } of this.#grids.read(this.#pyramid, grid)) {
      if (agree < WORTH_DECODING) return undefined;
      const side = sideOf(modules.size, PIXELS_A_MODULE);
      drawSymbol(modules, PIXELS_A_MODULE, this.#zxing.room('look', side * side));
      const [code] = this.#zxing.read('look', side, side, 'drawn').codes;
      if (code) return { text: code.text, quad };
    }
    return undefined;
  }
}

function enlarged({ codes, unread }: Reading, by: number): Reading {
  const larger = (quad: Quad): Quad => quad.map(({ x, y }) => ({ x: x * by, y: y * by })) as unknown as Quad;
  return { codes: codes.map((code) => ({ ...code, quad: larger(code.quad) })), unread: unread.map(larger) };
}
