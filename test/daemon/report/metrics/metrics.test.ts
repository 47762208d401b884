import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventDraft } from '../../../../daemon/base/events.ts';
import { Metrics, type MetricFacts } from '../../../../daemon/report/metrics/metrics.ts';

const facts: MetricFacts = {
  nowMs: 100_000, doorState: 'locked', clock: 'verified', alarms: [], parts: {}, list: undefined, waiting: {},
  log: { bytes: 4_096, lastSeq: 12 }, evidenceBytes: 7, frames: undefined,
};
const hostile = '"}\n# HELP evil {x="<script>';

async function scraped(events: EventDraft[], more: Partial<MetricFacts> = {}, also: (metrics: Metrics) => void = () => {}): Promise<string[]> {
  const metrics = new Metrics({ version: '0.1.0', node: 'v20' });
  try {
    for (const event of events) metrics.take(event);
    also(metrics);
    return (await metrics.text({ ...facts, ...more })).split('\n');
  } finally {
    metrics.stop();
  }
}

const value = (lines: string[], series: string): number | undefined => {
  const line = lines.find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
};

const attempt = { attemptId: 'A', tokenId: 'SECRETTOKENID' };
const table: [what: string, event: EventDraft, series: string, value: number][] = [
  ['a grant', { type: 'access-granted', ...attempt, source: 'offline', rule: 'listed', extended: false, counted: 1 }, 'postern_attempts_total{outcome="granted",reason="listed"}', 1],
  ['a denial', { type: 'access-denied', ...attempt, source: 'local', reason: 'expired' }, 'postern_attempts_total{outcome="denied",reason="expired"}', 1],
  ['garbage that was counted', { type: 'garbage-repeated', digest: 'd', count: 40, sinceMs: 0 }, 'postern_attempts_total{outcome="denied",reason="garbage"}', 40],
  ['no verdict', { type: 'access-unavailable', ...attempt, cause: 'storage' }, 'postern_attempts_total{outcome="unavailable",reason="storage"}', 1],
  ['a code that was not read', { type: 'code-not-read', attemptId: 'A', reason: 'come-closer', forMs: 1 }, 'postern_attempts_total{outcome="unread",reason="come-closer"}', 1],
  ['more of them', { type: 'codes-not-read', count: 3, sinceMs: 0 }, 'postern_attempts_total{outcome="unread",reason="repeated"}', 3],
  ['a release', { type: 'door-released', cause: 'command', by: hostile, forMs: 5_000 }, 'postern_releases_total{cause="command"}', 1],
];

for (const [what, event, series, expected] of table) {
  test(`${what} is counted as ${series}`, async () => {
    assert.is(value(await scraped([event]), series), expected);
    assert.is(value(await scraped([]), series), 0, 'and is there as 0 before');
  });
}

test('what is read when somebody asks: door, clock, alarms, list, outbox, log, pictures', async () => {
  const lines = await scraped([], {
    doorState: 'forced', clock: 'floor', alarms: [{ name: 'forced', severity: 'critical', text: hostile, sinceMs: 0 }],
    parts: { camera: { state: 'down', reason: hostile, sinceMs: 0 } }, list: { version: 4, issuedAtMs: 40_000, entries: 250_000 },
    waiting: { backend: 17 }, frames: { decoded: 5, unchanged: 90, dull: 2, blurred: 1 },
  });
  const series: Record<string, number> = {
    'postern_door_state{state="forced"}': 1, 'postern_door_state{state="locked"}': 0, 'postern_clock_trust{trust="floor"}': 1, 'postern_clock_trust{trust="verified"}': 0,
    'postern_alarm_active{alarm="forced",severity="critical"}': 1, 'postern_alarm_active{alarm="camera-dead",severity="critical"}': 0, 'postern_part_ok{part="camera"}': 0,
    'postern_list_age_seconds': 60, 'postern_list_version': 4, 'postern_list_entries': 250_000, 'postern_outbox_waiting_events{receiver="backend"}': 17,
    'postern_frames_total{outcome="unchanged"}': 90, 'postern_event_log_bytes': 4_096, 'postern_event_log_last_seq': 12, 'postern_evidence_bytes': 7,
    'postern_build_info{version="0.1.0",node="v20"}': 1,
  };
  for (const [name, expected] of Object.entries(series)) assert.is(value(lines, name), expected, name);
});

test('without a list its age is no number', async () => {
  assert.ok(Number.isNaN(value(await scraped([]), 'postern_list_age_seconds')));
});

test('times go into buckets in seconds', async () => {
  const lines = await scraped([], {}, (metrics) => {
    metrics.timed('decode', 20);
    metrics.timed('decode', 300);
    metrics.timed('decide', 2);
  });
  assert.is(value(lines, 'postern_decode_duration_seconds_bucket{le="0.025"}'), 1);
  assert.is(value(lines, 'postern_decode_duration_seconds_bucket{le="0.5"}'), 2);
  assert.is(value(lines, 'postern_decode_duration_seconds_sum'), 0.32);
  assert.is(value(lines, 'postern_decision_duration_seconds_bucket{le="0.0025"}'), 1);
});

test('a scrape counts nothing twice', async () => {
  const metrics = new Metrics({ version: '0.1.0', node: 'v20' });
  const frames = { decoded: 5, unchanged: 0, dull: 0, blurred: 0 };
  await metrics.text({ ...facts, frames });
  assert.is(value((await metrics.text({ ...facts, frames })).split('\n'), 'postern_frames_total{outcome="decoded"}'), 5);
  metrics.stop();
});

test('[S9] a year of strangers makes no series more; [S7] no token, digest or text from outside is a label', async () => {
  const before = (await scraped([])).length;
  const strangers: EventDraft[] = Array.from({ length: 500 }, (_, i) => ({ type: 'access-denied', attemptId: `A${i}`, tokenId: `SECRETTOKEN${i}`, source: 'local', reason: 'not-listed', digest: `DIGEST${i}` }));
  const commands: EventDraft[] = Array.from({ length: 500 }, (_, i) => ({ type: 'door-released', cause: 'command', by: `somebody ${i} ${hostile}`, forMs: 1 }));
  const lines = await scraped([...strangers, ...commands]);
  assert.is(lines.length, before);
  assert.not.match(lines.join('\n'), /SECRET|DIGEST|somebody|script/);
});

test('every series has our prefix or a shared one, a help and a unit where it has one', async () => {
  const lines = await scraped([], { waiting: { backend: 1 } });
  const names = lines.filter((line) => line.startsWith('# HELP ')).map((line) => line.split(' ')[2] ?? '');
  assert.ok(names.length > 20);
  for (const name of names) assert.match(name, /^(postern|process|nodejs)_[a-z_]+$/);
  for (const line of lines.filter((each) => each.startsWith('# TYPE ') && each.endsWith(' counter'))) assert.match(line, /_total counter$/);
  for (const line of lines.filter((each) => each.endsWith(' histogram'))) assert.match(line, /_seconds histogram$/);
});

test.run();
