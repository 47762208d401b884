import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { sleep, type Clock } from '../../daemon/base/clock.ts';

export type Program = ChildProcessByStdio<Writable, Readable, Readable>;

/** What `setpriv` ends with when it cannot find the command. */
export const NOT_FOUND = 127;
/** A process in the kernel's hands, on a driver that hangs, cannot be killed; nobody waits for it longer. */
const REAP_LIMIT_MS = 2_000;

/** Starts a program for a camera; the kernel ends it with the daemon, however that ends (`setpriv --pdeathsig`, util-linux). */
export function startProgram(command: string, args: readonly string[]): Program {
  return spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], { stdio: ['pipe', 'pipe', 'pipe'], env: environment() });
}

/** Ends it by SIGKILL alone, for ffmpeg may ignore SIGTERM. `gone` resolves when it has been reaped. */
export async function endProgram(program: Program, gone: Promise<unknown>, clock: Clock): Promise<void> {
  program.kill('SIGKILL');
  const waited = new AbortController();
  await Promise.race([gone, sleep(clock, REAP_LIMIT_MS, waited.signal)]);
  waited.abort();
  for (const stream of [program.stdin, program.stdout, program.stderr]) stream.destroy();
}

/** [S7] No more of the daemon's environment than a program needs to be found and to speak English. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => name === 'PATH' || name === 'HOME' || name.startsWith('LIBCAMERA_'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
