import type { BenchRow } from '../../bench-rows.ts';
import type { Scenario } from '../scenario.ts';
import { ScenarioFailed } from '../scenario.ts';

const LIMIT_MS = 600_000;

/** The test files named …-on-gpio-sim: a driver's contract on the chip that wire-door.sh plugs in. */
export const driverContracts: Scenario = {
  name: 'contracts',
  about: "the door drivers' contract suites on a real kernel's GPIO",
  async run(bench): Promise<BenchRow[]> {
    const guest = await bench.guest();
    const { code, output } = await guest.run(
      'cd /opt/postern && node .build/scripts/test.js on-gpio-sim', LIMIT_MS,
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
