import { join } from 'node:path';
import { loadPicture } from '../../daemon/commands/picture-file.ts';
import { CodeFinder } from '../../daemon/scan/code-finder.ts';
import { readSessionSync } from '../../drivers/session.ts';
import type { Scene } from '../scene/scene.ts';
import { stageOf } from '../sessions/render-plan.ts';
import { sessionPlans } from '../sessions/sessions.ts';

/** How long one code of a recorded session was whole in view before it was read. */
export interface FixtureWait {
  session: string;
  /** Frames from the first in which it was whole to the one that was read, 1 for that same one; undefined: never. */
  frames?: number;
  waitMs?: number;
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
  const whole = new Map<string, { frame: number; atMs: number }>();
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
      if (isWhole && !whole.has(text)) whole.set(text, seen);
    }
  }
  return [...whole].map(([text, from]) => {
    const at = read.get(text);
    return { session, ...(at && { frames: Math.max(1, at.frame - from.frame + 1), waitMs: Math.max(0, at.atMs - from.atMs) }) };
  });
}
