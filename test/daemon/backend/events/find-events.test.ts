import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { denialText } from '../../../../daemon/base/verdict.ts';
import { DoorLog } from './door-log.ts';
import { atSite, BACK, FRONT, type ReportingSite } from './reporting-site.ts';

/** Two doors, two people's codes, and something of everything; times are seconds from now. */
async function busy(site: ReportingSite): Promise<{ anna: string; bo: string }> {
  const issue = (name: string, email: string, principal: string): string =>
    site.backend.issue({ doors: [FRONT, BACK], validS: 86_400, holder: { name, email } }, principal).tokenId;
  const anna = issue('Änna O\'Brien 100%', 'anna@example.org', 'front desk');
  const bo = issue('Bo Li', 'bo.li@example.net', 'front desk');
  const at = (s: number): number => site.nowMs + s * 1000;
  const front = new DoorLog(FRONT);
  front.append({ type: 'daemon-started', version: '1', cleanStop: true }, at(0));
  front.attempt('granted', at(10), anna);
  front.append({ type: 'door-opened' }, at(11));
  front.attempt({ denied: 'expired' }, at(30), bo);
  front.append({ type: 'access-unavailable', attemptId: front.events[3]?.id ?? '', cause: 'storage' }, at(40));
  const back = new DoorLog(BACK);
  back.attempt({ denied: 'garbage' }, at(5));
  back.attempt('granted', at(300), bo);
  await site.upload(front);
  await site.upload(back);
  return { anna, bo };
}

/** Seconds of the events found. */
const seconds = async (site: ReportingSite, query: object): Promise<number[]> => (await site.find(query)).map(({ timestampMs }) => (timestampMs - site.nowMs) / 1000);

test('found by door, time, type, outcome and code, and by all of them together', atSite(async (site) => {
  const { anna, bo } = await busy(site);
  const at = (s: number): number => site.nowMs + s * 1000;
  assert.equal(await seconds(site, {}), [300, 40, 30, 11, 10, 5, 0]);
  assert.equal(await seconds(site, { oldestFirst: true }), [0, 5, 10, 11, 30, 40, 300]);
  assert.equal(await seconds(site, { accessControlledDoorUuids: [BACK] }), [300, 5]);
  assert.equal(await seconds(site, { accessControlledDoorUuids: [BACK, FRONT], typeFilter: ['access-granted', 'door-opened'] }), [300, 11, 10]);
  assert.equal(await seconds(site, { createdAfterMs: at(10), createdBeforeMs: at(40) }), [30, 11, 10]);
  assert.equal(await seconds(site, { outcome: 'denied' }), [30, 5]);
  assert.equal(await seconds(site, { outcome: 'denied', typeFilter: ['access-granted'] }), []);
  assert.equal(await seconds(site, { accessTokenUuid: bo }), [300, 30]);
  assert.equal(await seconds(site, { accessTokenUuid: anna, accessControlledDoorUuids: [BACK] }), []);
  assert.equal(await seconds(site, { accessTokenUuid: bo, accessControlledDoorUuids: [FRONT], outcome: 'denied', createdBeforeMs: at(31) }), [30]);
}));

test('found by a part of a name, an address or the principal, upper and lower case the same', atSite(async (site) => {
  await busy(site);
  const table: [part: string, expected: number[]][] = [
    ['änna', [10]], ['ÄNNA', [10]], ['o\'brien', [10]], ['100%', [10]], ['100_', []], ['EXAMPLE.NET', [300, 30]], ['bo', [300, 30]], ['Li', [300, 30]],
    ['front', [300, 30, 10]], ['Front Desk', [300, 30, 10]], ['nobody', []], ['"', []], ['""" OR person:x', []], ['%', [10]], ['*', []],
  ];
  for (const [person, expected] of table) assert.equal(await seconds(site, { person }), expected, person);
  assert.equal(await seconds(site, { person: 'front desk', accessControlledDoorUuids: [BACK] }), [300]);
}));

test('each event carries its door, what happened in words, and who the code is for', atSite(async (site) => {
  const { anna } = await busy(site);
  const [grant] = await site.find({ outcome: 'granted', accessTokenUuid: anna });
  assert.equal([grant?.doorName, grant?.outcome, grant?.accessTokenUuid], ['Front door', 'granted', anna]);
  assert.equal(grant?.person, { name: 'Änna O\'Brien 100%', email: 'anna@example.org', auditPrincipal: 'front desk' });
  assert.match(grant?.text ?? '', /^Granted to token .*, online\.$/);
  assert.is((await site.find({ outcome: 'denied' }))[1]?.text, `Denied: ${denialText.garbage}`);
  assert.is((await site.find({ typeFilter: ['door-opened'] }))[0]?.person, null);
}));

test('many codes of one principal are found as few are, a page at a time', atSite(async (site) => {
  const log = new DoorLog(FRONT);
  const tokens = Array.from({ length: 250 }, (_, i) => site.backend.issue({ doors: [FRONT], validS: 86_400 }, i % 2 ? 'Acme events' : 'others').tokenId);
  tokens.forEach((token, i) => log.attempt('granted', site.nowMs + i * 1000, token));
  const more = Array.from({ length: 150 }, () => site.backend.issue({ doors: [FRONT], validS: 86_400 }, 'Acme events').tokenId);
  assert.is(more.length, 150);
  for (let from = 0; from < 250; from += 100) await site.upload(log, log.events.slice(from, from + 100));
  const seen: number[] = [];
  let key: unknown = undefined;
  do {
    const { body } = await site.post('/api/postern/events/findEvents', { person: 'acme', maxPageSize: 40, lastEvaluatedKey: key });
    seen.push(...(body.events as { timestampMs: number }[]).map(({ timestampMs }) => (timestampMs - site.nowMs) / 1000));
    key = body.lastEvaluatedKey;
  } while (key !== null);
  assert.equal(seen, Array.from({ length: 125 }, (_, i) => 249 - 2 * i));
}));

test('a page never repeats or leaves out an event, though many have the same time and more arrive meanwhile', atSite(async (site) => {
  const log = new DoorLog(FRONT);
  for (let i = 0; i < 60; i++) log.append({ type: i % 3 ? 'door-opened' : 'door-closed' }, site.nowMs + Math.floor(i / 20));
  await site.upload(log);
  for (const query of [{}, { oldestFirst: true }, { typeFilter: ['door-opened', 'door-closed'] }, { accessControlledDoorUuids: [FRONT, BACK] }]) {
    const seen: unknown[] = [];
    let key: unknown = undefined;
    do {
      const { body } = await site.post('/api/postern/events/findEvents', { ...query, maxPageSize: 7, lastEvaluatedKey: key });
      seen.push(...(body.events as { event: { seq: number } }[]).map(({ event }) => event.seq).filter((seq) => seq <= 60));
      key = body.lastEvaluatedKey;
      log.append({ type: 'door-opened' }, site.nowMs + 1);
      await site.upload(log, log.events.slice(-1));
    } while (key !== null);
    assert.equal(seen.length, 60);
    assert.is(new Set(seen).size, 60);
  }
}));

const bad: Record<string, [body: object, code: string]> = {
  'a door that is none': [{ accessControlledDoorUuids: ['front'] }, 'door-uuid-bad'],
  'a door that is not known': [{ accessControlledDoorUuids: ['MDEyMzQ1Njc4OTo7PD0-Pw'] }, 'door-unknown'],
  'a code that is none': [{ accessTokenUuid: '\'; --' }, 'token-id-bad'],
  'a page of none': [{ maxPageSize: 0 }, 'request-bad'],
  'a page key of one\'s own': [{ lastEvaluatedKey: '1; DROP TABLE events' }, 'page-key-bad'],
  'a time that is text': [{ createdAfterMs: 'yesterday' }, 'request-bad'],
  'a type with a quote': [{ typeFilter: ['door\'--'] }, 'request-bad'],
  'an outcome that there is not': [{ outcome: 'maybe' }, 'request-bad'],
  'a name of 201 characters': [{ person: 'x'.repeat(201) }, 'request-bad'],
};
for (const [what, [body, code]] of Object.entries(bad)) {
  test(`a search is refused: ${what}`, atSite(async (site) => {
    assert.is((await site.post('/api/postern/events/findEvents', body)).body.code, code);
  }));
}

test('doors and issuers read no events', atSite(async (site) => {
  for (const role of ['door', 'issuer'] as const) assert.is((await site.post('/api/postern/events/findEvents', {}, site.keys[role])).status, 403);
}));

test.run();
