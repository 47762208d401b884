import { Scene } from './scene/scene.ts';
import type { Actor } from './scene/scene.ts';
import { Studio } from './scene/studio.ts';
import type { Who } from './scene/studio.ts';
import { comes } from './sessions/one-visit.ts';
import { recordSession } from './sessions/session-recorder.ts';

export interface VisitorSessionOptions {
  /** The session's folder; pictures that are in it go. */
  dir: string;
  /** The codes that are shown, one visitor each, in this order; `label` says what each is. */
  visits: readonly { text: string; label: string }[];
  /** Pixels; default 960 × 540. */
  width?: number;
  height?: number;
  /** Default 8. */
  fps?: number;
  seed?: number;
  /** When the recording begins by the clock on the wall; default: now. */
  startsAt?: Date;
  onProgress?: (done: number, total: number) => void;
}

const CAST: readonly Who[] = ['resident', 'guest', 'engineer', 'courier'];
const FIRST_AT_MS = 1000;
/** Long enough that the door is released, used and locked again before the next one comes. */
const EVERY_MS = 9000;
const QUALITY = 72;

/**
 * Renders a recorded session in which visitors come one after the other, each holding up a code: the phone of the demo.
 * About 9 s a visit. Returns its folder.
 */
export async function renderVisitorSession(options: VisitorSessionOptions): Promise<string> {
  const { dir, visits, width = 960, height = 540, fps = 8, seed = 7, startsAt = new Date() } = options;
  const studio = new Studio({ width, height, lighting: 'day', quality: QUALITY, seed });
  const actors: Actor[] = [];
  for (const [i, { text }] of visits.entries()) {
    actors.push(...await comes(studio, { who: CAST[i % CAST.length] as Who, shows: text, startMs: FIRST_AT_MS + i * EVERY_MS }));
  }
  const scene = new Scene({ camera: studio.camera, hall: studio.hall, actors });
  const head = {
    session: 'demo', about: `Visitors one after the other: ${visits.map(({ label }) => label).join(', ')}.`,
    startsAt: startsAt.toISOString(), config: 'config.yaml', site: 'site.json', width, height,
  };
  const { onProgress } = options;
  await recordSession({ dir, head, scene, sensor: studio.sensor, durationMs: visits.length * EVERY_MS, fps, ...(onProgress && { onProgress }) });
  return dir;
}
