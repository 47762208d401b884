import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { networkOf } from '../../../../daemon/base/http/asker-address.ts';
import { Allowances } from '../../../../daemon/base/http/allowances.ts';
import { VirtualClock } from '../../../../daemon/base/clock.ts';

const taken = (allowances: Allowances, times: number, ...args: [string, number, number?]): number =>
  Array.from({ length: times }, () => allowances.take(...args)).filter(Boolean).length;

test('a minute\'s worth may be taken at once, and comes back evenly', () => {
  const clock = new VirtualClock();
  const allowances = new Allowances({ clock, mostNames: 10 });
  assert.is(taken(allowances, 100, 'a', 60), 60);
  assert.is(allowances.waitS('a', 60), 1);
  clock.advance(500);
  assert.is(taken(allowances, 10, 'a', 60), 0);
  clock.advance(500);
  assert.is(taken(allowances, 10, 'a', 60), 1);
  clock.advance(600_000);
  assert.is(taken(allowances, 100, 'a', 60), 60, 'no more than a minute\'s worth is saved up');
  assert.is(taken(allowances, 100, 'b', 60), 60, 'each has its own');
});

test('a wait is told in whole seconds that suffice', () => {
  const clock = new VirtualClock();
  const allowances = new Allowances({ clock, mostNames: 10 });
  taken(allowances, 7, 'a', 7);
  const waitS = allowances.waitS('a', 7);
  assert.is(waitS, 9);
  clock.advance(waitS * 1000);
  assert.is(allowances.waitS('a', 7), 0);
  assert.ok(allowances.take('a', 7));
});

test('[S9] of more names than are remembered, the one that was quiet for longest is forgotten', () => {
  const allowances = new Allowances({ clock: new VirtualClock(), mostNames: 2 });
  taken(allowances, 1, 'a', 1);
  taken(allowances, 1, 'b', 1);
  assert.not.ok(allowances.take('a', 1), 'used last now');
  taken(allowances, 1, 'c', 1);
  assert.not.ok(allowances.take('a', 1), 'still known');
  assert.ok(allowances.take('b', 1), 'forgotten');
});

const networks: [address: string | undefined, network: string][] = [
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  [undefined, ''],
];
for (const [address, network] of networks) {
  test(`${address} is counted as ${network === '' ? 'nowhere' : network}`, () => assert.is(networkOf(address), network));
}

test.run();
