import type { Located, Quad } from '../base/frame.ts';
import { quadArea } from '../base/frame.ts';
import type { GreyPicture } from '../base/grey-picture.ts';

/** Samples each way over a code. */
const SAMPLES = 32;
/** Modules a side that a code of unknown size is taken for: a door code has 49. */
const USUAL_SIZE = 45;
/** A corner as near to the edge is taken for cut off: the quiet zone is. Share of the side. */
const EDGE_SHARE = 0.03;

/** What can be said of a code that is there and could not be read, so that someone can be told why. */
export function locatedOf(picture: GreyPicture, quad: Quad, size = USUAL_SIZE): Located {
  const side = Math.sqrt(quadArea(quad));
  const values = samplesOf(picture, quad);
  const sorted = values.toSorted();
  const light = sorted[Math.floor(sorted.length * 0.95)] as number;
  const contrast = light - (sorted[Math.floor(sorted.length * 0.05)] as number);
  const near = side * EDGE_SHARE;
  const cutOff = quad.some(({ x, y }) => x < near || y < near || x > picture.width - near || y > picture.height - near);
  return { quad, modulePx: side / size, contrast, light, sharpness: sharpnessOf(picture, quad, contrast), cutOff };
}

function samplesOf(picture: GreyPicture, quad: Quad): Uint8Array {
  return Uint8Array.from({ length: SAMPLES * SAMPLES }, (_, i) => {
    const { x, y } = within(quad, ((i % SAMPLES) + 0.5) / SAMPLES, (Math.floor(i / SAMPLES) + 0.5) / SAMPLES);
    return pixel(picture, x, y);
  });
}

/** The steepest twentieth of the steps from a pixel to its neighbours against the contrast: 1 for an edge within one pixel. */
function sharpnessOf(picture: GreyPicture, quad: Quad, contrast: number): number {
  if (contrast === 0) return 0;
  const steps = new Uint8Array(SAMPLES * SAMPLES);
  for (let i = 0; i < steps.length; i++) {
    const { x, y } = within(quad, ((i % SAMPLES) + 0.5) / SAMPLES, (Math.floor(i / SAMPLES) + 0.5) / SAMPLES);
    const here = pixel(picture, x, y);
    steps[i] = Math.max(Math.abs(here - pixel(picture, x + 1, y)), Math.abs(here - pixel(picture, x, y + 1)));
  }
  return Math.min(1, (steps.sort()[Math.floor(steps.length * 0.95)] as number) / contrast);
}

function within([a, b, c, d]: Quad, u: number, v: number): { x: number; y: number } {
  const mix = (p: number, q: number, r: number, s: number): number => (p * (1 - u) + q * u) * (1 - v) + (s * (1 - u) + r * u) * v;
  return { x: mix(a.x, b.x, c.x, d.x), y: mix(a.y, b.y, c.y, d.y) };
}

function pixel({ data, width, height }: GreyPicture, x: number, y: number): number {
  const column = Math.min(width - 1, Math.max(0, Math.floor(x)));
  const row = Math.min(height - 1, Math.max(0, Math.floor(y)));
  return data[row * width + column] as number;
}
