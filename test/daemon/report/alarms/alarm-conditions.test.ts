import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AlarmName } from '../../../../daemon/base/alarm.ts';
import type { PartState, PartStatus } from '../../../../daemon/base/status.ts';
import { conditionsOf, type AlarmFacts } from '../../../../daemon/report/alarms/alarm-conditions.ts';
import { alarmNames } from '../../../../daemon/base/alarm.ts';

const calm: AlarmFacts = {
  door: { state: 'locked', leaf: 'closed', contact: 'closed', rexStuck: false, lockdownBy: undefined },
  parts: {}, clock: 'verified', listStale: undefined, logBreak: undefined, disk: undefined, denials: undefined, leftOpen: undefined,
};

const doorIs = (door: Partial<AlarmFacts['door']>): Partial<AlarmFacts> => ({ door: { ...calm.door, ...door } });
const partIs = (part: string, state: PartState): Partial<AlarmFacts> => ({ parts: { [part]: { state, reason: `${part} says why.`, sinceMs: 7 } satisfies PartStatus } });

const table: [situation: string, facts: Partial<AlarmFacts>, alarms: AlarmName[], text?: string][] = [
  ['all is well', {}, []],
  ['every part says that it is well', { parts: { camera: { state: 'ok', reason: 'x', sinceMs: 0 }, backend: { state: 'ok', reason: '', sinceMs: 0 }, mqtt: { state: 'ok', reason: '', sinceMs: 0 } } }, []],
  ['the door is forced', doorIs({ state: 'forced', leaf: 'forced', contact: 'open' }), ['forced'], 'The door was forced open.'],
  ['a forced door in lockdown', doorIs({ state: 'lockdown', leaf: 'forced', contact: 'open', lockdownBy: 'guard' }), ['forced', 'lockdown']],
  ['found open, and left forced', { ...doorIs({ leaf: 'open', contact: 'open' }), leftOpen: { as: 'forced', sinceMs: 5 } }, ['forced']],
  ['found closed, and left forced', { leftOpen: { as: 'forced', sinceMs: 5 } }, []],
  ['found open, and left held open', { ...doorIs({ leaf: 'open', contact: 'open' }), leftOpen: { as: 'held-open', sinceMs: 5 } }, ['held-open']],
  ['found open, and left forced, and by now held open too', { ...doorIs({ leaf: 'held-open', contact: 'open' }), leftOpen: { as: 'forced', sinceMs: 5 } }, ['forced', 'held-open']],
  ['the door is open', doorIs({ leaf: 'open', contact: 'open' }), []],
  ['the door is held open', doorIs({ leaf: 'held-open', contact: 'open' }), ['held-open'], 'The door is held open.'],
  ['lockdown', doorIs({ state: 'lockdown', lockdownBy: 'guard' }), ['lockdown'], 'The door is in lockdown.'],
  ['the relay fails', { ...doorIs({ state: 'fault' }), ...partIs('door', 'down') }, ['relay-fault'], 'door says why.'],
  ['the request to exit is stuck', doorIs({ rexStuck: true }), ['rex-stuck'], 'The request to exit is stuck.'],
  ['the housing is open', partIs('tamper', 'degraded'), ['tamper'], 'tamper says why.'],
  ['the camera has stopped', partIs('camera', 'down'), ['camera-dead'], 'camera says why.'],
  ['the backend does not answer', partIs('backend', 'degraded'), ['backend-lost'], 'backend says why.'],
  ['no broker is there', partIs('mqtt', 'degraded'), ['broker-lost'], 'mqtt says why.'],
  ['the log cannot be written', partIs('event-log', 'down'), ['disk-filling'], 'event-log says why.'],
  ['the reserve of the log is gone', partIs('event-log', 'degraded'), ['disk-filling']],
  ['the disk has room', { disk: { isLow: false, freeMb: 900 } }, []],
  ['the disk is low', { disk: { isLow: true, freeMb: 190 } }, ['disk-filling'], 'Only 190 MB of the disk are free.'],
  ['the clock has a battery', { clock: 'rtc' }, []],
  ['the clock is behind', { clock: 'floor' }, ['clock-unverified'], 'The clock is behind what is known, so it is not believed.'],
  ['the clock is ahead', { clock: 'suspect' }, ['clock-unverified']],
  ['the list is old', { listStale: 'The list of codes is too old to decide by.' }, ['list-stale'], 'The list of codes is too old to decide by.'],
  ['the log was changed', { logBreak: { seq: 8, why: 'It is missing.' } }, ['log-tampered'], 'The event log does not hold from event 8 on: It is missing.'],
  ['six codes were denied', { denials: { count: 6, sinceMs: 5 } }, ['denials-in-a-row'], '6 codes in a row were denied.'],
  ['parts that raise none', { parts: { gate: { state: 'degraded', reason: '', sinceMs: 0 }, upload: { state: 'down', reason: '', sinceMs: 0 } } }, []],
];

for (const [situation, facts, alarms, text] of table) {
  test(`${situation}: ${alarms.join(' and ') || 'no alarm'}`, () => {
    const conditions = conditionsOf({ ...calm, ...facts });
    assert.equal(Object.keys(conditions), alarms);
    if (text !== undefined) assert.is(Object.values(conditions)[0]?.text, text);
  });
}

test('every alarm has its cause in this table', () => {
  assert.equal([...new Set(table.flatMap(([,, alarms]) => alarms))].sort(), [...alarmNames].sort());
});

test('since when is taken from whoever knows it', () => {
  const since = (facts: Partial<AlarmFacts>): unknown[] => Object.values(conditionsOf({ ...calm, ...facts })).map(({ sinceMs }) => sinceMs);
  assert.equal(since(partIs('camera', 'down')), [7]);
  assert.equal(since({ ...doorIs({ contact: 'open' }), leftOpen: { as: 'forced', sinceMs: 5 } }), [5]);
  assert.equal(since({ denials: { count: 6, sinceMs: 5 } }), [5]);
  assert.equal(since(doorIs({ leaf: 'forced', contact: 'open' })), [undefined]);
});

test('[S9] what another program said does not make an alarm of any length', () => {
  const told = conditionsOf({ ...calm, parts: { camera: { state: 'down', reason: 'x'.repeat(100_000), sinceMs: 0 } } });
  assert.is(told['camera-dead']?.text.length, 300);
});

test.run();
