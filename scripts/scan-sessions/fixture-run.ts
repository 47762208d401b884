import { join } from 'node:path';
import { quadArea } from '../../daemon/base/frame.ts';
import { loadPicture } from '../../daemon/commands/picture-file.ts';
import { CodeFinder } from '../../daemon/scan/code-finder.ts';
import { readSessionSync } from '../../drivers/session.ts';
import type { Scene } from '../scene/scene.ts';
import { quantile } from '../scan-bench/score.ts';
import { stageOf } from '../sessions/render-plan.ts';
import { sessionPlans } from '../sessions/sessions.ts';
import { MODULES } from './random-session.ts';

/** Quantiles and a line for each code that was not read at once. */
export function fixtureWaitsText(waits: readonly FixtureWait[]): string {
  const ms = waits.map(({ waitMs = Infinity }) => waitMs);
  const [median, p90, p95] = [0.5, 0.9, 0.95].map((share) => quantile(ms, share));
  const slow = waits.filter(({ frames }) => frames !== 1).map(({ session, frames, waitMs, modulePx }) =>
    `  ${session}: ${frames === undefined ? 'never' : `frame ${frames}, ${waitMs} ms`} after it came into view with ${modulePx.toFixed(1)} pixels a module\n`);
  return `From the first frame in which a code is whole in view to the one that is read: ${waits.length} codes, at once ${waits.length - slow.length}, `
    + `median ${median} ms, p90 ${p90} ms, p95 ${p95} ms\n${slow.join('')}`;
}

/** How long one code of a recorded session was whole in view before it was read. */
export interface FixtureWait {
  session: string;
  /** Frames from the first in which it was whole to the one that was read, 1 for that same one; undefined: never. */
  frames?: number;
  waitMs?: number;
  /** When it was first whole. */
  modulePx: number;
}

const MAX_PIXELS = 25_000_000;

/** Reads the recorded sessions as the daemon does. Where their codes are is known from the plans that they were painted by. */
export async function fixtureRun(dir: string, lookMs: number, onDone: (done: number, of: number) => void): Promise<FixtureWait[]> {
  const waits: FixtureWait[] = [];
  for (const [n, plan] of sessionPlans.entries()) {
    const { scene } = await stageOf(plan);
    waits.push(...await waitsIn(join(dir, plan.name), plan.name, scene, lookMs));
    onDone(n + 1, sessionPlans.length);
  }
  return waits;
}

async function waitsIn(dir: string, session: string, scene: Scene, lookMs: number): Promise<FixtureWait[]> {
  const finder = await CodeFinder.open({ extraLookMs: lookMs });
  const { inputs, width, height } = readSessionSync(dir);
  const whole = new Map<string, { frame: number; atMs: number; modulePx: number }>();
  const read = new Map<string, { frame: number; atMs: number }>();
  let frame = 0;
  for (const input of inputs) {
    if (!('frame' in input)) continue;
    const { frame: picture } = await loadPicture(join(dir, input.frame), MAX_PIXELS);
    finder.room(width * height).set(picture.luma as Uint8Array);
    const seen = { frame: frame++, atMs: input.atMs };
    for (const { text } of finder.findInFrame(width, height).codes) if (!read.has(text)) read.set(text, seen);
    for (const { text, quad } of scene.codesAt(input.atMs)) {
      const isWhole = quad.every(({ x, y }) => x > 0 && y > 0 && x < width && y < height);
      if (isWhole && !whole.has(text)) whole.set(text, { ...seen, modulePx: Math.sqrt(quadArea(quad)) / MODULES });
    }
  }
  return [...whole].map(([text, from]) => {
    const at = read.get(text);
    return { session, modulePx: from.modulePx, ...(at && { frames: Math.max(1, at.frame - from.frame + 1), waitMs: Math.max(0, at.atMs - from.atMs) }) };
  });
}
