import type { Point, Quad } from '../../daemon/base/frame.ts';
import { quadArea } from '../../daemon/base/frame.ts';

/** What is so of one frame, known because it was painted. */
export interface FrameTruth {
  atMs: number;
  /** Pixels a module at its narrowest. */
  modulePx: number;
  /** How far a point is spread, by movement, lens and focus, in modules. */
  blurModules: number;
  /** The code with a module around it is in the picture. */
  whole: boolean;
}

/** What counts as well shown: 3 pixels a module, blurred by at most one module, whole in view, for 8 frames. */
export const WELL_SHOWN = { modulePx: 3, blurModules: 1, frames: 8 } as const;

export function truthOf(atMs: number, opened: Quad, closed: Quad, blurPx: number, size: { width: number; height: number }, modules: number): FrameTruth {
  const longest = Math.max(...sides(opened));
  // A rhombus is narrower than its sides are long.
  const modulePx = Math.min(...sides(opened), quadArea(opened) / longest) / modules;
  const moved = Math.max(...opened.map((p, i) => distance(p, closed[i] as Point)));
  const inside = ({ x, y }: Point): boolean => x > modulePx && y > modulePx && x < size.width - modulePx && y < size.height - modulePx;
  return { atMs, modulePx, blurModules: Math.hypot(moved, blurPx) / modulePx, whole: [...opened, ...closed].every(inside) };
}

/** The first frame of `WELL_SHOWN.frames` in a row that all are well shown. */
export function firstWellShown(truths: readonly FrameTruth[]): number | undefined {
  let run = 0;
  for (const [i, { modulePx, blurModules, whole }] of truths.entries()) {
    run = whole && modulePx >= WELL_SHOWN.modulePx && blurModules <= WELL_SHOWN.blurModules ? run + 1 : 0;
    if (run === WELL_SHOWN.frames) return i + 1 - run;
  }
  return undefined;
}

function sides(quad: Quad): number[] {
  return quad.map((p, i) => distance(p, quad[(i + 1) % 4] as Point));
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
