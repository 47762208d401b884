import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StoredEvent } from '../daemon/base/events.ts';
import { replayFolder } from '../daemon/commands/replay.ts';
import { replayLine } from '../daemon/replay.ts';

const sessionsDir = fileURLToPath(new URL('../../fixtures/sessions', import.meta.url));
const names = readdirSync(sessionsDir).sort();
/** One with a gap in the network, one with two codes, one with a garbage summary: played twice. */
const playedTwice = new Set(['offline-half-way', 'two-codes', 'garbage']);

/** What the author of a session wrote down beforehand, so that a replay is not held only against an earlier one. */
function outcomes(events: StoredEvent[]): string[] {
  return events.flatMap((event) => {
    switch (event.type) {
      case 'access-granted': return [`granted:${event.source}`];
      case 'access-denied': return [`denied:${event.reason}`];
      case 'access-unavailable': return [`unavailable:${event.cause}`];
      case 'door-forced': return ['door-forced'];
      default: return [];
    }
  });
}

function linesOf(events: StoredEvent[]): string {
  return events.map((event) => `${replayLine(event)}\n`).join('');
}

test('there are at least twelve sessions', () => {
  assert.ok(names.length >= 12, `${names.length}`);
});

for (const name of names) {
  const dir = join(sessionsDir, name);

  test(`${name}: the events are those expected, to the byte`, async () => {
    const events = await replayFolder(dir);
    assert.equal(outcomes(events), JSON.parse(readFileSync(join(dir, 'expects.json'), 'utf8')), 'what the author meant');
    const expected = readFileSync(join(dir, 'events.jsonl'), 'utf8');
    assert.fixture(linesOf(events), expected);
    if (playedTwice.has(name)) assert.fixture(linesOf(await replayFolder(dir)), expected, 'played again');
  });
}

test('a granted attempt comes before its release in the log, and each release ends', async () => {
  const events = await replayFolder(join(sessionsDir, 'phone-approaching'));
  const at = (type: string): number => events.findIndex((event) => event.type === type);
  assert.ok(at('access-asked') >= 0 && at('access-asked') < at('access-granted'));
  assert.ok(at('access-granted') < at('door-released'), '[S3] the event is committed before the relay moves');
  assert.ok(at('door-released') < at('door-relocked'));
});

test.run();
