import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sleep, systemClock } from '../../../daemon/base/clock.ts';
import { guardProcess } from '../../../drivers/door-io/guard-channel.ts';
import { SimulatedDoorIo } from '../../../drivers/door-io/simulated.ts';

const daemonLike = fileURLToPath(new URL(`./daemon-like${extname(import.meta.url)}`, import.meta.url));

/** Far longer than anything here takes, and far shorter than the leases that must not be what ends it. */
const PATIENCE_MS = 15_000;
const LONG_LEASE_MS = 200_000;

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const startedMs = systemClock.monotonicMs(); !isSo(); await sleep(systemClock, 10)) {
    if (systemClock.monotonicMs() - startedMs > PATIENCE_MS) assert.unreachable(`${what} within ${PATIENCE_MS} ms`);
  }
}

const relayIn = (dir: string): string => readFileSync(join(dir, 'relay'), 'utf8').trim();

/** Fields of /proc/PID/stat after the command's name: state, parent, process group, session. */
function statOf(pid: number): { state: string; parent: number; group: number; session: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent, group, session] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent), group: Number(group), session: Number(session) };
  } catch {
    return undefined;
  }
}

const lives = (pid: number): boolean => ![undefined, 'Z', 'X'].includes(statOf(pid)?.state);

/** The relay guard that `parent` has started; waits for it to have become one. */
async function guardOf(parent: number): Promise<number> {
  let found: number | undefined;
  await until('a relay guard runs', () => {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
    found = pids.find((pid) => statOf(pid)?.parent === parent && lives(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postern-guard'));
    return found !== undefined;
  });
  return found as number;
}

interface Released {
  dir: string;
  daemon: ChildProcess;
  pid: number;
  guard: number;
}

/** Runs a daemon-like process until it has released its door. */
async function withReleased(leaseMs: number, then: string, run: (r: Released) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-guard-'));
  const daemon = spawn(process.execPath, [daemonLike, dir, String(leaseMs), then], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const pid = daemon.pid as number;
  try {
    await once(daemon.stdout, 'data');
    const guard = then === 'exit' ? 0 : await guardOf(pid);
    await run({ dir, daemon, pid, guard });
  } finally {
    daemon.kill('SIGKILL');
    if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit');
    rmSync(dir, { recursive: true });
  }
}

/** A simulated door in this process, with what it told. */
async function withDoor(run: (io: SimulatedDoorIo, told: string[], dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-guard-'));
  const io = new SimulatedDoorIo({ dir, clock: systemClock, guard: 'process' });
  const told: string[] = [];
  await io.start({ contact() {}, rex() {}, fire() {}, relayFault: (detail) => told.push(detail ?? 'well') });
  try {
    await run(io, told, dir);
  } finally {
    await io.stop();
    rmSync(dir, { recursive: true });
  }
}

test('[S1] a daemon killed with SIGKILL while the door is released: the relay rests and the guard ends', () =>
  withReleased(LONG_LEASE_MS, 'wait', async ({ dir, daemon, guard }) => {
    assert.is(relayIn(dir), '1');
    daemon.kill('SIGKILL');
    await until('the relay rests', () => relayIn(dir) === '0');
    await until('the guard ends', () => !lives(guard));
  }));

test('[S1] a daemon that ends without a word: the relay rests', () =>
  withReleased(LONG_LEASE_MS, 'exit', async ({ dir }) => {
    await until('the relay rests', () => relayIn(dir) === '0');
  }));

test('[S1] a daemon stopped with SIGSTOP: the lease ends all the same', () =>
  withReleased(1_000, 'wait', async ({ dir, daemon, pid }) => {
    daemon.kill('SIGSTOP');
    await until('the relay rests', () => relayIn(dir) === '0');
    assert.is(statOf(pid)?.state, 'T', 'the daemon was stopped all the while');
  }));

test('[S1] a daemon stopped in passage: no renewal, no relay', () =>
  withReleased(1_500, 'renew', async ({ dir, daemon }) => {
    await sleep(systemClock, 2_500);
    assert.is(relayIn(dir), '1', 'renewed leases hold it');
    daemon.kill('SIGSTOP');
    await until('the relay rests', () => relayIn(dir) === '0');
  }));

test('[S1] a daemon whose loop stalls: the lease ends all the same', () =>
  withReleased(1_000, 'stall', async ({ dir, pid }) => {
    await until('the relay rests', () => relayIn(dir) === '0');
    assert.ok(lives(pid));
  }));

test('[S1] the guard is in a session of its own and takes no SIGINT, SIGTERM or SIGHUP while the daemon lives', () =>
  withReleased(LONG_LEASE_MS, 'wait', async ({ dir, daemon, pid, guard }) => {
    assert.is(statOf(guard)?.session, guard);
    assert.is.not(statOf(guard)?.group, statOf(pid)?.group);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(guard, signal);
    await sleep(systemClock, 300);
    assert.ok(lives(guard));
    assert.is(relayIn(dir), '1');
    daemon.kill('SIGKILL');
    await until('the relay rests', () => relayIn(dir) === '0');
  }));

test('[S1] guard and daemon killed at once: the level stays, which only the next start or another supervisor can mend', () =>
  withReleased(LONG_LEASE_MS, 'wait', async ({ dir, daemon, pid, guard }) => {
    // Stopped first, for otherwise the guard could still see its pipe close.
    process.kill(guard, 'SIGSTOP');
    daemon.kill('SIGKILL');
    process.kill(guard, 'SIGKILL');
    await until('both are gone', () => !lives(pid) && !lives(guard));
    assert.is(relayIn(dir), '1', 'the stated limit of a guard in user space');
    const next = new SimulatedDoorIo({ dir, clock: systemClock, guard: 'process' });
    await next.start({ contact() {}, rex() {}, fire() {}, relayFault() {} });
    assert.is(relayIn(dir), '0');
    await next.stop();
  }));

test('[S1] the guard killed alone: the driver rests the relay, tells, and starts another', () =>
  withDoor(async (io, told, dir) => {
    await io.energise(LONG_LEASE_MS);
    const first = await guardOf(process.pid);
    process.kill(first, 'SIGKILL');
    await until('the relay rests', () => relayIn(dir) === '0');
    await until('it is told to be well again', () => told.at(-1) === 'well');
    assert.match(told[0] ?? '', /ended by SIGKILL/);
    assert.is.not(await guardOf(process.pid), first);
    await io.energise(LONG_LEASE_MS);
    assert.is(relayIn(dir), '1');
  }));

test('[S1] the guard stopped while it holds the relay: the driver ends the lease in its place', () =>
  withDoor(async (io, told, dir) => {
    const guard = await guardOf(process.pid);
    await io.energise(1_000);
    process.kill(guard, 'SIGSTOP');
    await until('the relay rests', () => relayIn(dir) === '0');
    await until('another guard is well', () => told.at(-1) === 'well');
    assert.not.ok(lives(guard));
  }));

test('[S1] the guard stopped, and then the driver: the guard is killed, and the relay rests', () =>
  withDoor(async (io, _told, dir) => {
    const guard = await guardOf(process.pid);
    await io.energise(LONG_LEASE_MS);
    process.kill(guard, 'SIGSTOP');
    await io.stop();
    assert.is(relayIn(dir), '0');
    assert.not.ok(lives(guard));
  }));

test('[S1] the guard stopped before a release: the release is refused, the relay rests, another guard comes', () =>
  withDoor(async (io, told, dir) => {
    process.kill(await guardOf(process.pid), 'SIGSTOP');
    const thrown = await io.energise(LONG_LEASE_MS).then(() => undefined, (error: unknown) => error as Error);
    assert.match(thrown?.message ?? '', /no answer/);
    assert.is(relayIn(dir), '0');
    await until('another guard is well', () => told.at(-1) === 'well');
    await io.energise(LONG_LEASE_MS);
    assert.is(relayIn(dir), '1');
  }));

/** Speaks to a guard's process without the driver between. */
async function withGuard(run: (guard: ReturnType<ReturnType<typeof guardProcess>>, heard: string[], dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-guard-'));
  const heard: string[] = [];
  const guard = guardProcess({ kind: 'file', path: join(dir, 'relay') }, systemClock)({ answer: (text) => heard.push(text), gone: (why) => heard.push(`gone: ${why}`) });
  try {
    await until('the guard is ready', () => heard.length > 0);
    assert.equal(heard.splice(0), ['0 rest']);
    await run(guard, heard, dir);
  } finally {
    await guard.close();
    rmSync(dir, { recursive: true });
  }
}

test('[S1] an order that waited over a second for a stopped guard is dropped when it goes on', () =>
  withGuard(async (guard, heard, dir) => {
    const pid = await guardOf(process.pid);
    process.kill(pid, 'SIGSTOP');
    guard.send(`energise 1 ${LONG_LEASE_MS} ${guard.nowMs()}`);
    await sleep(systemClock, 1_300);
    process.kill(pid, 'SIGCONT');
    await until('the guard answers', () => heard.length > 0);
    assert.equal(heard, ['1 late']);
    assert.is(relayIn(dir), '0');
  }));

test('[S1] orders of garbage energise nothing, and a guard that is sent no newline ends', () =>
  withGuard(async (guard, heard, dir) => {
    guard.send(Buffer.from(Array.from({ length: 150 }, (_, i) => (i * 37) % 256)).toString('latin1').replaceAll('\n', ' '));
    guard.send('rest 9');
    await until('the guard answers', () => heard.includes('9 rest'));
    guard.send(`energise 10 ${LONG_LEASE_MS} ${guard.nowMs()}`);
    await until('the guard answers', () => heard.includes('10 energised'));
    guard.send('x'.repeat(100_000));
    await until('the guard ends', () => heard.at(-1)?.startsWith('gone') === true);
    assert.is(relayIn(dir), '0');
  }));

test('[S1] what a guard said before it died is heard before its end, however late it arrives', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'postern-guard-'));
  const program = join(dir, 'guard');
  // A child that it leaves behind speaks when it has ended, as words still in the pipe do.
  writeFileSync(program, '#!/bin/sh\n(while kill -0 $$ 2> /dev/null; do sleep 0.05; done; sleep 0.2; echo "0 rest") &\n', { mode: 0o755 });
  const heard: string[] = [];
  guardProcess({ kind: 'file', path: join(dir, 'relay') }, systemClock, program)({ answer: (text) => heard.push(text), gone: (why) => heard.push(`gone: ${why}`) });
  await until('both are heard', () => heard.length === 2);
  assert.equal(heard, ['0 rest', 'gone: exit code 0']);
  rmSync(dir, { recursive: true });
});

test('a guard whose relay line cannot be opened says why and ends', async () => {
  const heard: string[] = [];
  guardProcess({ kind: 'file', path: '/dev/null/relay' }, systemClock)({ answer: (text) => heard.push(text), gone: (why) => heard.push(`gone: ${why}`) });
  await until('the guard ends', () => heard.at(-1)?.startsWith('gone') === true);
  assert.match(heard[0] ?? '', /^0 failed .*\/dev\/null/);
});

test.run();
