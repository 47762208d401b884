import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { childProcesses } from '../support/child-processes.ts';
import { postern, runningOf, type RunningPostern } from '../support/demo.ts';
import { freePort } from '../support/free-port.ts';
import { eventually } from '../support/eventually.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'postern-instances-'));
test.after(() => rmSync(folder, { recursive: true }));

const UUIDS = { front: 'AAECAwQFBgcICQoLDA0ODw', back: 'EBESExQVFhcYGRobHB0eHw' } as const;

interface Door {
  name: string;
  configFile: string;
  relay(): string;
}

/** As `/etc/postern/NAME.yaml` is to `postern@NAME`: a config, a state folder, a camera and a page of its own. */
async function door(name: keyof typeof UUIDS, camera = `{driver: replay, session: ${join(root, 'fixtures/sessions/phone-approaching')}}`): Promise<Door> {
  const configFile = join(folder, `${name}.yaml`);
  writeFileSync(configFile, `
stateDir: state-${name}
door: {uuid: ${UUIDS[name]}, name: ${name} door}
camera: ${camera}
doorIo: {driver: simulated}
access: {rootKeysFile: ${join(root, 'fixtures/site/root-keys.txt')}}
http: {port: ${await freePort()}}
log: {format: human}
`);
  mkdirSync(join(folder, `state-${name}`), { recursive: true });
  return { name, configFile, relay: () => readFileSync(join(folder, `state-${name}/door/relay`), 'utf8').trim() };
}

interface Status {
  door: { name: string; state: string };
  parts: Record<string, { state: string; reason: string }>;
}

async function statusOf(daemon: RunningPostern): Promise<Status> {
  const url = await eventually('it says where to look', () => /http:\S+status\.json/.exec(daemon.output())?.[0], 60_000);
  return await (await fetch(url)).json() as Status;
}

test('two doors on one board run side by side, and what becomes of one is nothing to the other', async () => {
  const [front, back] = [await door('front'), await door('back')];
  const start = (each: Door): RunningPostern => postern('run', '--config', each.configFile);
  const daemons = { front: start(front), back: start(back) };
  assert.equal([(await statusOf(daemons.front)).door.name, (await statusOf(daemons.back)).door.name], ['front door', 'back door']);
  assert.equal([front.relay(), back.relay()], ['0', '0']);

  daemons.front.child.kill('SIGKILL');
  await daemons.front.ended;
  assert.is((await statusOf(daemons.back)).door.state, 'locked');
  assert.ok(childProcesses(daemons.back.child.pid).some((child) => child.includes('postern-guard')), 'its guard lives');
  daemons.front = start(front);
  assert.is((await statusOf(daemons.front)).door.state, 'locked');

  for (const daemon of Object.values(daemons)) daemon.child.kill('SIGTERM');
  assert.equal(await Promise.all(Object.values(daemons).map(({ ended }) => ended)), [0, 0], daemons.front.output() + daemons.back.output());
});

test('a second daemon in the same state folder is refused with what to do, and the first goes on', async () => {
  const front = await door('front');
  const first = postern('run', '--config', front.configFile);
  await statusOf(first);
  const second = postern('run', '--config', front.configFile);
  assert.is(await second.ended, 2);
  assert.match(second.output(), /state-front.*Stop it first/s);
  assert.is((await statusOf(first)).door.state, 'locked');
  assert.ok(childProcesses(first.child.pid).some((child) => child.includes('postern-guard')));
  first.child.kill('SIGTERM');
  assert.is(await first.ended, 0, first.output());
});

const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];
/** A device that only root may open, as a camera is to a user without the group video. */
const FORBIDDEN = '/dev/cpu_dma_latency';

function mayBeNobody(): boolean {
  const look = `require("fs").accessSync(${JSON.stringify(join(root, 'scripts/postern.mjs'))}); try { require("fs").accessSync("${FORBIDDEN}", 6); } catch (e) { process.exit(e.code === "EACCES" ? 0 : 1); } process.exit(1)`;
  return process.getuid?.() === 0 && spawnSync('setpriv', [...NOBODY, process.execPath, '-e', look]).status === 0;
}

test('started without its groups: the camera is named on the status with the mend, in one log line, and the daemon waits instead of spinning', async () => {
  if (!mayBeNobody()) return void process.stdout.write('skipped: this user cannot start a process as nobody, or there is no device that nobody may not open\n');
  const back = await door('back', `{driver: v4l2, device: ${FORBIDDEN}}`);
  chownSync(folder, 65_534, 65_534);
  rmSync(join(folder, 'state-back'), { recursive: true });
  const child = spawn('setpriv', [...NOBODY, process.execPath, join(root, 'scripts/postern.mjs'), 'run', '--config', back.configFile], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const daemon = runningOf(child);
  const says = `${FORBIDDEN} may not be opened: the user of the daemon must be in the group video`;
  const status = await eventually('the camera is down', async () => {
    const now = await statusOf(daemon);
    return now.parts['camera']?.state === 'down' ? now : undefined;
  }, 60_000);
  assert.is(status.parts['camera']?.reason, `The camera gives no pictures: ${says}.`);
  assert.is(status.door.state, 'locked');
  const ticksBefore = cpuTicksOf(child.pid);
  // Some tries go by.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  assert.ok(cpuTicksOf(child.pid) - ticksBefore < 250, 'half a processor would be a loop that spins');
  assert.is(daemon.output().split('\n').filter((line) => line.includes(says)).length, 1, daemon.output());
  child.kill('SIGTERM');
  assert.is(await daemon.ended, 0, daemon.output());
});

/** User and system time, a hundredth of a second each (proc(5)). */
function cpuTicksOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

test.run();
