import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StoredEvent } from '../../../daemon/base/events.ts';
import { eventsCommand } from '../../../daemon/commands/events.ts';
import type { EventLog } from '../../../daemon/record/event-log.ts';
import { withFolder, withLog } from '../record/opened-log.ts';
import { run, started } from './command-line.ts';

const TOKEN = 'AAECAwQFBgcICQoLDA0ODw';

async function someEvents(log: EventLog): Promise<StoredEvent[]> {
  await log.append({ type: 'access-granted', attemptId: 'a', tokenId: TOKEN, source: 'online', rule: 'backend', extended: false, counted: 0 });
  await log.append({ type: 'door-released', cause: 'token', attemptId: 'a', forMs: 5_000 });
  await log.append({ type: 'access-denied', attemptId: 'b', tokenId: TOKEN, source: 'local', reason: 'expired' });
  return log.query();
}

test('events are printed in words, oldest first, with who decided', withLog(async ({ log, dir }) => {
  await someEvents(log);
  const { code, out } = await run(eventsCommand, '--state', dir);
  assert.is(code, 0);
  const lines = out.trimEnd().split('\n') as [string, string, string];
  assert.is(lines.length, 3);
  assert.match(lines[0], /^2026-03-0\d \d\d:\d\d:\d\d {2}online {3}Granted to token AAECAwQF…/);
  assert.match(lines[1], /released for 5 s/);
  assert.match(lines[2], / local {4}Denied to token AAECAwQF…: This code has expired\.$/);
  assert.not.match(out, TOKEN);
}));

test('--json prints each event as it is in the log', withLog(async ({ log, dir }) => {
  const stored = await someEvents(log);
  const { out } = await run(eventsCommand, '--state', dir, '--json');
  assert.equal(out.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown), stored);
}));

test('events are chosen by type, time and number', withLog(async ({ log, dir, clock }) => {
  clock.jumpWall(Date.now() - clock.wallMs() - 7_200_000);
  await someEvents(log);
  clock.jumpWall(7_000_000);
  await someEvents(log);
  const count = async (...args: string[]): Promise<number> => (await run(eventsCommand, '--state', dir, '--json', ...args)).out.split('\n').length - 1;
  assert.is(await count('--type', 'door-released'), 2);
  assert.is(await count('--type', 'door-released', '--type', 'access-denied'), 4);
  assert.is(await count('--since', '1h'), 3);
  assert.is(await count('--since', new Date(Date.now() - 86_400_000).toISOString()), 6);
  assert.is(await count('--limit', '2'), 2);
  const newest = await run(eventsCommand, '--state', dir, '--json', '--limit', '1');
  assert.is((JSON.parse(newest.out) as StoredEvent).seq, 6);
}));

test('no such event is exit code 1 and a word on stderr', withLog(async ({ dir }) => {
  const { code, out, err } = await run(eventsCommand, '--state', dir, '--type', 'door-forced');
  assert.equal([code, out], [1, '']);
  assert.match(err, /no such events/);
}));

const wrong: [string[], RegExp][] = [
  [['--state', 'x', '--config', 'y'], /not both/],
  [['--state', 'x', '--limit', '0'], /--limit takes/],
  [['--state', 'x', '--limit', 'many'], /--limit takes/],
  [['--state', 'x', '--since', 'yesterday'], /--since takes/],
  [['--state', 'x', '--since', '3w'], /--since takes/],
];
for (const [args, why] of wrong) {
  test(`${args.slice(2).join(' ')} is wrong usage`, withFolder(async () => {
    const { code, err } = await run(eventsCommand, ...args);
    assert.is(code, 2);
    assert.match(err, why);
  }));
}

test('a folder without a log is named, with what to do', withFolder(async (dir) => {
  const { code, err } = await run(eventsCommand, '--state', dir);
  assert.is(code, 2);
  assert.match(err, new RegExp(`There is no event log ${dir}/events.db`));
}));

test('--follow prints what happens from then on', withLog(async ({ log, dir }) => {
  await someEvents(log);
  const { child, firstLine, ended } = await started('events', '--state', dir, '--follow', '--json', '--limit', '1', '--type', 'access-denied', '--type', 'door-forced');
  assert.is((JSON.parse(firstLine) as StoredEvent).seq, 3);
  const next = new Promise<string>((resolve) => child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString())));
  await log.append([{ type: 'door-opened' }, { type: 'door-forced' }]);
  assert.is((JSON.parse(await next) as StoredEvent).type, 'door-forced');
  child.kill('SIGINT');
  await ended;
}));

test.run();
