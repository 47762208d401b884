import type { BenchRow } from '../../bench-rows.ts';
import type { Scenario } from '../scenario.ts';
import { ScenarioFailed } from '../scenario.ts';

const LIMIT_MS = 600_000;

/** The door drivers' test files on the real kernel: where they find a simulated chip they run their contract on it. */
export const driverContracts: Scenario = {
  name: 'contracts',
  about: "the door drivers' contract suites on a real kernel's GPIO",
  async run(bench): Promise<BenchRow[]> {
    const guest = await bench.guest();
    const { code, output } = await guest.run(
      'cd /opt/postern && node .build/scripts/test.js drivers/door-io/onoff drivers/door-io/gpiod drivers/door-io/relay-guard-process', LIMIT_MS,
    );
    bench.say(output.trimEnd());
    const [, passed = '0', failed = '1'] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [];
    const skipped = output.split('\n').filter((line) => line.includes('skipped: '));
    if (code !== 0 || skipped.length > 0) {
      throw new ScenarioFailed(`${failed} of the drivers' tests failed and ${skipped.length} were skipped.`, `${guest.dir}/out`);
    }
    return [{ name: 'door driver tests on a real kernel, passed', value: Number(passed), unit: '', atLeast: 1 }];
  },
};
