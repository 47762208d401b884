import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { childProcesses } from '../../support/child-processes.ts';
import { postern, prepareOwnDemo, type PreparedDemo } from '../../support/demo.ts';
import { eventually } from '../../support/eventually.ts';
import { NotifySocket } from '../../support/notify-socket.ts';

let demo: PreparedDemo;
let systemd: NotifySocket;
test.before(async () => {
  demo = await prepareOwnDemo();
  systemd = await NotifySocket.open();
  Object.assign(process.env, { NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: '400000' });
});
test.after(async () => {
  delete process.env.NOTIFY_SOCKET;
  delete process.env.WATCHDOG_USEC;
  await systemd.close();
  await demo.remove();
});

const heard = (message: string): number => systemd.heard.filter((each) => each === message).length;

test('[S10] systemd hears the daemon get ready, live, and stop; stopped in its tracks it is silent', async () => {
  const daemon = postern('run', '--config', demo.configFile);
  await eventually('it is ready and beats', () => heard('WATCHDOG=1') >= 3 || undefined, 20_000);
  assert.ok(systemd.heard.indexOf('READY=1') < systemd.heard.indexOf('WATCHDOG=1'));
  assert.match(systemd.heard.find((message) => message.startsWith('STATUS=')) ?? '', /^STATUS=Watching /);

  assert.ok(childProcesses(daemon.child.pid).length > 0, 'its guard and its messenger run');
  daemon.child.kill('SIGSTOP');
  const before = heard('WATCHDOG=1');
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  // One may have been on its way.
  assert.ok(heard('WATCHDOG=1') <= before + 1);
  daemon.child.kill('SIGCONT');

  daemon.child.kill('SIGTERM');
  assert.is(await daemon.ended, 0, daemon.output());
  await eventually('it says that it stops', () => heard('STOPPING=1') || undefined);
});

test.run();
