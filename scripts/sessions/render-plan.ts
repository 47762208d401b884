import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Scene } from '../scene/scene.ts';
import type { Sensor } from '../scene/sensor.ts';
import { Studio } from '../scene/studio.ts';
import { DAY } from './session-plan.ts';
import type { SessionPlan } from './session-plan.ts';
import { recordSession } from './session-recorder.ts';

const QUALITY = 60;
/** The same hall in every session. */
const HALL_SEED = 7;

export interface Stage {
  scene: Scene;
  sensor: Sensor;
}

/** The plan's people and things in their hall, and the sensor that sees them. */
export async function stageOf(plan: SessionPlan): Promise<Stage> {
  const [width, height] = plan.size;
  const studio = new Studio({ width, height, lighting: plan.light, quality: QUALITY, seed: HALL_SEED });
  const { glare, shutterMs, lens } = plan;
  const scene = new Scene({
    camera: studio.camera, hall: studio.hall, actors: await plan.actors(studio),
    ...(glare && { glare }), ...(shutterMs !== undefined && { shutterMs }), ...(lens && { lens }),
  });
  return { scene, sensor: studio.sensor };
}

/** Records the session into its folder below `sessionsDir`; `expects.json` beside it holds what the author meant to come of it. */
export async function renderPlan(plan: SessionPlan, { scene, sensor }: Stage, sessionsDir: string): Promise<void> {
  const [width, height] = plan.size;
  const head = {
    session: plan.name, about: plan.about, startsAt: `${DAY}T${plan.startsAt}:00.000Z`,
    config: '../../configs/door.yaml', site: '../../site/site.json', width, height,
  };
  const { inputs, durationMs, fps } = plan;
  const dir = join(sessionsDir, plan.name);
  await recordSession({ dir, head, scene, sensor, durationMs, fps, inputs });
  await writeFile(join(dir, 'expects.json'), `${JSON.stringify(plan.expects)}\n`);
}
