import { join } from 'node:path';
import { Scene } from '../scene/scene.ts';
import { Studio } from '../scene/studio.ts';
import { DAY } from './session-plan.ts';
import type { SessionPlan } from './session-plan.ts';
import { recordSession } from './session-recorder.ts';

const QUALITY = 60;
/** The same hall in every session. */
const HALL_SEED = 7;

/** The scene of a plan and the sensor that sees it. */
export async function stage(plan: SessionPlan): Promise<{ scene: Scene; studio: Studio }> {
  const [width, height] = plan.size;
  const studio = new Studio({ width, height, lighting: plan.light, quality: QUALITY, seed: HALL_SEED });
  const { glare, shutterMs, lens } = plan;
  const scene = new Scene({
    camera: studio.camera, hall: studio.hall, actors: await plan.actors(studio),
    ...(glare && { glare }), ...(shutterMs !== undefined && { shutterMs }), ...(lens && { lens }),
  });
  return { scene, studio };
}

/** Renders the session into its folder below `sessionsDir`. Returns the number of pictures. */
export async function renderPlan(plan: SessionPlan, sessionsDir: string): Promise<number> {
  const { scene, studio } = await stage(plan);
  const [width, height] = plan.size;
  const head = {
    session: plan.name, about: plan.about, expects: plan.expects, startsAt: `${DAY}T${plan.startsAt}:00.000Z`,
    config: '../../configs/door.yaml', site: '../../site/site.json', width, height,
  };
  return recordSession({ dir: join(sessionsDir, plan.name), head, scene, sensor: studio.sensor, durationMs: plan.durationMs, fps: plan.fps, inputs: plan.inputs });
}
