import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Role, Session, Status } from '../../../../../daemon/report/page/api.ts';
import { explanation } from '../../../../../daemon/report/page/client/explanation.ts';
import { permissionsOf } from '../../../../../daemon/report/page/roles.ts';

const status: Status = {
  version: '1', startedAtMs: 0, nowMs: 0, door: { uuid: '', name: '', state: 'locked', contact: 'closed', rex: 'idle', relay: 'rest' },
  clock: 'verified', parts: {}, alarms: [], issuesPasses: true, attempts: [],
};
const as = (role: Role): Session => ({ user: { name: 'a', role }, may: [...permissionsOf[role]], reads: true, canLogIn: true, nowMs: 0 });

test('without a login it is said what one needs it for, and how to have one made', () => {
  assert.match(explanation({ may: [], reads: true, canLogIn: true, nowMs: 0 }, status), /look without a login/);
  assert.match(explanation({ may: [], reads: true, canLogIn: false, loginHint: 'Run: postern user add NAME', nowMs: 0 }, status), /Nobody can log in yet\. Run: postern user add NAME/);
});

test('each role is told whose the buttons are that it does not have', () => {
  assert.is(explanation(as('viewer'), status), 'You are logged in as viewer. Only operators unlock, lock down and start passage; only admins end a lockdown, issue passes and test the lock.');
  assert.is(explanation(as('operator'), status), 'You are logged in as operator. Only admins end a lockdown, issue passes and test the lock.');
  assert.not.match(explanation(as('admin'), status), /Only/);
  assert.not.match(explanation(as('operator'), { ...status, issuesPasses: false }), /issue passes/);
});

test('a button that is off just now is explained to whoever would have it', () => {
  assert.match(explanation(as('operator'), { ...status, lockdown: {} }), /Unlocking is off while the lockdown stands\./);
  assert.match(explanation(as('operator'), { ...status, door: { ...status.door, state: 'fault' } }), /until the lock relay answers again/);
  assert.match(explanation(as('operator'), { ...status, door: { ...status.door, state: 'passage' } }), /unlocked already/);
  assert.not.match(explanation(as('viewer'), { ...status, lockdown: {} }), /Unlocking is off/);
  assert.match(explanation(as('admin'), status), /test pulse is there in installer mode/);
  assert.is(explanation(as('admin'), { ...status, installerMode: { untilMs: 1 } }), '');
});

test.run();
