import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../daemon/base/clock.ts';
import { Fleet } from '../../../scripts/fleet/fleet.ts';
import { histogram, peakShare } from '../../../scripts/fleet/histogram.ts';
import { AedesBroker } from '../../support/aedes-broker.ts';
import { NatsCluster } from '../../support/nats-cluster.ts';

test('one of three servers is killed while doors scan: no event is lost, and none is there twice', async () => {
  const cluster = await NatsCluster.open();
  try {
    const [first, second, third = ''] = cluster.urls;
    const fleet = await Fleet.open({ doors: 12, brokers: [first ?? '', second ?? '', third], earAt: third, version: '3.1.1', prefix: 'fleet/killed', scansPerS: 20 });
    try {
      assert.ok(await fleet.connected(12, 60_000), `${fleet.up} doors are connected`);
      const harm = async (): Promise<number> => {
        const before = fleet.scans;
        await cluster.kill(0);
        assert.ok(before > 0, 'doors scan');
        return systemClock.monotonicMs();
      };
      const { lost, all } = await fleet.reconnects(harm, 60_000);
      assert.ok(lost >= 4, `a third of the doors lost their connection: ${lost}`);
      assert.ok(all, 'all are back');
      const account = await fleet.account(60_000);
      assert.ok(account.scans > 20);
      assert.equal({ lost: account.lost, unknown: account.unknown, outOfOrder: account.outOfOrder }, { lost: 0, unknown: 0, outOfOrder: 0 });
    } finally {
      await fleet.close();
    }
  } finally {
    await cluster.close();
  }
});

test('what is scanned while there is no broker at all arrives when there is one', async () => {
  const broker = await AedesBroker.open();
  try {
    const fleet = await Fleet.open({ doors: 10, brokers: [broker.url], earAt: broker.url, version: '3.1.1', prefix: 'fleet/away', scansPerS: 50 });
    try {
      assert.ok(await fleet.connected(10, 60_000));
      const { all } = await fleet.reconnects(async () => {
        await broker.goAway();
        await new Promise((resolve) => setTimeout(resolve, 500));
        await broker.listen();
        return systemClock.monotonicMs();
      }, 60_000);
      assert.ok(all);
      const { lost, unknown } = await fleet.account(60_000);
      assert.equal([lost, unknown], [0, 0]);
    } finally {
      await fleet.close();
    }
  } finally {
    await broker.close();
  }
});

test('a histogram has a bar a class, empty ones too', () => {
  assert.is(histogram([], 1, 's'), '  none\n');
  const lines = histogram([0.2, 0.9, 2.5], 1, 's').trimEnd().split('\n').map((line) => line.replace(/ +/g, ' ').trim());
  assert.equal(lines, [`0–1 s ${'█'.repeat(50)} 2`, '1–2 s 0', `2–3 s ${'█'.repeat(25)} 1`]);
  assert.is(peakShare([0.2, 0.9, 2.5], 1), 2 / 3);
});

test('what it cannot do it says, with the help for it', async () => {
  const program = fileURLToPath(new URL('../../../scripts/fleet/run-fleet.js', import.meta.url));
  const run = (...args: string[]): Promise<string> => promisify(execFile)(process.execPath, [program, ...args]).then(({ stdout }) => stdout, (thrown: { stderr: string; code: number }) => `${thrown.code} ${thrown.stderr}`);
  assert.match(await run('--help'), /^Usage: npm run fleet/);
  assert.is(await run('--doors', '0'), '2 fleet: --doors takes a whole number from 1 to 5000.\n');
  assert.match(await run('--at', 'http://x'), /^2 fleet: --at takes mosquitto, nats or URLs/);
});

test.run();
