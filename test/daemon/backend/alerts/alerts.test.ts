import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { alertNames } from '../../../../daemon/backend/alerts/alert.ts';
import { backendSchema } from '../../../../config/backend-schema.ts';
import type { AlertSettings } from '../../../../daemon/backend/alerts/alert-settings.ts';
import { DoorLog, without } from '../events/door-log.ts';
import { allAlerts, atSite, BACK, FRONT, type ReportingSite } from '../events/reporting-site.ts';

const HOUR_MS = 3_600_000;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** So many denials, a second apart. */
function denials(log: DoorLog, count: number, atMs: number): DoorLog {
  for (let i = 0; i < count; i++) log.attempt({ denied: 'garbage' }, atMs + i * 1_000);
  return log;
}

test('a row of denials raises one alert, which is an event among the others', atSite(async (site) => {
  const log = denials(new DoorLog(FRONT), 12, site.nowMs);
  for (const event of log.events) await site.upload(log, [event]);
  const [alert, ...more] = await site.alerts();
  assert.equal(more, []);
  assert.equal(without(alert, 'id', 'eventIds'), {
    type: 'alert-raised', alert: 'denials-in-a-row', doorUuid: FRONT, atMs: site.nowMs + 5_000, raisedMs: site.nowMs, late: false, text: '6 codes in a row were denied within 120 s.',
  });
  assert.equal(alert?.eventIds, log.events.slice(0, 6).map(({ id }) => id));
  const [found] = await site.find({ typeFilter: ['alert-raised'], accessControlledDoorUuids: [FRONT] });
  assert.is(found?.text, 'ALERT: 6 codes in a row were denied within 120 s.');
}));

test('the whole row in one upload raises it once, too; after the cool-down it is raised again', atSite(async (site) => {
  const log = denials(new DoorLog(FRONT), 20, site.nowMs);
  await site.upload(log);
  denials(log, 20, site.nowMs + HOUR_MS - 60_000);
  await site.upload(log);
  assert.is((await site.alerts()).length, 1);
  denials(log, 20, site.nowMs + 2 * HOUR_MS);
  await site.upload(log);
  assert.is((await site.alerts()).length, 2);
}));

test('one code at two doors that report hours apart: by the events\' own times, once', atSite(async (site) => {
  const { tokenId } = site.backend.issue({ doors: [FRONT, BACK], validS: 86_400 });
  const [front, back] = [new DoorLog(FRONT), new DoorLog(BACK)];
  front.attempt('granted', site.nowMs, tokenId);
  back.attempt('granted', site.nowMs + 10_000, tokenId);
  await site.upload(back);
  site.clock.advance(3 * HOUR_MS);
  await site.upload(front);
  await site.upload(front);
  const alerts = (await site.alerts()).filter(({ alert }) => alert === 'code-at-two-doors');
  assert.equal(alerts.map(({ atMs, tokenId: about, late }) => [atMs, about, late]), [[site.nowMs - 3 * HOUR_MS + 10_000, tokenId, false]]);
}));

test('a door that was offline for a day: what happened then is stored and marked late', atSite(async (site) => {
  const startedMs = site.nowMs;
  const log = denials(new DoorLog(FRONT), 6, startedMs);
  site.clock.advance(24 * HOUR_MS);
  denials(log, 6, site.nowMs);
  await site.upload(log);
  assert.equal((await site.alerts()).map(({ late, atMs }) => [late, Number(atMs) - startedMs]), [[true, 5_000], [false, 24 * HOUR_MS + 5_000]]);
}));

test('expired and out-of-hours codes that keep trying', atSite(async (site) => {
  const expired = site.backend.issue({ doors: [FRONT], validS: 60 }).tokenId;
  const delivery = site.backend.issue({ doors: [FRONT], validS: 86_400 }).tokenId;
  const log = new DoorLog(FRONT);
  for (let i = 0; i < 5; i++) log.attempt({ denied: 'expired' }, site.nowMs + i * 600_000, expired);
  for (let i = 0; i < 3; i++) log.attempt({ denied: 'out-of-hours' }, site.nowMs + (10 + i) * 600_000, delivery);
  await site.upload(log);
  assert.equal((await site.alerts()).map(({ alert, tokenId }) => [alert, tokenId]), [['expired-code-keeps-trying', expired], ['use-out-of-hours', delivery]]);
}));

test('a door that is heard of no more is told once a silence; one that never uploaded is not', atSite(async (site) => {
  const log = new DoorLog(FRONT).fill(1, site.nowMs);
  await site.upload(log);
  const startedMs = site.nowMs;
  const silences = async (): Promise<unknown[]> => (await site.alerts()).map(({ alert, doorUuid, atMs }) => [alert, doorUuid, (Number(atMs) - startedMs) / 1_000]);
  await site.clock.advanceTo(14 * 60_000, settled);
  await site.backend.idle();
  assert.equal(await silences(), []);
  await site.clock.advanceTo(5 * HOUR_MS, settled);
  await site.backend.idle();
  assert.equal(await silences(), [['door-silent', FRONT, 900]]);
  await site.upload(log, []);
  await site.clock.advanceTo(7 * HOUR_MS, settled);
  await site.backend.idle();
  assert.equal(await silences(), [['door-silent', FRONT, 900], ['door-silent', FRONT, 5 * 3_600 + 900]]);
}));

test('while the backend itself was down no door was silent', atSite(async (site) => {
  await site.upload(new DoorLog(FRONT).fill(1, site.nowMs));
  await site.backend.close();
  site.clock.advance(48 * HOUR_MS);
  await site.start();
  await site.clock.advanceTo(48 * HOUR_MS + 14 * 60_000, settled);
  await site.backend.idle();
  assert.equal(await site.alerts(), []);
}));

const off: AlertSettings = {
  ...allAlerts, denialsInARow: { ...allAlerts.denialsInARow, enabled: false }, codeAtTwoDoors: { enabled: false, minTravelS: 30 }, overspent: { enabled: false }, logRewritten: { enabled: false },
  useOutOfHours: { ...allAlerts.useOutOfHours, enabled: false }, expiredCodeKeepsTrying: { ...allAlerts.expiredCodeKeepsTrying, enabled: false }, doorSilent: { enabled: false, afterS: 900 },
};
test('rules that are switched off raise nothing', atSite(async (site) => {
  await everything(site);
  assert.equal(await site.alerts(), []);
}, { alerts: off }));

test('and the same switched on raise what they should', atSite(async (site) => {
  await everything(site);
  assert.equal([...new Set(await site.alertNames())].sort(), alertNames.filter((name) => name !== 'log-restarted').toSorted());
}));

async function everything(site: ReportingSite): Promise<void> {
  const { tokenId } = site.backend.issue({ doors: [FRONT, BACK], validS: 86_400, uses: 1 });
  const [front, back] = [denials(new DoorLog(FRONT), 6, site.nowMs), new DoorLog(BACK)];
  for (const log of [front, back]) log.attempt('granted', site.nowMs, tokenId, { source: 'offline', counted: 1 });
  for (let i = 0; i < 5; i++) front.attempt({ denied: 'expired' }, site.nowMs, tokenId);
  for (let i = 0; i < 3; i++) front.attempt({ denied: 'out-of-hours' }, site.nowMs, tokenId);
  await site.upload(front, front.events.slice(0, 2));
  await site.upload(front, front.events.slice(3));
  await site.upload(front.through(5), []);
  await site.upload(back);
  // The gap of one is filled, so that the row of six is whole.
  await site.upload(front);
  await site.clock.advanceTo(HOUR_MS, settled);
  await site.backend.idle();
}

test('the config names the alerts that there are, and its defaults are settings', () => {
  const config = backendSchema.parse({ dir: 'x' });
  const settings: AlertSettings = config.alerts;
  assert.equal(settings, allAlerts);
  const named = backendSchema.safeParse({ dir: 'x', webhooks: [{ url: 'https://example.org', secretFile: 's', alerts: alertNames }] });
  assert.ok(named.success);
  assert.not.ok(backendSchema.safeParse({ dir: 'x', webhooks: [{ url: 'https://example.org', secretFile: 's', alerts: ['other'] }] }).success);
});

for (const [url, isTaken] of Object.entries({
  'https://example.org/hook': true, 'https://192.168.7.1:8443/x': true, 'http://127.0.0.1:9000/': true, 'http://localhost/': true,
  'http://example.org/': false, 'ftp://example.org/': false, 'https://user:word@example.org/': false, 'example.org': false, 'https://example.org/#x': false,
})) {
  test(`a webhook to ${url} is ${isTaken ? 'taken' : 'refused'}`, () => assert.is(backendSchema.safeParse({ dir: 'x', webhooks: [{ url, secretFile: 's' }] }).success, isTaken));
}

test.run();
