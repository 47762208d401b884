import { parse } from 'csv-parse/sync';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DoorLog } from './door-log.ts';
import { atSite, BACK, FRONT, type ReportingSite } from './reporting-site.ts';

const exported = async (site: ReportingSite, query: string, key = site.keys.reader): Promise<{ status: number; type: string | null; text: string }> => {
  const response = await site.request('GET', `/api/postern/events/export?${query}`, key);
  return { status: response.status, type: response.headers.get('content-type'), text: Buffer.from(await response.arrayBuffer()).toString('utf8') };
};

const holder = { name: '=HYPERLINK("http://example.org";"x")', email: '+49@example.org' };

async function visited(site: ReportingSite): Promise<DoorLog> {
  const { tokenId } = site.backend.issue({ doors: [FRONT], validS: 3_600, holder }, '@SUM(A1:A9), "desk"\r\nand more'.replaceAll(/[\r\n]/g, ' '));
  const log = new DoorLog(FRONT);
  log.attempt('granted', site.nowMs, tokenId);
  log.append({ type: 'part-failed', part: 'camera', detail: 'two\nlines, a "quote" and a €' }, site.nowMs + 1_000);
  log.append({ type: 'door-opened' }, site.nowMs + 2_000);
  await site.upload(log);
  return log;
}

test('CSV: a line an event, oldest first, that any reader of RFC 4180 reads back; no cell is a formula', atSite(async (site) => {
  await visited(site);
  const { status, type, text } = await exported(site, 'format=csv');
  assert.equal([status, type], [200, 'text/csv; charset=utf-8; header=present']);
  assert.is(text.charCodeAt(0), 0xfeff, 'spreadsheets know UTF-8 by its mark');
  assert.match(text, /^[^\n]*access_token_uuid,received,event_id\r\n/);
  const rows = parse(text, { bom: true, columns: true }) as unknown as Record<string, string>[];
  assert.equal(rows.map((row) => row.type), ['access-granted', 'part-failed', 'door-opened']);
  assert.equal([rows[0]?.name, rows[0]?.email, rows[0]?.audit_principal?.slice(0, 5)], [`'${holder.name}`, `'${holder.email}`, '\'@SUM']);
  assert.match(rows[1]?.text ?? '', 'two\nlines, a "quote" and a €');
  assert.is(rows[0]?.time, new Date(site.nowMs).toISOString());
  assert.equal(rows.flatMap((row) => Object.values(row)).filter((cell) => /^[=+\-@\t\r]/.test(cell)), []);
}));

test('JSON lines: each as findEvents answers it, nothing changed', atSite(async (site) => {
  await visited(site);
  const { type, text } = await exported(site, 'format=jsonl');
  assert.is(type, 'application/jsonl; charset=utf-8');
  const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown);
  assert.equal(lines, await site.find({ oldestFirst: true }));
}));

test('filters are findEvents\', lists with commas', atSite(async (site) => {
  await visited(site);
  const types = async (query: string): Promise<string[]> => (await exported(site, `format=jsonl&${query}`)).text.split('\n').filter(Boolean).map((line) => (JSON.parse(line) as { type: string }).type);
  assert.equal(await types('typeFilter=door-opened,part-failed'), ['part-failed', 'door-opened']);
  assert.equal(await types(`accessControlledDoorUuids=${BACK}`), []);
  assert.equal(await types('outcome=granted'), ['access-granted']);
  assert.equal(await types('person=hyperlink'), ['access-granted']);
  assert.equal(await types(`createdAfterMs=${site.nowMs + 1_000}&createdBeforeMs=${site.nowMs + 2_000}`), ['part-failed']);
}));

test('more than a page of events is exported whole and once', atSite(async (site) => {
  const log = new DoorLog(FRONT).fill(1_203, site.nowMs);
  for (let from = 0; from < log.events.length; from += 100) await site.upload(log, log.events.slice(from, from + 100));
  const { text } = await exported(site, 'format=jsonl');
  assert.equal(text.trimEnd().split('\n').map((line) => (JSON.parse(line) as { event: { seq: number } }).event.seq), log.events.map(({ seq }) => seq));
}));

const bad: Record<string, string> = {
  'no format': '', 'a format that there is not': 'format=xls', 'a time that is text': 'format=csv&createdAfterMs=now', 'a parameter that is not known': 'format=csv&limit=5',
  'two formats': 'format=csv&format=jsonl', 'an outcome that there is not': 'format=csv&outcome=maybe',
};
for (const [what, query] of Object.entries(bad)) {
  test(`an export is refused: ${what}`, atSite(async (site) => {
    const { status, text } = await exported(site, query);
    assert.equal([status, (JSON.parse(text) as { code: string }).code], [400, 'query-bad']);
  }));
}

test('who exports stands in the audit log; doors and issuers do not export; HEAD gets no body', atSite(async (site) => {
  await visited(site);
  for (const role of ['door', 'issuer'] as const) assert.is((await exported(site, 'format=csv', site.keys[role])).status, 403);
  const head = await site.request('HEAD', '/api/postern/events/export?format=csv', site.keys.admin);
  assert.equal([head.status, await head.text()], [200, '']);
}));

test.run();
