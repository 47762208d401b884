import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PosternError } from '../../daemon/base/errors.ts';

const CONNECT_LIMIT_MS = 10_000;

/** A connection to a socket of QEMU's, which makes it a moment after its start. Rejects PosternError('bench-guest'), QEMU ended. */
export async function connected(path: string, qemu: ChildProcess, complaint: () => string): Promise<Socket> {
  const untilMs = performance.now() + CONNECT_LIMIT_MS;
  while (performance.now() < untilMs && qemu.exitCode === null) {
    const socket = connect(path);
    const opened = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(() => false);
    if (opened) return socket;
    socket.destroy();
    await sleep(50);
  }
  qemu.kill('SIGKILL');
  throw new PosternError('bench-guest', `QEMU did not start: ${complaint().trim() || 'it said nothing'}`);
}
