import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PassThrough } from 'node:stream';
import { doorsCommand } from '../../../../daemon/commands/doors.ts';
import { age, doorsTable, type TableView } from '../../../../daemon/commands/doors/doors-table.ts';
import { SiteBoard } from '../../../../daemon/commands/doors/site-board.ts';
import type { StatePayload } from '../../../../daemon/report/mqtt/payloads.ts';
import { AedesBroker } from '../../../support/aedes-broker.ts';
import { BrokerEar } from '../../../support/broker-ear.ts';

const FRONT = 'AAECAwQFBgcICQoLDA0ODw';
const SIDE = 'EBESExQVFhcYGRobHB0eHw';
const NOW = 1_000_000_000;
const view: TableView = { nowMs: NOW, columns: 200, rows: 100, colour: false };

function state(more: Partial<StatePayload> = {}): StatePayload {
  return {
    doorUuid: FRONT, name: 'Front door', version: '1', atMs: NOW - 5_000, startedAtMs: NOW - 7_200_000, state: 'locked', lock: 'LOCKED', mode: 'normal', contact: 'closed', rex: 'idle',
    passageUntilMs: null, clock: 'verified', health: 'ok', parts: { list: { state: 'ok', reason: '', sinceMs: 0 } }, alarms: [], list: { version: 7, issuedAtMs: NOW - 90_000 }, lastAttempt: null, head: { seq: 1, hash: '' }, outbox: { waiting: 0, gap: null }, ...more,
  };
}

function board(messages: [topic: string, payload: unknown][]): SiteBoard {
  const site = new SiteBoard({ prefix: 'postern' });
  for (const [topic, payload] of messages) site.take(topic, Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)));
  return site;
}

test('a door has its name, state, availability, since, list, alarms and last attempt in a line', () => {
  const site = board([
    [`postern/${FRONT}/state`, state({ state: 'forced', alarms: [{ name: 'forced', severity: 'critical', text: '', sinceMs: 0 }, { name: 'list-stale', severity: 'warning', text: '', sinceMs: 0 }], list: { version: 7, issuedAtMs: NOW - 3_600_000 }, parts: { list: { state: 'degraded', reason: '', sinceMs: NOW } } })],
    [`postern/${FRONT}/availability`, 'online'],
    [`postern/${FRONT}/scan`, { event_type: 'denied', id: 'A', atMs: NOW - 60_000, text: 'This code has expired.' }],
    [`postern/${SIDE}/availability`, 'offline'],
  ]);
  assert.equal(doorsTable(site.doors(), view), [
    'DOOR                    STATE   ONLINE   SINCE  LIST  ALARMS             LAST ATTEMPT',
    'Front door              forced  online   2h     60m   forced list-stale  60s ago denied: This code has expired.',
    'EBESExQVFhcYGRobHB0eHw  –       offline  –      –     –                  –',
  ]);
});

test('the last attempt before anybody watched is shown, and the one that is seen after it', () => {
  const lastAttempt = { event_type: 'granted', id: 'A', atMs: NOW - 60_000, text: 'Let in by the backend.' } as const;
  const site = board([[`postern/${FRONT}/state`, state({ lastAttempt, list: null })]]);
  assert.match(doorsTable(site.doors(), view)[1] ?? '', / – +– +60s ago granted: Let in by the backend\.$/);
  site.take(`postern/${FRONT}/scan`, Buffer.from(JSON.stringify({ event_type: 'denied', id: 'B', atMs: NOW - 5_000, text: 'This code has expired.' })));
  assert.match(doorsTable(site.doors(), view)[1] ?? '', / 5s ago denied: This code has expired\.$/);
});

test('a list that is too old is painted', () => {
  const old = state({ parts: { list: { state: 'degraded', reason: '', sinceMs: 0 } } });
  assert.match(doorsTable(board([[`postern/${FRONT}/state`, old]]).doors(), { ...view, colour: true })[1] ?? '', /\u001b\[33m90s/);
  assert.not.match(doorsTable(board([[`postern/${FRONT}/state`, state()]]).doors(), { ...view, colour: true })[1] ?? '', /\u001b\[33m90s/);
});

test('a door that is offline has the age of its last word', () => {
  const site = board([[`postern/${FRONT}/state`, state()], [`postern/${FRONT}/availability`, 'offline']]);
  assert.match(doorsTable(site.doors(), view)[1] ?? '', /offline {2}5s/);
});

const hostile: [what: string, name: string][] = [
  ['an escape sequence', '\u001b[2J\u001b]0;owned\u0007'], ['line ends', 'a\nb\rc'], ['text turned round', 'a\u202eb'], ['ten thousand characters', 'x'.repeat(10_000)], ['HTML', '<script>alert(1)</script>'], ['C1 controls', 'a\u009b31mb'],
];
for (const [what, name] of hostile) {
  test(`${what} in a name, a state, an alarm and an attempt: one line, no wider than the terminal, and nothing that moves the cursor`, () => {
    const site = board([
      [`postern/${FRONT}/state`, state({ name, state: name, alarms: [{ name, severity: 'info', text: name, sinceMs: 0 }] })],
      [`postern/${FRONT}/scan`, { event_type: 'denied', id: name, atMs: 0, text: name }],
    ]);
    for (const line of doorsTable(site.doors(), { ...view, columns: 80 })) {
      assert.ok([...line].length <= 80);
      assert.not.match(line, /[\p{Cc}\p{Cf}]/u);
    }
  });
}

test('colour is only where it is asked for, and a narrow terminal cuts no paint', () => {
  const site = board([[`postern/${FRONT}/state`, state({ state: 'forced', alarms: [{ name: 'forced', severity: 'critical', text: '', sinceMs: 0 }] })]]);
  assert.not.match(doorsTable(site.doors(), view).join(''), /\u001b/);
  for (let columns = 1; columns < 100; columns++) {
    for (const line of doorsTable(site.doors(), { ...view, columns, colour: true })) {
      assert.is((line.match(/\u001b\[\d+m/g) ?? []).length % 2, 0, `${columns}: each paint ends`);
      assert.ok([...line.replace(/\u001b\[\d+m/g, '')].length <= columns);
    }
  }
});

test('more doors than lines: what is left out is counted', () => {
  const id = (i: number): string => `${String(i).padStart(21, 'A')}A`;
  const site = board(Array.from({ length: 50 }, (_, i) => [`postern/${id(i)}/state`, state({ name: `Door ${i}` })]));
  const lines = doorsTable(site.doors(), { ...view, rows: 10 });
  assert.is(lines.length, 10);
  assert.match(lines.at(-1) ?? '', /^… and 42 more/);
  assert.match(lines[2] ?? '', /^Door 1 /, 'in the order people count in');
});

const garbage: [topic: string, payload: string][] = [
  ['postern', 'x'], ['postern/short/state', '{}'], [`postern/${FRONT}/state`, 'no JSON'], [`postern/${FRONT}/state`, '{"name":5}'], [`postern/${FRONT}/state`, 'null'], [`postern/${FRONT}/availability`, 'maybe'],
  [`postern/${FRONT}/scan`, '[]'], [`postern/${FRONT}/state`, JSON.stringify(state({ name: 'x'.repeat(100_000) }))], [`other/${FRONT}/availability`, 'online'], [`postern/${FRONT}/nothing`, 'x'],
];
test('what is no door\'s word is counted and makes no door', () => {
  const site = board(garbage);
  assert.equal([site.doors().length, site.unreadable], [0, garbage.length]);
});

test('ages are said in one unit', () => {
  assert.equal([0, 99_000, 100_000, 5_400_000, 86_400_000, 864_000_000, -5].map(age), ['0s', '99s', '2m', '90m', '24h', '10d', '0s']);
});

async function printed(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const out = new PassThrough();
  const err = new PassThrough();
  const code = await doorsCommand.run(args, { out, err, isTty: false });
  return { code, out: String(out.read() ?? ''), err: String(err.read() ?? '') };
}

test('--once prints what the broker keeps and ends; --json as objects; another prefix is another site', async () => {
  const broker = await AedesBroker.open();
  const ear = await BrokerEar.at(broker.url, { topics: [] });
  try {
    await ear.publish(`postern/${FRONT}/state`, JSON.stringify(state()), { retain: true, qos: 1 });
    await ear.publish(`postern/${FRONT}/availability`, 'online', { retain: true, qos: 1 });
    const table = await printed(['--broker', broker.url, '--once']);
    assert.is(table.code, 0, table.err);
    assert.match(table.out, /^DOOR .*\nFront door +locked +online /);
    const json = await printed(['--broker', broker.url, '--once', '--json']);
    assert.equal((JSON.parse(json.out) as { state: { name: string } }).state.name, 'Front door');
    const elsewhere = await printed(['--broker', broker.url, '--once', '--prefix', 'other']);
    assert.equal([elsewhere.code, elsewhere.out], [1, '']);
    assert.match(elsewhere.err, /no door has told anything/);
  } finally {
    await ear.close();
    await broker.close();
  }
});

test('a broker elsewhere without TLS is refused', async () => {
  const refused = await printed(['--broker', 'mqtt://broker.example.org', '--once']).then(() => undefined, (thrown: Error) => thrown.message);
  assert.match(refused ?? '', /must begin with mqtts:\/\//);
});

test.run();
