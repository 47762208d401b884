import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { verifyLog } from '../../../daemon/record/verify-log.ts';
import { openLog, withFolder } from './opened-log.ts';

const CRASHES = 20;
const program = fileURLToPath(new URL(`./appending-process${extname(import.meta.url)}`, import.meta.url));

/** Lets a process append until it has said something, and a moment more, then kills it. Resolves to the last number it said. */
async function appendUntilKilled(dir: string, moreMs: number): Promise<number> {
  const child = spawn(process.execPath, [program, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { said += text; });
  await once(child.stdout, 'data');
  setTimeout(() => child.kill('SIGKILL'), moreMs);
  await once(child, 'close');
  // A line cut short by the kill was not said.
  return Number(said.split('\n').at(-2));
}

test('[S3] killed at any moment, the log has every event that append resolved, with its use, and verifies', withFolder(async (dir) => {
  for (let crash = 0; crash < CRASHES; crash++) {
    const lastSaid = await appendUntilKilled(dir, (crash * 37) % 101);
    const beforeRecovery = verifyLog(join(dir, 'events.db'));
    assert.ok(beforeRecovery.ok, JSON.stringify(beforeRecovery.firstBroken));
    assert.ok(lastSaid > 0 && beforeRecovery.head.seq >= lastSaid, `event ${lastSaid} was acknowledged, the log ends at ${beforeRecovery.head.seq}`);
    assert.ok(beforeRecovery.head.seq <= lastSaid + 1, 'at most the one under way came besides');
  }
  const { log } = await openLog(dir);
  const granted = log.query({ limit: 10_000 }).filter((event) => event.type === 'access-granted');
  for (let i = 0; i < 7; i++) {
    const tokenId = `token-${i}`;
    assert.is(log.usesOf(tokenId).counted, granted.filter((event) => event.tokenId === tokenId).length);
  }
  await log.append({ type: 'daemon-started', version: '1', cleanStop: false });
  await log.close();
  assert.ok(verifyLog(join(dir, 'events.db')).ok);
}));

test.run();
