import type { BenchRow } from '../../bench-rows.ts';
import { distribution } from '../distribution.ts';
import type { Scenario } from '../scenario.ts';
import { ScenarioFailed } from '../scenario.ts';

/** A camera is unplugged this often for each repeat of a fault: 50 times for 20. */
const REPLUGS_A_REPEAT = 2.5;
const BACK_GOAL_MS = 5_000;
const LIMIT_MS = 3_600_000;

/** The driver's test on a camera of the kernel's own, which is taken away and given back. */
export const cameraReplugs: Scenario = {
  name: 'camera',
  about: "the v4l2 driver on a camera of the kernel's own: pictures, unplugged and plugged in again",
  async run(bench): Promise<BenchRow[]> {
    const guest = await bench.guest();
    const { code, output } = await guest.run(
      `modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0
      cd /opt/postern && POSTERN_REPLUGS=${Math.ceil(bench.repeats * REPLUGS_A_REPEAT)} node .build/test/drivers/camera/v4l2-on-vivid.test.js || exit
      rmmod vivid`, LIMIT_MS,
    );
    if (code !== 0 || output.includes('skipped: ')) throw new ScenarioFailed(`The camera driver's test failed: ${output.trim()}`, `${guest.dir}/out`);
    const backMs = [...output.matchAll(/frames again after (\d+) ms/g)].map(([, ms]) => Number(ms));
    return distribution('camera plugged in again, until there are frames', backMs, 'ms', BACK_GOAL_MS);
  },
};
