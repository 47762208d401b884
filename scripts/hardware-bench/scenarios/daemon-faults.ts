import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchRow } from '../../bench-rows.ts';
import { distribution } from '../distribution.ts';
import { afterFault, watched, type AfterFault } from '../edges.ts';
import type { Guest } from '../guest.ts';
import type { Scenario } from '../scenario.ts';
import { ScenarioFailed } from '../scenario.ts';
import { UNLOCK_MS, prepareSite } from '../site.ts';

const SCRIPTS = '/opt/postern/scripts/hardware-bench/guest';
/** By the guard, after a death; under emulation too. */
const AFTER_DEATH_MS = 100;
const TRIES = 5;
/** [S1] Of a release that a hang fell into. */
const HELD_MS = UNLOCK_MS + 1_000;

/** What is done, in the words of fault.sh, and what it is measured by. */
export const FAULTS = [
  { fault: 'kill-daemon', says: 'kill -9 of the daemon', kind: 'death' },
  { fault: 'kill-guard', says: 'the guard killed alone', kind: 'death' },
  { fault: 'kill-both', says: 'daemon and guard killed at once', kind: 'death' },
  { fault: 'freeze-daemon', says: 'SIGSTOP of the daemon', kind: 'hang' },
  { fault: 'stall-loop', says: "the daemon's loop stalled", kind: 'hang' },
  { fault: 'freeze-guard', says: 'SIGSTOP of the guard', kind: 'hang' },
  { fault: 'exhaust-memory', says: 'killed for want of memory', kind: 'hang' },
  { fault: 'stop-unit', says: 'systemctl stop', kind: 'hang' },
] as const;

/** [S1] The relay comes to rest whatever happens to the daemon under its unit, seen from the other side of the line. */
export const daemonFaults: Scenario = {
  name: 'faults',
  about: 'the daemon under its unit is killed, frozen and stopped: when is the relay at rest?',
  async run(bench) {
    const guest = await bench.guest();
    await prepareSite({ dir: join(guest.dir, 'out/door'), stateDir: '/var/lib/postern/front', camera: 'nobody' });
    await guest.must(`bash ${SCRIPTS}/install-door.sh`);
    const startS = Number(await guest.must(`set -e; . ${SCRIPTS}/door.sh; from=$EPOCHREALTIME; systemctl start $unit; await_daemon; awk "BEGIN { print $EPOCHREALTIME - $from }"`));
    await guest.must('systemd-run --quiet --unit=door-watch -p StandardOutput=file:/run/watch.txt door-watch line /run/door/sim_gpio17/value');
    const rows: BenchRow[] = [{ name: 'daemon under its unit: start until the door is known to be locked', value: startS, unit: 's' }];
    for (const { fault, says, kind } of FAULTS.filter(({ fault }) => bench.faults.length === 0 || bench.faults.includes(fault))) {
      const results: AfterFault[] = [];
      for (let i = 0; i < bench.repeats; i++) results.push(await once(guest, fault));
      rows.push(...judge(guest, says, kind, results));
      bench.say(`  ${says}: at rest after ${results.map(({ restMs }) => restMs?.toFixed(0) ?? 'STUCK').join(' ')} ms`);
    }
    rows.push(await endWatch(guest));
    // Single faults need not have caused lines of every gravity.
    if (bench.faults.length === 0) rows.push(...await journalRows(guest));
    return rows;
  },
};

/** A fault that came when the release was over already says nothing: another try. */
async function once(guest: Guest, fault: string): Promise<AfterFault> {
  for (let i = 0; i < TRIES; i++) {
    const result = await attempt(guest, fault);
    if (result.hit) return result;
  }
  throw new ScenarioFailed(`${fault} came too late ${TRIES} times in a row.`, `${guest.dir}/out/watch.txt`);
}

async function attempt(guest: Guest, fault: string): Promise<AfterFault> {
  const output = await guest.must(`bash ${SCRIPTS}/fault.sh ${fault}`);
  const faultNs = Number(/^fault (\d+)$/m.exec(output)?.[1]);
  // The next one waits for the daemon anyway; only then is it known that the line did not rise again.
  const nowNs = Number(await guest.must(`. ${SCRIPTS}/door.sh; await_daemon; door-watch put /dev/null -; cp /run/watch.txt /out/watch.txt`));
  return afterFault(watched(readFileSync(join(guest.dir, 'out/watch.txt'), 'utf8')).edges, faultNs, nowNs);
}

function judge(guest: Guest, says: string, kind: 'death' | 'hang', results: readonly AfterFault[]): BenchRow[] {
  const stuck = results.filter(({ restMs, heldMs = Infinity, roseAgain }) => restMs === undefined || heldMs > HELD_MS || roseAgain).length;
  if (stuck > 0) throw new ScenarioFailed(`${says}: in ${stuck} of ${results.length} tries the relay stayed up or rose again.`, `${guest.dir}/out/watch.txt and journal.txt beside it`);
  const times = results.map(({ restMs, heldMs }) => (kind === 'death' ? restMs : heldMs) ?? NaN);
  const name = kind === 'death' ? `${says}: fault to rest` : `${says}: release it fell into`;
  return [
    ...distribution(name, times, 'ms', kind === 'death' ? AFTER_DEATH_MS : HELD_MS),
    { name: `${says}: relay stuck`, value: stuck, unit: `of ${results.length}`, goal: 1 },
  ];
}

/** Of syslog(3), which journalctl -p chooses by. */
const PRIORITIES: Record<string, string> = { debug: '7', info: '6', warn: '4', error: '3' };

/** What the real journald made of the daemon's lines, of which the faults have caused some of each gravity. */
async function journalRows(guest: Guest): Promise<BenchRow[]> {
  await guest.must(`. ${SCRIPTS}/door.sh; journalctl --boot -u "$unit" -o json --output-fields=PRIORITY,MESSAGE --no-pager > /out/journal.json`);
  const lines = readFileSync(join(guest.dir, 'out/journal.json'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { PRIORITY: string; MESSAGE: string });
  const ours = lines.flatMap(({ PRIORITY, MESSAGE }) => (MESSAGE.startsWith('{"level"') ? [{ PRIORITY, level: (JSON.parse(MESSAGE) as { level: string }).level }] : []));
  const gravities = new Set(ours.map(({ level }) => level)).size;
  const wrong = ours.filter(({ PRIORITY, level }) => PRIORITIES[level] !== PRIORITY).length;
  if (wrong > 0 || gravities < 2) throw new ScenarioFailed(`The journal has ${ours.length} lines of the daemon of ${gravities} gravities, ${wrong} of them with another priority than their own.`, `${guest.dir}/out/journal.json`);
  return [{ name: `journal: ${ours.length} lines of the daemon, with another priority than their own`, value: wrong, unit: 'lines', goal: 1 }];
}

async function endWatch(guest: Guest): Promise<BenchRow> {
  await guest.must('systemctl stop door-watch; cp /run/watch.txt /out/watch.txt');
  const { longestGapMs = NaN } = watched(readFileSync(join(guest.dir, 'out/watch.txt'), 'utf8'));
  return { name: 'longest time between two looks at the line', value: longestGapMs, unit: 'ms' };
}
