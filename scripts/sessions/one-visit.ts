import { Tremor } from '../scene/movement.ts';
import type { Pose } from '../scene/pinhole.ts';
import { seededRandom } from '../scene/random.ts';
import type { Actor } from '../scene/scene.ts';
import type { Studio, Who } from '../scene/studio.ts';
import { visit } from '../scene/visit.ts';
import type { VisitOptions } from '../scene/visit.ts';

/** How long the usual hand trembles before it does so again: a whole number of frames at 8 and at 10 a second. */
const TREMOR_LOOP_MS = 1000;

/** Someone's coming with something in the hand; what is left out is the usual. */
export interface Coming extends Partial<Omit<VisitOptions, 'figure' | 'thing' | 'thingId' | 'tremor'>> {
  who: Who;
  /** The code on the phone's screen, or those on a print. */
  shows: string | { print: { text: string; sizeM: number }[] };
  phoneUpsideDown?: boolean;
  /** 1 is a calm hand. */
  trembling?: number;
}

/** Facing the camera at a forearm's length, a little turned, as people do. */
export const HOLD: Pose = { x: 0.005, y: 0.02, z: 0.27, roll: 4, pitch: 9, yaw: -7 };

/** The actors of one visit. Their tremor comes from what they show, so that it differs from visit to visit. */
export async function comes(studio: Studio, coming: Coming): Promise<Actor[]> {
  const { who, shows, phoneUpsideDown = false, trembling = 1, ...rest } = coming;
  const thing = typeof shows === 'string' ? await studio.phone(who, shows, phoneUpsideDown) : await studio.print(who, shows.print);
  const startMs = rest.startMs ?? 400;
  const thingId = `${who}'s at ${startMs}`;
  const tremor = new Tremor(seededRandom(thingId), TREMOR_LOOP_MS, trembling);
  return visit({ hold: HOLD, approachMs: 1700, ...rest, startMs, figure: await studio.figure(who), thing, thingId, tremor });
}
