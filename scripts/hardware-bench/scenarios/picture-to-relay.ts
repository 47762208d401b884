import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchRow } from '../../bench-rows.ts';
import { distribution } from '../distribution.ts';
import { watched } from '../edges.ts';
import { freePort } from '../free-port.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { ScenarioFailed } from '../scenario.ts';
import { prepareSite } from '../site.ts';
import type { TimedEntry } from '../timed-daemon.ts';

const SCRIPTS = '/opt/postern/scripts/hardware-bench/guest';
/** Six seconds each in the guest, a minute outside. */
const LIMIT_MS = 1_800_000;

/** A picture with a token comes before a camera of the kernel's own, and the line is seen to rise from the other side. */
export const pictureToRelay: Scenario = {
  name: 'entry',
  about: 'from a picture with a token in the camera device to the relay line up, by stage',
  async run(bench) {
    return [...await inTheGuest(bench), ...await onThisMachine(bench)];
  },
};

async function inTheGuest(bench: Bench): Promise<BenchRow[]> {
  const guest = await bench.ownGuest('entry/guest', []);
  const out = join(guest.dir, 'out');
  await prepareSite({ dir: join(out, 'door'), stateDir: '/var/lib/postern/front', camera: 'device' });
  await guest.must(`bash ${SCRIPTS}/install-door.sh`);
  await guest.must(`bash ${SCRIPTS}/time-entries.sh ${bench.repeats}`, LIMIT_MS);
  const shownNs = [...readFileSync(join(out, 'feed.txt'), 'utf8').matchAll(/^shown (\d+)$/gm)].map(([, at]) => Number(at));
  const riseNs = watched(readFileSync(join(out, 'watch.txt'), 'utf8')).edges.filter(({ level }) => level === 1).map(({ atNs }) => atNs);
  const entries = entriesIn(readFileSync(join(out, 'entries.txt'), 'utf8'));
  const whole = riseNs.map((atNs) => sinceShown(shownNs, atNs));
  // From the first that was let in, everyone was.
  const shown = shownNs.filter((atNs) => atNs >= (riseNs[0] ?? 0) && atNs < (riseNs.at(-1) ?? 0)).length + 1;
  if (entries.length !== bench.repeats || riseNs.length !== shown || riseNs.length !== entries.length) throw new ScenarioFailed(`Of ${shown} pictures with a token ${entries.length} were granted and ${riseNs.length} seen on the line.`, out);
  return [
    ...distribution('picture in the camera device to relay line up, in the guest', whole, 'ms'),
    ...distribution('  of it: camera device, ffmpeg, driver', entries.map(({ arrivedNs }) => sinceShown(shownNs, arrivedNs)), 'ms'),
    ...stages(entries),
  ];
}

/** Milliseconds since the token was last shown. */
function sinceShown(shownNs: readonly number[], atNs: number): number {
  return (atNs - (shownNs.findLast((at) => at <= atNs) ?? NaN)) / 1e6;
}

/** The same daemon with a recording of a visitor and no wires. */
async function onThisMachine({ dir, root, repeats }: Bench): Promise<BenchRow[]> {
  const site = join(dir, 'here');
  await prepareSite({ dir: site, stateDir: join(site, 'state'), camera: 'visitor', door: 'simulated', backendPort: await freePort() });
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, '.build/scripts/hardware-bench/timed-daemon.js'), join(site, 'front.yaml'), String(repeats)], { timeout: LIMIT_MS });
  const entries = entriesIn(stdout);
  const wholeMs = entries.map(({ waitMs, decodeMs, decideMs, commitMs, relayMs }) => waitMs + decodeMs + decideMs + commitMs + relayMs);
  return [...distribution('picture from a recording to relay, on this machine', wholeMs, 'ms'), ...stages(entries)];
}

function entriesIn(text: string): TimedEntry[] {
  return text.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as TimedEntry);
}

function stages(entries: readonly TimedEntry[]): BenchRow[] {
  const names = { waitMs: 'waits for the frame before', decodeMs: 'decode', decideMs: 'decide, with an answer from the backend', commitMs: 'commit', relayMs: 'relay' } as const;
  return Object.entries(names).flatMap(([key, says]) => distribution(`  of it: ${says}`, entries.map((entry) => entry[key as keyof typeof names]), 'ms'));
}
