import type { GreyPicture } from '../../daemon/base/grey-picture.ts';
import { CodeFinder } from '../../daemon/scan/code-finder.ts';
import { looks } from '../../daemon/scan/looks.ts';
import type { Pinhole } from '../scene/pinhole.ts';
import { MODULES, randomSession } from './random-session.ts';
import type { RandomSession } from './random-session.ts';
import { SessionPainter } from './session-painter.ts';

/** Pictures at each distance; most of them must be read. */
const TRIES = 3;
const STEP = 1.05;
/** Every camera reads a code of so many pixels a module. */
const NEAR_PX = 3.5;
const CODE_M = 0.065;

/** Distances at which a code is read by the plain pass alone, and with the extra looks. Metres. */
export interface Reach {
  plainM: number;
  withLooksM: number;
}

/** How far away a calmly held, sharp code of 65 mm and 49 modules is read, metres: the last distance at which most pictures are. */
export async function reachOf(camera: Pinhole, shows: RandomSession['shows']): Promise<Reach> {
  const painter = new SessionPainter(camera);
  const finder = await CodeFinder.open({ extraLookMs: 1_000 });
  const reach = { plainM: 0, withLooksM: 0 };
  for (let z = (camera.focalPx * CODE_M) / (MODULES * NEAR_PX), misses = 0; misses < 2; z *= STEP) {
    let [plain, any] = [0, 0];
    for (let n = 0; n < TRIES; n++) {
      const session = heldAt(camera, shows, z, n);
      const painted = await painter.paint(session);
      const found = readingOf(finder, await painted.frame(0), session.text);
      if (found === 'plain') plain++;
      if (found !== undefined) any++;
    }
    if (plain > TRIES / 2) reach.plainM = z;
    if (any > TRIES / 2) reach.withLooksM = z;
    misses = any > TRIES / 2 ? 0 : misses + 1;
  }
  return reach;
}

function readingOf(finder: CodeFinder, { data, width, height }: GreyPicture, text: string): 'plain' | 'look' | undefined {
  finder.room(data.length).set(data);
  if (finder.findPlainly(width, height).codes.some((code) => code.text === text)) return 'plain';
  for (let look = 0; look < looks.length; look++) {
    if (finder.look(look, width, height).codes.some((code) => code.text === text)) return 'look';
  }
  return undefined;
}

/** By day, a little aslant, in a calm hand. */
function heldAt(camera: Pinhole, shows: RandomSession['shows'], z: number, n: number): RandomSession {
  const { glare: _glare, lattice: _lattice, quality: _quality, ...any } = randomSession(`reach ${shows} ${n}`, camera);
  const pose = { x: 0, y: 0, z, roll: 3 * n, pitch: 8, yaw: -6 };
  return {
    ...any, shows, light: 'day', codeM: CODE_M, gain: 1, noise: 1, tremor: 0, shutterMs: 2, softPx: 1.5, quality: 85,
    lens: { focusM: z, blurPxPerDioptre: 1 }, poses: [{ atMs: 0, ...pose }, { atMs: any.durationMs, ...pose }],
  };
}

export function reachText(fovDeg: number, reach: Record<RandomSession['shows'], Reach>): string {
  const far = ({ plainM, withLooksM }: Reach): string => `${withLooksM.toFixed(2)} m (${plainM.toFixed(2)} m by the plain pass alone)`;
  return `Reach with a lens of ${fovDeg}°: a code of ${CODE_M * 1000} mm is read on a phone from ${far(reach.phone)}, on paper from ${far(reach.print)}\n`;
}
