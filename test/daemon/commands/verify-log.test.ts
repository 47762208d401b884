import { join } from 'node:path';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { verifyLogCommand } from '../../../daemon/commands/verify-log.ts';
import type { VerifyResult } from '../../../daemon/record/verify-log.ts';
import { openLog, withFolder, withLog } from '../record/opened-log.ts';
import { run } from './command-line.ts';

async function writeLog(dir: string): Promise<{ seq: number; hash: string }> {
  const { log } = await openLog(dir);
  for (let i = 0; i < 5; i++) await log.append({ type: 'door-opened' });
  await log.close();
  return log.head();
}

function edit(dir: string, sql: string): void {
  const db = new Database(join(dir, 'events.db'));
  db.exec(`DROP TRIGGER events_never_change; DROP TRIGGER events_stay; ${sql}`);
  db.close();
}

test('a log that holds tells its head, which is the anchor for another time', withFolder(async (dir) => {
  const head = await writeLog(dir);
  const { code, out } = await run(verifyLogCommand, '--state', dir);
  assert.is(code, 0);
  assert.match(out, /5 events and 0 pictures are as they were written/);
  const anchor = /head is (\S+)/.exec(out)?.[1] ?? '';
  assert.is(anchor, `5:${head.hash}`);
  assert.is((await run(verifyLogCommand, '--state', dir, '--anchor', anchor.toUpperCase())).code, 0);
}));

test('a log that was changed is exit code 1, with the first broken event and why', withFolder(async (dir) => {
  await writeLog(dir);
  edit(dir, `UPDATE events SET body = replace(body, 'opened', 'closed') WHERE seq = 3`);
  const { code, out } = await run(verifyLogCommand, '--state', dir);
  assert.is(code, 1);
  assert.match(out, /^BROKEN at event 3: Its contents were changed/);
  const { out: json } = await run(verifyLogCommand, '--state', dir, '--json');
  const result = JSON.parse(json) as VerifyResult;
  assert.equal([result.ok, result.checked, result.firstBroken?.seq], [false, 2, 3]);
}));

test('a log that was cut at its end is exit code 1 with the anchor', withFolder(async (dir) => {
  const { seq, hash } = await writeLog(dir);
  edit(dir, 'DELETE FROM events WHERE seq = 5');
  assert.is((await run(verifyLogCommand, '--state', dir)).code, 0);
  const { code, out } = await run(verifyLogCommand, '--state', dir, '--anchor', `${seq}:${hash}`);
  assert.is(code, 1);
  assert.match(out, /BROKEN at event 5: .*cut at its end/);
}));

test('pictures that are not there are exit code 1, but for a copy without them', withLog(async ({ log, dir }) => {
  const attemptId = log.newId();
  await log.append({ type: 'evidence-stored', attemptId, pictures: [{ kind: 'scan', file: `2026-03-02/${attemptId}-scan.jpg`, sha256: '0'.repeat(64), width: 1, height: 1 }] });
  const { code, out } = await run(verifyLogCommand, '--state', dir);
  assert.is(code, 1);
  assert.match(out, /BROKEN at event 1: Its picture .*-scan.jpg is missing/);
  assert.is((await run(verifyLogCommand, '--state', dir, '--no-pictures')).code, 0);
}));

for (const anchor of ['5', '5:abc', `x:${'0'.repeat(64)}`, `0:${'0'.repeat(64)}`, `5:${'g'.repeat(64)}`]) {
  test(`--anchor ${anchor.slice(0, 10)} is wrong usage`, async () => {
    const { code, err } = await run(verifyLogCommand, '--state', 'x', '--anchor', anchor);
    assert.is(code, 2);
    assert.match(err, /--anchor takes/);
  });
}

test('a folder without a log is exit code 2', withFolder(async (dir) => {
  const { code, err } = await run(verifyLogCommand, '--state', dir);
  assert.is(code, 2);
  assert.match(err, /There is no event log/);
}));

test.run();
