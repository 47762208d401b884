import type { GreyPicture } from '../../daemon/base/grey-picture.ts';
import { composeHomographies, invertHomography } from './homography.ts';
import type { Homography } from './homography.ts';
import { lumaLevelFor } from './luma-texture.ts';
import type { LumaLevel } from './luma-texture.ts';
import { areaOf, outlineOf, spanAt } from './picture.ts';
import type { Texture } from './texture.ts';

/** What lies on the thing's surface; places in metres from its middle. */
export interface Surface {
  /** Its luma is multiplied by it: a dimmed screen, a shadow. */
  gain: number;
  /** A white spot that fades towards its edge. */
  glare?: { x: number; y: number; radiusM: number };
  /** A screen's pixels, which a camera's own sample too coarsely: how strong, and how far apart. */
  lattice?: { strength: number; pitchM: number; halfWidthM: number; halfHeightM: number };
}

const WAVE = Float32Array.from({ length: 1024 }, (_, i) => Math.cos((2 * Math.PI * i) / 1024));

/** Draws one moving thing in front of a picture that stands still, in luma alone: a hundred times a second, not three. Owns its buffers. */
export class LumaCanvas {
  readonly #backdrop: GreyPicture;
  readonly #out: Uint8Array;
  readonly #sums: Float32Array;
  readonly #row: Float32Array;

  constructor(backdrop: GreyPicture) {
    this.#backdrop = backdrop;
    this.#out = new Uint8Array(backdrop.data.length);
    this.#sums = new Float32Array(backdrop.data.length);
    this.#row = new Float32Array(Math.max(backdrop.width, backdrop.height));
  }

  /**
   * The picture with `texture` where `planes` put it (metres in its plane to pixels), one for each moment while the
   * shutter is open, out of focus by `blurPx`. Good until the next call.
   */
  draw(texture: Texture, planes: readonly Homography[], surface: Surface, blurPx: number): GreyPicture {
    const { data, width, height } = this.#backdrop;
    this.#out.set(data);
    const region = this.#regionOf(texture, planes, Math.ceil(blurPx));
    const [sums, out] = [this.#sums, this.#out];
    for (let y = region.top; y < region.bottom; y++) {
      for (let at = y * width + region.left, end = y * width + region.right; at < end; at++) sums[at] = data[at] as number;
    }
    for (const plane of planes) this.#add(texture, plane, surface, 1 / planes.length);
    if (blurPx > 1) this.#blur(region, blurPx);
    for (let y = region.top; y < region.bottom; y++) {
      for (let at = y * width + region.left, end = y * width + region.right; at < end; at++) out[at] = (sums[at] as number) + 0.5;
    }
    return { data: this.#out, width, height };
  }

  #regionOf(texture: Texture, planes: readonly Homography[], margin: number): Region {
    const { width, height } = this.#backdrop;
    const points = planes.flatMap((plane) => outlineOf(texture, plane));
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    return {
      left: Math.max(0, Math.floor(Math.min(...xs)) - margin), right: Math.min(width, Math.ceil(Math.max(...xs)) + margin),
      top: Math.max(0, Math.floor(Math.min(...ys)) - margin), bottom: Math.min(height, Math.ceil(Math.max(...ys)) + margin),
    };
  }

  #add(texture: Texture, plane: Homography, surface: Surface, weight: number): void {
    const { width, height } = this.#backdrop;
    const outline = outlineOf(texture, plane);
    const { level, shades } = lumaLevelFor(texture, Math.sqrt(areaOf(outline) / (texture.widthM * texture.heightM)));
    const toMetres = invertHomography(plane);
    const toTexels = composeHomographies(texture.texelsOf(level), toMetres);
    const ys = outline.map(({ y }) => y);
    const bottom = Math.min(height - 1, Math.floor(Math.max(...ys) - 0.5));
    for (let y = Math.max(0, Math.ceil(Math.min(...ys) - 0.5)); y <= bottom; y++) {
      const [left, right] = spanAt(outline, y + 0.5);
      this.#addRow(shades, toTexels, texture.widthM / level.width, surface, y, Math.ceil(Math.max(left, 0) - 0.5), Math.floor(Math.min(right, width) - 0.5), weight);
    }
  }

  #addRow(shades: LumaLevel, h: Homography, texelM: number, surface: Surface, y: number, left: number, right: number, weight: number): void {
    const { luma, alpha, width: columns, height: rows } = shades;
    const { data, width } = this.#backdrop;
    const sums = this.#sums;
    const { gain, glare, lattice } = surface;
    const plain = !glare && !lattice;
    const [h0, h3, h6] = [h[0], h[3], h[6]];
    const [r0, r3, r6] = [h0 / 2 + h[1] * (y + 0.5) + h[2], h3 / 2 + h[4] * (y + 0.5) + h[5], h6 / 2 + h[7] * (y + 0.5) + h[8]];
    const [mostU, mostV, middleU, middleV] = [columns - 1.001, rows - 1.001, columns / 2 - 0.5, rows / 2 - 0.5];
    for (let x = left; x <= right; x++) {
      const w = 1 / (h6 * x + r6);
      const u = clamp((h0 * x + r0) * w - 0.5, mostU);
      const v = clamp((h3 * x + r3) * w - 0.5, mostV);
      const at = (v | 0) * columns + (u | 0);
      const fu = u - (u | 0);
      const fv = v - (v | 0);
      // Within the thing all four are opaque.
      const isOpaque = alpha[at] === 255 && alpha[at + 1] === 255 && alpha[at + columns] === 255 && alpha[at + columns + 1] === 255;
      const covers = isOpaque ? 1 : bilinear(alpha, at, columns, fu, fv) / 255;
      if (covers === 0) continue;
      let own = bilinear(luma, at, columns, fu, fv) * gain;
      if (!plain) own = shown(own, glare, lattice, (u - middleU) * texelM, (v - middleV) * texelM);
      const to = y * width + x;
      sums[to] = (sums[to] as number) + weight * ((own > 255 ? 255 : own) - covers * (data[to] as number));
    }
  }

  /** A box as wide as the circle that a point becomes, along the rows and then along the columns. */
  #blur({ left, right, top, bottom }: Region, blurPx: number): void {
    const { width } = this.#backdrop;
    for (let y = top; y < bottom; y++) boxBlur(this.#sums, y * width + left, 1, right - left, blurPx, this.#row);
    for (let x = left; x < right; x++) boxBlur(this.#sums, top * width + x, width, bottom - top, blurPx, this.#row);
  }
}

interface Region {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

function bilinear(values: Uint8Array, at: number, stride: number, fu: number, fv: number): number {
  const a = values[at] as number;
  const c = values[at + stride] as number;
  const upper = a + ((values[at + 1] as number) - a) * fu;
  return upper + (c + ((values[at + stride + 1] as number) - c) * fu - upper) * fv;
}

function clamp(value: number, greatest: number): number {
  return value > 0 ? (value < greatest ? value : greatest) : 0;
}

function shown(luma: number, glare: Surface['glare'], lattice: Surface['lattice'], x: number, y: number): number {
  let value = luma;
  if (lattice && Math.abs(x) < lattice.halfWidthM && Math.abs(y) < lattice.halfHeightM) {
    const across = WAVE[Math.floor((x / lattice.pitchM) * 1024) & 1023] as number;
    const down = WAVE[Math.floor((y / lattice.pitchM) * 1024) & 1023] as number;
    value *= 1 + (lattice.strength * (across + down)) / 2;
  }
  if (glare) {
    const near = 1 - Math.sqrt((x - glare.x) ** 2 + (y - glare.y) ** 2) / glare.radiusM;
    // Opaque in its middle third.
    if (near > 0) value += (255 - value) * Math.min(1, near * 1.5);
  }
  return value;
}

/** The mean over `widthPx`, whose ends count by their share, of `count` values `stride` apart. */
function boxBlur(values: Float32Array, start: number, stride: number, count: number, widthPx: number, row: Float32Array): void {
  for (let i = 0; i < count; i++) row[i] = values[start + i * stride] as number;
  const reach = Math.floor((widthPx - 1) / 2);
  const end = (widthPx - 1) / 2 - reach;
  const get = (i: number): number => row[i < 0 ? 0 : i >= count ? count - 1 : i] as number;
  let sum = 0;
  for (let i = -reach; i <= reach; i++) sum += get(i);
  for (let i = 0; i < count; i++) {
    values[start + i * stride] = (sum + end * (get(i - reach - 1) + get(i + reach + 1))) / widthPx;
    sum += get(i + reach + 1) - get(i - reach);
  }
}
