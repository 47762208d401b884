import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Logger } from '../../../daemon/base/logger.ts';
import { silentLogger } from '../../../daemon/base/logger.ts';
import { ServiceManager } from '../../../daemon/report/service-manager.ts';
import { childProcesses } from '../../support/child-processes.ts';
import { NotifySocket } from '../../support/notify-socket.ts';

/** With the real systemd-notify and a socket where systemd's would be. */
async function heardOf(act: (manager: ServiceManager, socket: NotifySocket) => Promise<void> | void): Promise<string[]> {
  const socket = await NotifySocket.open();
  const before = process.env.NOTIFY_SOCKET;
  process.env.NOTIFY_SOCKET = socket.path;
  try {
    const manager = new ServiceManager({ env: { NOTIFY_SOCKET: socket.path }, log: silentLogger });
    await act(manager, socket);
    await manager.close();
    return socket.heard;
  } finally {
    if (before === undefined) delete process.env.NOTIFY_SOCKET;
    else process.env.NOTIFY_SOCKET = before;
    await socket.close();
  }
}

test('systemd hears that the daemon is ready, how it is, that it lives, and that it stops, in this order', async () => {
  const heard = await heardOf((manager) => {
    manager.status('Watching Front door.');
    manager.ready();
    manager.beat();
    manager.stopping();
  });
  assert.equal(heard, ['STATUS=Watching Front door.', 'READY=1', 'WATCHDOG=1', 'STOPPING=1']);
});

test('a reason with line breaks and shell signs arrives as one harmless line', async () => {
  const heard = await heardOf((manager) => manager.status('Bad:\nWATCHDOG=1 $(touch x) `y` "z" \\ ; exit'));
  assert.equal(heard, ['STATUS=Bad: WATCHDOG=1 $(touch x) `y` "z" \\ ; exit']);
});

test('the same status is told once, and a long one is cut', async () => {
  const heard = await heardOf((manager) => {
    manager.status('x'.repeat(5_000));
    manager.status('x'.repeat(5_000));
  });
  assert.equal(heard, [`STATUS=${'x'.repeat(200)}`]);
});

test('[S10] when the messenger is killed another one carries the next beat', async () => {
  await heardOf(async (manager, socket) => {
    manager.ready();
    await socket.hears((message) => message === 'READY=1');
    const messenger = childProcesses().find((child) => child.includes('read -r message')) ?? '';
    process.kill(parseInt(messenger, 10), 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 100));
    manager.beat();
    await socket.hears((message) => message === 'WATCHDOG=1');
  });
});

test('without systemd nothing is started and nothing is wrong', async () => {
  const manager = new ServiceManager({ env: { WATCHDOG_USEC: '30000000' }, log: silentLogger, program: '/nonexistent' });
  manager.ready();
  manager.beat();
  assert.is(manager.beatEveryMs, undefined);
  await manager.close();
});

test('half of the watchdog\'s time is how often it beats, unless the watchdog is another process\'s', () => {
  const beatEveryMs = (env: Record<string, string>): number | undefined => new ServiceManager({ env: { NOTIFY_SOCKET: '/run/x', ...env }, log: silentLogger }).beatEveryMs;
  assert.is(beatEveryMs({ WATCHDOG_USEC: '30000000' }), 15_000);
  assert.is(beatEveryMs({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: String(process.pid) }), 15_000);
  assert.is(beatEveryMs({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' }), undefined);
  for (const bad of ['', '0', '-1', 'soon']) assert.is(beatEveryMs({ WATCHDOG_USEC: bad }), undefined, bad);
});

test('a program that is not there is told of, and the daemon goes on', async () => {
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (message) => void warnings.push(message) };
  const manager = new ServiceManager({ env: { NOTIFY_SOCKET: '/nonexistent/socket' }, log, program: '/nonexistent' });
  manager.ready();
  await manager.close();
  assert.match(warnings.join('\n'), /not found/);
});

test.run();
