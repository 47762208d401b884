import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CameraSteering, Exposure } from '../../../drivers/camera/camera.ts';

/** A camera that can be steered, and what the suite needs around it. */
export interface SteeringBench {
  steering: CameraSteering;
  /** Takes the next frame; what it was exposed with, as far as the sensor can do what it was asked for. */
  frame: () => Promise<Exposure>;
  /** By how much an exposure may miss what was asked for: half of the sensor's steps. */
  nearest: Exposure;
  clear: () => Promise<void>;
}

/** What `CameraSteering` promises, for every camera that can be steered. */
export function testSteeringContract(name: string, open: () => Promise<SteeringBench>): void {
  const situation = (what: string, run: (bench: SteeringBench) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const bench = await open();
      try {
        await run(bench);
      } finally {
        await bench.clear();
      }
    });
  };

  situation('its ranges are ranges, and its delay a number of frames', async ({ steering: { exposureUs, gain, delayFrames } }) => {
    assert.ok(exposureUs.min > 0 && exposureUs.min < exposureUs.max, 'exposures');
    assert.ok(gain.min > 0 && gain.min <= gain.max, 'gains');
    assert.ok(Number.isInteger(delayFrames) && delayFrames >= 0);
  });

  situation('from the first frame after the delay on it is exposed as was asked for', async (bench) => {
    const { exposureUs, gain } = bench.steering;
    const middle = { exposureUs: Math.sqrt(exposureUs.min * exposureUs.max), gain: (gain.min + gain.max) / 2 };
    for (const asked of [{ exposureUs: exposureUs.max, gain: gain.max }, { exposureUs: exposureUs.min, gain: gain.min }, middle]) {
      bench.steering.steer(asked.exposureUs, asked.gain);
      await delay(bench);
      for (let i = 0; i < 3; i++) assertNear(await bench.frame(), asked, bench.nearest);
    }
  });

  situation('asked again and again, it ends with what was asked for last', async (bench) => {
    const { exposureUs, gain } = bench.steering;
    const last = { exposureUs: (exposureUs.min + exposureUs.max) / 2, gain: gain.min };
    for (let i = 0; i < 20; i++) bench.steering.steer(exposureUs.min, gain.max);
    bench.steering.steer(last.exposureUs, last.gain);
    await delay(bench);
    assertNear(await bench.frame(), last, bench.nearest);
  });
}

async function delay({ steering, frame }: SteeringBench): Promise<void> {
  while (steering.isUnderWay) await frame();
  for (let i = 0; i < steering.delayFrames; i++) await frame();
}

function assertNear(taken: Exposure, asked: Exposure, { exposureUs, gain }: Exposure): void {
  assert.ok(Math.abs(taken.exposureUs - asked.exposureUs) <= exposureUs, `${taken.exposureUs} µs, asked for were ${asked.exposureUs}`);
  assert.ok(Math.abs(taken.gain - asked.gain) <= gain, `gain ${taken.gain}, asked for was ${asked.gain}`);
}
