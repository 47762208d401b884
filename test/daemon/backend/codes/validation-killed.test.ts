import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import Database from 'better-sqlite3';
import { Backend } from '../../../../daemon/backend/backend.ts';
import { systemClock } from '../../../../daemon/base/clock.ts';
import { started } from '../../commands/command-line.ts';
import { FRONT } from '../served-backend.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-killed-'));
test.after(() => rmSync(folder, { recursive: true }));

const preload = new URL('../../../support/dies-before-answering.js', import.meta.url).href;

async function served(options: { dies: boolean }): Promise<{ url: string; end: () => Promise<unknown>; ended: Promise<unknown> }> {
  const before = process.env.NODE_OPTIONS;
  if (options.dies) process.env.NODE_OPTIONS = `${before ?? ''} --import ${preload}`;
  const { child, firstLine, ended } = await started('backend', '--dir', folder, '--port', '0');
  if (before === undefined) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = before;
  const end = (): Promise<unknown> => {
    child.kill('SIGTERM');
    return ended;
  };
  return { url: /http:\S+:\d+/.exec(firstLine)?.[0] ?? '', end, ended };
}

test('[S3] killed between the commit and the answer: asked again after the restart it grants the same and has counted once', async () => {
  const setUp = await Backend.open({ dir: folder, clock: systemClock });
  setUp.addDoor({ uuid: FRONT, name: 'Front door' });
  const doorKey = setUp.createApiKey('door');
  const { text, tokenId } = setUp.issue({ doors: [FRONT], validS: 3600, uses: 1 });
  await setUp.close();
  const validate = async (url: string, nonce: string): Promise<Record<string, unknown>> => {
    const response = await fetch(`${url}/api/accesscontrol/qr/validateQRAccessCode`, {
      method: 'POST', headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': doorKey, 'content-type': 'application/json' },
      body: JSON.stringify({ nonce, doorUuid: FRONT, code: text, timestampMs: 0 }),
    });
    return await response.json() as Record<string, unknown>;
  };

  const dying = await served({ dies: true });
  assert.is(await validate(dying.url, 'N'.repeat(26)).then(() => 'answered', () => 'no answer'), 'no answer');
  await dying.ended;
  const onDisk = stored();
  assert.is(onDisk.spent, 1, 'it was committed before it would have been answered');

  const again = await served({ dies: false });
  assert.equal(await validate(again.url, 'N'.repeat(26)), JSON.parse(onDisk.answer));
  assert.is((await validate(again.url, 'M'.repeat(26))).reason, 'used-up');
  await again.end();
  assert.is(stored().spent, 1);

  function stored(): { spent: number; answer: string } {
    const store = new Database(join(folder, 'backend.sqlite'));
    try {
      return store.prepare<[Uint8Array, string], { spent: number; answer: string }>('SELECT spent, answer FROM tokens, answers WHERE tokens.id = ? AND nonce = ?')
        .get(Buffer.from(tokenId, 'base64url'), 'N'.repeat(26)) as { spent: number; answer: string };
    } finally {
      store.close();
    }
  }
});

test.run();
