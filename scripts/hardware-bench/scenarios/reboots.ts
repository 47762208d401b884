import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchRow } from '../../bench-rows.ts';
import { distribution } from '../distribution.ts';
import { afterFault, watched } from '../edges.ts';
import type { Guest } from '../guest.ts';
import type { Scenario } from '../scenario.ts';
import { ScenarioFailed } from '../scenario.ts';
import { UNLOCK_MS, prepareSite } from '../site.ts';

const SCRIPTS = '/opt/postern/scripts/hardware-bench/guest';
const REBOOT_LIMIT_MS = 300_000;
/** [S1] Of a release that the reboot fell into. */
const HELD_MS = UNLOCK_MS + 1_000;

interface Reboot {
  /** How long the release took that the reboot fell into. */
  heldMs: number;
  /** From the chip's appearing until the boot unit had rested its line. */
  restMs: number;
}

/**
 * [S1] The relay is at rest when the kernel goes, and again before a daemon is there. Between the two there is no chip here:
 * what a real one does meanwhile is up to its registers and its pull.
 */
export const reboots: Scenario = {
  name: 'reboots',
  about: 'the machine is rebooted while the relay is up: is it at rest before the kernel goes, and before the daemon is back?',
  async run(bench): Promise<BenchRow[]> {
    const guest = await bench.ownGuest('reboots/guest', []);
    await prepareSite({ dir: join(guest.dir, 'out/door'), stateDir: '/var/lib/postern/front', camera: 'nobody' });
    await guest.must(`bash ${SCRIPTS}/install-door.sh`);
    const results: Reboot[] = [];
    for (let i = 0; i < bench.repeats; i++) results.push(await rebootOnce(guest));
    bench.say(`  release it fell into ${results.map(({ heldMs }) => heldMs.toFixed(0)).join(' ')} ms; at rest by the boot unit after ${results.map(({ restMs }) => restMs.toFixed(0)).join(' ')} ms`);
    return [
      ...distribution('reboot: release it fell into', results.map(({ heldMs }) => heldMs), 'ms', HELD_MS),
      ...distribution('boot unit: line that is up when its chip appears, to rest', results.map(({ restMs }) => restMs), 'ms', UNLOCK_MS + 1_000),
    ];
  },
};

async function rebootOnce(guest: Guest): Promise<Reboot> {
  const log = join(guest.dir, 'watch.log');
  const seenBefore = statSync(log).size;
  const back = guest.ready(REBOOT_LIMIT_MS);
  const said = await guest.must(`bash ${SCRIPTS}/reboot.sh`);
  const faultNs = Number(/^fault (\d+)$/m.exec(said)?.[1]);
  if (!(await back)) throw new ScenarioFailed('The guest did not come back after a reboot.', join(guest.dir, 'console.log'));
  const { edges } = watched(readFileSync(log, 'utf8').slice(seenBefore));
  const { hit, heldMs, roseAgain } = afterFault(edges, faultNs, Infinity);
  if (!hit || heldMs === undefined || roseAgain) throw new ScenarioFailed(hit ? 'The relay was up when the kernel went.' : 'The relay was not up when the reboot began.', log);
  const after = await guest.must(`bash ${SCRIPTS}/after-reboot.sh`);
  return { heldMs, restMs: Number(/^rest (\d+)$/m.exec(after)?.[1]) };
}
