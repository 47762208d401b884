import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import { systemRandom } from '../../../../daemon/base/ids.ts';
import { nobodysHash } from '../../../../daemon/report/page/password-hash.ts';
import { Sessions } from '../../../../daemon/report/page/sessions.ts';
import type { User } from '../../../../daemon/report/page/users-file.ts';

const MINUTE = 60_000;
const user = (name: string, stamp = 'stamp-0123456789ab'): User => ({ name, role: 'viewer', password: nobodysHash, stamp });

function opened(): { clock: VirtualClock; users: Map<string, User>; sessions: Sessions } {
  const clock = new VirtualClock();
  const users = new Map([['ada', user('ada')], ['bob', user('bob')]]);
  return { clock, users, sessions: new Sessions({ users, clock, random: systemRandom, idleMs: 30 * MINUTE, maxMs: 120 * MINUTE }) };
}

test('a session that is not used is over, one that is used goes on, but not for ever', () => {
  const { clock, sessions } = opened();
  const idle = sessions.begin(user('ada')).id;
  const used = sessions.begin(user('bob')).id;
  for (let i = 1; i < 6; i++) {
    clock.advance(20 * MINUTE);
    assert.ok(sessions.find(used), `${i * 20} minutes`);
  }
  assert.is(sessions.find(idle), undefined);
  clock.advance(20 * MINUTE);
  assert.is(sessions.find(used), undefined, 'two hours');
});

test('another password or role, or the user removed, ends what was open', () => {
  const { users, sessions } = opened();
  const { id } = sessions.begin(user('ada'));
  const { id: other } = sessions.begin(user('bob'));
  users.set('ada', user('ada', 'another-stamp-0123'));
  users.delete('bob');
  assert.is(sessions.find(id), undefined);
  assert.is(sessions.find(other), undefined);
  users.set('ada', user('ada'));
  assert.is(sessions.find(id), undefined, 'and it does not come back');
});

test('ids are 256 bits, never the same, and no other finds a session', () => {
  const { sessions } = opened();
  const { id } = sessions.begin(user('ada'));
  assert.match(id, /^[\w-]{43}$/);
  assert.is.not(sessions.begin(user('ada')).id, id);
  for (const wrong of [undefined, '', id.slice(1), `${id}=`, id.toLowerCase() === id ? id.toUpperCase() : id.toLowerCase(), 'A'.repeat(43)]) assert.is(sessions.find(wrong), undefined);
});

test('[S9] one user has eight at most, all together 64; the one used longest ago gives way and is over for a stream, too', () => {
  const { sessions } = opened();
  const first = sessions.begin(user('ada'));
  const kept = sessions.begin(user('ada'));
  for (let i = 0; i < 7; i++) {
    sessions.find(kept.id);
    sessions.begin(user('ada'));
  }
  assert.is(sessions.find(first.id), undefined);
  assert.not.ok(sessions.isValid(first.session));
  assert.ok(sessions.find(kept.id));
  for (let i = 0; i < 100; i++) sessions.begin(user(`user${i}`));
  assert.is(sessions.size, 64);
});

test('a session that was ended is over, for whoever has it in hand as well', () => {
  const { sessions } = opened();
  const { id, session } = sessions.begin(user('ada'));
  sessions.end(id);
  assert.is(sessions.find(id), undefined);
  assert.not.ok(sessions.isValid(session));
});

test.run();
