import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { postern, prepareOwnDemo, type PreparedDemo } from './support/demo.ts';
import { eventually } from './support/eventually.ts';

let demo: PreparedDemo;
test.before(async () => {
  demo = await prepareOwnDemo();
});
test.after(async () => {
  await demo.remove();
});

function relay(): string {
  try {
    return readFileSync(demo.relayFile, 'utf8').trim();
  } catch {
    return 'none yet';
  }
}

async function jsonLines(...args: string[]): Promise<Record<string, unknown>[]> {
  const run = postern(...args);
  assert.is(await run.ended, 0, run.output());
  return run.output().trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('[S1] killed while the door is released, the relay comes to rest and the log verifies', async () => {
  const daemon = postern('run', '--config', demo.configFile);
  await eventually('the visitor is let in', () => relay() === '1' || undefined);
  daemon.child.kill('SIGKILL');
  await daemon.ended;
  // The lease would hold it for five seconds: only the guard can bring it to rest before.
  await eventually('the relay is at rest', () => relay() === '0' || undefined, 3_000);

  const verified = postern('verify-log', '--state', demo.stateDir);
  assert.is(await verified.ended, 0, verified.output());
});

test('a visit: let in, then denied for each reason, told in plain words; Ctrl-C leaves the relay at rest', async () => {
  const daemon = postern('run', '--config', demo.configFile);
  const url = await eventually('it says where to look', () => /http:\S+status\.json/.exec(daemon.output())?.[0]);
  await eventually('the relay is energised', () => relay() === '1' || undefined);
  await eventually('and at rest again', () => relay() === '0' || undefined);
  const told = ['has expired', 'was revoked', 'for another door', 'not a door code'];
  for (const words of told) await eventually(words, () => daemon.output().includes(words) || undefined);

  const status = (await (await fetch(url)).json()) as { door: { state: string }; attempts: { outcome: string }[] };
  assert.is(status.door.state, 'locked');
  assert.is(status.attempts.length, 6, 'the first visitor came twice, once before the kill');

  daemon.child.kill('SIGINT');
  assert.is(await daemon.ended, 0, daemon.output());
  assert.is(relay(), '0');

  const events = await jsonLines('events', '--state', demo.stateDir, '--limit', '1000', '--json');
  const restarts = events.filter((event) => event['type'] === 'daemon-started').map((event) => event['cleanStop']);
  assert.equal(restarts, [true, false], 'the kill shows in the log');
  assert.is(events.at(-1)?.['type'], 'daemon-stopped');
  assert.ok(events.some((event) => event['type'] === 'evidence-stored'), 'pictures were kept');
  assert.is(await postern('verify-log', '--state', demo.stateDir).ended, 0);
});

test.run();
