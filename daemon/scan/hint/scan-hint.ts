import type { CodeSeen, Located, Quad } from '../../base/frame.ts';
import { quadArea } from '../../base/frame.ts';
import type { HintReason } from '../../base/scan-hint.ts';

/** What one look at one frame left unread. */
export interface Unread {
  codes: readonly Pick<CodeSeen, 'quad'>[];
  /** Codes whose grid was seen. */
  located: readonly Located[];
  /** Something that looks like a code; nothing in it was made out. */
  glimpsed?: Located;
  /** A screen of which only the light is seen. */
  blownOut?: Quad;
}

/** What would help, and where the code is that it would help with. */
export interface Finding {
  reason: HintReason;
  quad: Quad;
  /** There is a code for certain. */
  sure: boolean;
}

/**
 * Pixels a module as `Located` counts them. On painted phones and prints at 1280 × 720, codes of 2.3 and more are read in
 * every frame, of 1.9 in two of three, of 1.6 in one of twelve.
 */
const LEAST_MODULE_PX = 2.2;
/**
 * How many modules an edge is wide. Phones out of focus are read in every frame at 0.72, in none at 1.0.
 */
const MOST_EDGE_MODULES = 0.9;
/** Grey levels. A print in the dark with noise of 9 levels is read in one of six frames at 70 and always at 78 when it is nearer; a dim one without noise at 15. */
const DIM = { contrast: 80, light: 110 };
/** With less between its dark and its light nothing is read, whatever the light. */
const LEAST_CONTRAST = 16;
/** Its dark modules are lighter than this and its light ones white: there is more light than the sensor takes. */
const BLOWN = { dark: 190, light: 250 };
/**
 * What is only glimpsed is a code from so many pixels a module on, and if it is small it is sharp: the least that painted phones
 * showed were 1.4 and 0.8 (at 0.9 m), the most that pieces of a hall and of blurred codes did 0.9 and 0.2, 1.1 and 0.2.
 */
const LEAST_GLIMPSED = { modulePx: 1.1, sharpPerModule: 0.55 };
/** A code is looked for among so many; one picture cannot show more that anyone holds up. */
const MOST_LOCATED = 64;

/** What to say to whoever stands there, by one look; undefined: nothing. A code that was read needs no hint. */
export function findingOf({ codes, located, glimpsed, blownOut }: Unread, width: number, height: number): Finding | undefined {
  if (codes.length > 0) return undefined;
  const seen = located.slice(0, MOST_LOCATED).filter((each) => isSound(each, width, height));
  const largest = seen.reduce<Located | undefined>((best, each) => (best && quadArea(best.quad) >= quadArea(each.quad) ? best : each), undefined);
  if (largest) return { reason: reasonFor(largest), quad: largest.quad, sure: true };
  if (blownOut && touchesPicture(blownOut, width, height)) return { reason: 'too-bright', quad: blownOut, sure: false };
  if (glimpsed && isSound(glimpsed, width, height) && mayBeCode(glimpsed)) return { reason: reasonFor(glimpsed), quad: glimpsed.quad, sure: false };
  return undefined;
}

/** The first thing to mend: what is not in the picture cannot be read nearer, and what is too small not sharper. */
function reasonFor({ modulePx, contrast, light, sharpness, cutOff }: Located): HintReason {
  if (cutOff) return 'show-whole-code';
  if (contrast < BLOWN.light - BLOWN.dark && light >= BLOWN.light) return 'too-bright';
  if (contrast < LEAST_CONTRAST || (contrast < DIM.contrast && light < DIM.light)) return light < DIM.light ? 'more-light' : 'not-readable';
  if (modulePx < LEAST_MODULE_PX) return 'come-closer';
  if (sharpness * modulePx * MOST_EDGE_MODULES < 1) return 'hold-still';
  return 'not-readable';
}

function mayBeCode({ modulePx, sharpness }: Located): boolean {
  return modulePx >= LEAST_MODULE_PX || (modulePx >= LEAST_GLIMPSED.modulePx && modulePx * sharpness >= LEAST_GLIMPSED.sharpPerModule);
}

/** Nothing that is not a number, and something of it in the picture. */
function isSound({ quad, modulePx, contrast, light, sharpness }: Located, width: number, height: number): boolean {
  return [modulePx, contrast, light, sharpness].every((value) => Number.isFinite(value) && value >= 0) && touchesPicture(quad, width, height);
}

function touchesPicture(quad: Quad, width: number, height: number): boolean {
  const [xs, ys] = [quad.map(({ x }) => x), quad.map(({ y }) => y)];
  return [...xs, ...ys].every(Number.isFinite) && quadArea(quad) > 0
    && Math.max(...xs) > 0 && Math.max(...ys) > 0 && Math.min(...xs) < width && Math.min(...ys) < height;
}
