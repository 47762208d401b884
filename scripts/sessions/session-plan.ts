import type { SessionInput } from '../../drivers/session.ts';
import type { Glare } from '../scene/glare.ts';
import type { Actor, Lens } from '../scene/scene.ts';
import type { Studio, StudioOptions } from '../scene/studio.ts';

/**
 * What a session must come to, in order: verdicts (`granted:online`, `granted:offline`, `denied:<reason>`) and alarms
 * (`door-forced`). It is what the author meant, so that a replay is not only compared with an earlier replay.
 */
export type Expectation = `granted:${'online' | 'offline'}` | `denied:${string}` | 'door-forced';

/** A recorded session before it is rendered. */
export interface SessionPlan {
  name: string;
  /** One sentence: what happens, and what must come of it. */
  about: string;
  expects: Expectation[];
  /** Time of day on the sessions' Monday, `HH:MM`. */
  startsAt: string;
  light: StudioOptions['lighting'];
  size: readonly [width: number, height: number];
  fps: number;
  durationMs: number;
  /** Everything but the frames, by rising `atMs`. */
  inputs: Exclude<SessionInput, { frame: string }>[];
  /** The moment that stands for the session on the contact sheet; default 3000. */
  portraitMs?: number;
  actors: (studio: Studio) => Promise<Actor[]>;
  glare?: Glare;
  shutterMs?: number;
  lens?: Lens;
}

export const DAY = '2026-03-02';

export function wallMsOf(plan: Pick<SessionPlan, 'startsAt'>): number {
  return Date.parse(`${DAY}T${plan.startsAt}:00.000Z`);
}
