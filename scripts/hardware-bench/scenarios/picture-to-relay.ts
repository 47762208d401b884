import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchRow } from '../../bench-rows.ts';
import { distribution } from '../distribution.ts';
import { watched } from '../edges.ts';
import type { Scenario } from '../scenario.ts';
import { ScenarioFailed } from '../scenario.ts';
import { prepareSite } from '../site.ts';
import type { TimedEntry } from '../timed-daemon.ts';

const SCRIPTS = '/opt/postern/scripts/hardware-bench/guest';
/** Ten seconds each, and more under emulation. */
const LIMIT_MS = 1_800_000;
const MOST = 20;

/**
 * A picture with a token comes from the camera, the line is seen to rise from the other side. The camera is the replay of a
 * painted session; a driver that reads /dev/video* takes its place by `camera:` in site.ts.
 */
export const pictureToRelay: Scenario = {
  name: 'entry',
  about: 'from a picture with a token to the relay line up, by stage',
  async run(bench) {
    const guest = await bench.ownGuest('entry/guest', []);
    const entries = Math.min(bench.repeats, MOST);
    await prepareSite({ dir: join(guest.dir, 'out/door'), stateDir: '/var/lib/postern/front', visited: true });
    await guest.must(`bash ${SCRIPTS}/install-door.sh; install -d -o postern /var/lib/postern/front`);
    await guest.must('systemd-run --quiet --unit=door-watch -p StandardOutput=file:/run/watch.txt door-watch line /run/door/sim_gpio17/value');
    const said = await guest.must(`cd /opt/postern && runuser -u postern -- node .build/scripts/hardware-bench/timed-daemon.js /etc/postern/front.yaml ${entries} 2> /out/timed-daemon.txt; cp /run/watch.txt /out/`, LIMIT_MS);
    const timed = said.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as TimedEntry);
    const { edges } = watched(readFileSync(join(guest.dir, 'out/watch.txt'), 'utf8'));
    const wholeMs = timed.map(({ shownNs }) => ((edges.find(({ atNs, level }) => level === 1 && atNs >= shownNs)?.atNs ?? Infinity) - shownNs) / 1e6);
    if (timed.length < entries || wholeMs.some((ms) => ms > 10_000)) throw new ScenarioFailed(`Of ${entries} entries ${timed.length} were granted, and the line was not seen to rise for each.`, join(guest.dir, 'out'));
    return [...distribution('picture to relay line up, in the guest', wholeMs, 'ms'), ...stages(timed)];
  },
};

function stages(timed: readonly TimedEntry[]): BenchRow[] {
  const names = { waitMs: 'waits for the frame before', decodeMs: 'decode', decideMs: 'decide', commitMs: 'commit', relayMs: 'relay driver' } as const;
  return Object.entries(names).flatMap(([key, says]) => distribution(`of it: ${says}`, timed.map((entry) => entry[key as keyof typeof names]), 'ms'));
}
