import type { Point } from '../../daemon/base/frame.ts';
import type { Homography } from './homography.ts';
import { applyHomography, composeHomographies, invertHomography } from './homography.ts';
import type { Texture, TextureLevel } from './texture.ts';

/** What the lens throws on the sensor: three bytes a pixel (red, green, blue), row by row. */
export interface Picture {
  width: number;
  height: number;
  rgb: Uint8Array;
}

export function copyOf(picture: Picture): Picture {
  return { ...picture, rgb: picture.rgb.slice() };
}

export interface DrawingLimits {
  /** Nothing is drawn outside of it: a convex outline in pixels. */
  within?: Point[];
  /** No detail finer than this many pixels is drawn: it is out of focus. */
  blurPx?: number;
}

/**
 * Draws `texture` where `plane` (from metres in the texture's plane to pixels) puts it: for every pixel
 * within its outline back through the homography to the texture, bilinear between texels.
 */
export function drawTexture(picture: Picture, texture: Texture, plane: Homography, limits: DrawingLimits = {}): void {
  const outline = outlineOf(texture, plane);
  const { within, blurPx = 1 } = limits;
  const level = texture.levelFor(Math.sqrt(areaOf(outline) / (texture.widthM * texture.heightM)) / Math.max(1, blurPx));
  const toTexels = composeHomographies(texture.texelsOf(level), invertHomography(plane));
  const ys = outline.map((p) => p.y);
  const top = Math.max(0, Math.ceil(Math.min(...ys) - 0.5));
  const bottom = Math.min(picture.height - 1, Math.floor(Math.max(...ys) - 0.5));
  for (let y = top; y <= bottom; y++) {
    const [left, right] = spanAt(outline, y + 0.5);
    const [from, to] = within ? spanAt(within, y + 0.5) : [0, picture.width];
    drawRow(picture, level, toTexels, y, Math.ceil(Math.max(left, from, 0) - 0.5), Math.floor(Math.min(right, to, picture.width) - 0.5));
  }
}

/** Where the texture's corners come to lie. */
export function outlineOf({ widthM, heightM }: { widthM: number; heightM: number }, plane: Homography): Point[] {
  const [x, y] = [widthM / 2, heightM / 2];
  return [{ x: -x, y: -y }, { x, y: -y }, { x, y }, { x: -x, y }].map((corner) => {
    if (plane[6] * corner.x + plane[7] * corner.y + plane[8] <= 0) throw new Error('a texture reaches behind the camera');
    return applyHomography(plane, corner);
  });
}

export function areaOf(outline: Point[]): number {
  let twice = 0;
  outline.forEach((p, i) => {
    const q = outline[(i + 1) % outline.length] as Point;
    twice += p.x * q.y - q.x * p.y;
  });
  return Math.abs(twice) / 2;
}

/** From where to where the horizontal line at `y` runs inside a convex outline; empty (left > right) when it misses. */
export function spanAt(outline: Point[], y: number): [number, number] {
  let [left, right] = [Infinity, -Infinity];
  outline.forEach((p, i) => {
    const q = outline[(i + 1) % outline.length] as Point;
    if (p.y > y === q.y > y) return;
    const x = p.x + ((y - p.y) / (q.y - p.y)) * (q.x - p.x);
    left = Math.min(left, x);
    right = Math.max(right, x);
  });
  return [left, right];
}

function drawRow({ rgb, width }: Picture, level: TextureLevel, h: Homography, y: number, left: number, right: number): void {
  const { texels, width: columns, height: rows } = level;
  const [h0, h3, h6] = [h[0], h[3], h[6]];
  const rest = (row: 0 | 3 | 6): number => h[row] / 2 + h[row + 1 as 1] * (y + 0.5) + h[row + 2 as 2];
  const [r0, r3, r6] = [rest(0), rest(3), rest(6)];
  for (let x = left; x <= right; x++) {
    const w = h6 * x + r6;
    // In 1/256 of a texel, from the middle of the first one.
    const u = Math.min(Math.max((h0 * x + r0) / w * 256 - 128, 0), columns * 256 - 257) | 0;
    const v = Math.min(Math.max((h3 * x + r3) / w * 256 - 128, 0), rows * 256 - 257) | 0;
    const at = (v >> 8) * columns + (u >> 8);
    const texel = blended(texels[at] as number, texels[at + 1] as number, texels[at + columns] as number, texels[at + columns + 1] as number, u & 255, v & 255);
    const alpha = texel >>> 24;
    if (alpha === 0) continue;
    const out = (y * width + x) * 3;
    if (alpha === 255) {
      rgb[out] = texel;
      rgb[out + 1] = texel >> 8;
      rgb[out + 2] = texel >> 16;
      continue;
    }
    const through = 255 - alpha;
    rgb[out] = (texel & 255) + ((rgb[out] as number) * through + 127) / 255;
    rgb[out + 1] = ((texel >> 8) & 255) + ((rgb[out + 1] as number) * through + 127) / 255;
    rgb[out + 2] = ((texel >> 16) & 255) + ((rgb[out + 2] as number) * through + 127) / 255;
  }
}

const EVEN = 0xff00ff;

/** The four texels weighed by how near they are (`fu`, `fv` of 256), two bytes at a time: their products have 16 bits each. */
function blended(a: number, b: number, c: number, d: number, fu: number, fv: number): number {
  const wd = (fu * fv) >> 8;
  const wb = fu - wd;
  const wc = fv - wd;
  const wa = 256 - fu - wc;
  const even = (Math.imul(a & EVEN, wa) + Math.imul(b & EVEN, wb) + Math.imul(c & EVEN, wc) + Math.imul(d & EVEN, wd)) | 0;
  const odd = (Math.imul((a >>> 8) & EVEN, wa) + Math.imul((b >>> 8) & EVEN, wb) + Math.imul((c >>> 8) & EVEN, wc) + Math.imul((d >>> 8) & EVEN, wd)) | 0;
  return ((even >>> 8) & EVEN) | (odd & ~EVEN);
}
