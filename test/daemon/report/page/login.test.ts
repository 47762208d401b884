import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import { ApiError } from '../../../../daemon/base/http/api-error.ts';
import { systemRandom } from '../../../../daemon/base/ids.ts';
import { LoginDesk } from '../../../../daemon/report/page/login.ts';
import { hashOf, isPassword } from '../../../../daemon/report/page/password-hash.ts';
import type { User } from '../../../../daemon/report/page/users-file.ts';

const PASSWORD = 'correct horse battery';
const users = new Map<string, User>();
test.before(async () => {
  users.set('admin', { name: 'admin', role: 'admin', password: await hashOf(PASSWORD, systemRandom), stamp: 'stamp-0123456789ab' });
});

function opened(): { clock: VirtualClock; failed: string[]; tried: (user: string, password: string, address: string) => Promise<string> } {
  const clock = new VirtualClock();
  const failed: string[] = [];
  const desk = new LoginDesk({ users: { get: (name) => users.get(name), count: 1 }, clock, onFailed: (network) => failed.push(network) });
  const tried = (user: string, password: string, address: string): Promise<string> => desk.check({ user, password }, address).then(({ name }) => name, (thrown: unknown) => {
    assert.instance(thrown, ApiError);
    return `${(thrown as ApiError).status} ${(thrown as ApiError).code}`;
  });
  return { clock, failed, tried };
}

test('the right password logs in, typed in either form of its letters; a wrong one and an unknown user get the same answer', async () => {
  const { tried, failed } = opened();
  assert.is(await tried('admin', PASSWORD, '192.0.2.1'), 'admin');
  assert.is(await tried('admin', 'wrong', '192.0.2.1'), '401 login-wrong');
  assert.is(await tried('nobody', PASSWORD, '192.0.2.1'), '401 login-wrong');
  assert.is(await tried('__proto__', PASSWORD, '192.0.2.1'), '401 login-wrong');
  assert.equal(failed, ['192.0.2.1', '192.0.2.1', '192.0.2.1']);
  assert.ok(await isPassword('caf\u0065\u0301 caf\u00e9', await hashOf('caf\u00e9 cafe\u0301', systemRandom)));
});

test('a network that guesses is slowed down, and may try again later', async () => {
  const { tried, clock } = opened();
  for (let i = 0; i < 10; i++) assert.is(await tried(`name${i}`, 'guess', '192.0.2.1'), '401 login-wrong');
  assert.is(await tried('admin', PASSWORD, '192.0.2.1'), '429 rate-limited', 'the right one is not looked at either');
  assert.is(await tried('admin', PASSWORD, '192.0.2.2'), 'admin', 'from elsewhere it is');
  clock.advance(10_000);
  assert.is(await tried('admin', PASSWORD, '192.0.2.1'), 'admin');
});

test('an account that many guess at is slowed down for all but those who have logged in to it before', async () => {
  const { tried } = opened();
  assert.is(await tried('admin', PASSWORD, '192.0.2.99'), 'admin');
  for (let i = 0; i < 20; i++) assert.is(await tried('admin', 'guess', `198.51.100.${i}`), '401 login-wrong');
  assert.is(await tried('admin', PASSWORD, '198.51.100.200'), '429 rate-limited');
  assert.is(await tried('admin', PASSWORD, '192.0.2.99'), 'admin', 'the owner is not locked out');
});

test('a right login uses up nothing', async () => {
  const { tried } = opened();
  for (let i = 0; i < 25; i++) assert.is(await tried('admin', PASSWORD, '192.0.2.1'), 'admin');
});

test('many at once are told that it is busy, before anything is computed for them', async () => {
  const { tried } = opened();
  const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => tried('admin', 'guess', `203.0.113.${i}`)));
  assert.is(outcomes.filter((outcome) => outcome === '503 busy').length, 4);
});

test.run();
