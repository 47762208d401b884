import type { Point, Quad } from '../base/frame.ts';
import type { Pixels } from '../base/pixels.ts';

/**
 * [S7] Eight blocks a side: of the 21 to 177 modules a side that a QR code has, at least two and a half fall into one block
 * each way, and error correction recovers at most 30 % (ISO/IEC 18004, 7.5), so nothing of the contents is left.
 */
const BLOCKS_A_SIDE = 8;
const MIN_BLOCK_PX = 4;
/** Of a block this many pixels each way are averaged; more would cost time and show no other colour. */
const SAMPLES_A_SIDE = 8;

interface Span {
  from: number;
  to: number;
}

/**
 * Replaces the code at `quad`, and `margin` times its side around it, by a mosaic of its own colours. Writes into `picture`.
 * Corners may lie outside it or in any order; of corners that are no numbers the whole picture becomes a mosaic.
 */
export function pixelate(picture: Pixels, corners: Quad, margin: number): void {
  const isPlace = corners.every((p) => Number.isFinite(p.x) && Number.isFinite(p.y));
  const quad = isPlace ? corners : rectangleAround([{ x: 0, y: 0 }, { x: picture.width, y: picture.height }]);
  const sidePx = longestSide(quad);
  const block = Math.max(MIN_BLOCK_PX, Math.ceil(sidePx / BLOCKS_A_SIDE));
  const outline = widened(quad, sidePx * margin);
  const columns = span(outline.map((p) => p.x), picture.width);
  const rows = span(outline.map((p) => p.y), picture.height);
  const isNear = nearness(outline, block * Math.SQRT1_2);
  for (let y = rows.from; y < rows.to; y += block) {
    for (let x = columns.from; x < columns.to; x += block) {
      if (isNear({ x: x + block / 2, y: y + block / 2 })) level(picture, { from: x, to: Math.min(x + block, picture.width) }, { from: y, to: Math.min(y + block, picture.height) });
    }
  }
}

/** The part of an outline's extent that lies in the picture, in whole pixels. */
function span(values: number[], size: number): Span {
  return { from: Math.max(0, Math.floor(Math.min(...values))), to: Math.min(size, Math.ceil(Math.max(...values))) };
}

function longestSide(quad: readonly Point[]): number {
  return Math.max(...edges(quad).map(([a, b]) => length(a, b)));
}

/** `quad` with each edge moved outwards by `byPx`; what is no convex quadrilateral becomes the rectangle around it. */
function widened(quad: readonly Point[], byPx: number): Point[] {
  const corners = isConvex(quad) ? quad : rectangleAround(quad);
  const outwards = area(corners) > 0 ? 1 : -1;
  const lines = edges(corners).map(([a, b]) => {
    const normal = { x: (outwards * (b.y - a.y)) / length(a, b), y: (-outwards * (b.x - a.x)) / length(a, b) };
    return { normal, offset: normal.x * a.x + normal.y * a.y + byPx };
  });
  return lines.map((line, i) => {
    const before = lines.at(i - 1) as typeof line;
    const det = before.normal.x * line.normal.y - line.normal.x * before.normal.y;
    return {
      x: (before.offset * line.normal.y - line.offset * before.normal.y) / det,
      y: (before.normal.x * line.offset - line.normal.x * before.offset) / det,
    };
  });
}

/** Convex with corners that are really corners: no two edges nearly in line. */
function isConvex(quad: readonly Point[]): boolean {
  const turns = edges(quad).map(([a, b], i) => {
    const c = quad[(i + 2) % quad.length] as Point;
    return turn(a, b, c) / (length(a, b) * length(b, c));
  });
  return turns.every((sine) => sine > 0.1) || turns.every((sine) => sine < -0.1);
}

function rectangleAround(quad: readonly Point[]): Point[] {
  const x = quad.map((p) => p.x);
  const y = quad.map((p) => p.y);
  // A pixel more, so that a rectangle around a line is one.
  const [left, right, top, bottom] = [Math.min(...x), Math.max(...x) + 1, Math.min(...y), Math.max(...y) + 1];
  return [{ x: left, y: top }, { x: right, y: top }, { x: right, y: bottom }, { x: left, y: bottom }];
}

/** Tells of a point whether it is inside the convex `outline` or within `px` of it. */
function nearness(outline: readonly Point[], px: number): (point: Point) => boolean {
  const inwards = area(outline) > 0 ? 1 : -1;
  const sides = edges(outline).map(([a, b]) => ({ a, b, least: -px * length(a, b) }));
  return (point) => sides.every(({ a, b, least }) => inwards * turn(a, b, point) >= least);
}

function edges(corners: readonly Point[]): [Point, Point][] {
  return corners.map((corner, i) => [corner, corners[(i + 1) % corners.length] as Point]);
}

function length(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}

/** Twice the signed area; positive when the corners go clockwise as seen (y is down). */
function area(corners: readonly Point[]): number {
  return edges(corners).reduce((sum, [a, b]) => sum + a.x * b.y - b.x * a.y, 0);
}

function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/** Gives one block its mean colour. */
function level({ data, width, channels }: Pixels, columns: Span, rows: Span): void {
  const stepX = Math.max(1, Math.floor((columns.to - columns.from) / SAMPLES_A_SIDE));
  const stepY = Math.max(1, Math.floor((rows.to - rows.from) / SAMPLES_A_SIDE));
  const line = new Uint8Array((columns.to - columns.from) * channels);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    let count = 0;
    for (let y = rows.from; y < rows.to; y += stepY) {
      for (let x = columns.from; x < columns.to; x += stepX) {
        sum += data[(y * width + x) * channels + channel] as number;
        count += 1;
      }
    }
    for (let at = channel; at < line.length; at += channels) line[at] = sum / count;
  }
  for (let y = rows.from; y < rows.to; y++) data.set(line, (y * width + columns.from) * channels);
}
