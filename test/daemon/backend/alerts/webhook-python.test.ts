import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { webhookHeaders } from '../../../../daemon/backend/alerts/webhook-signature.ts';

const PYTHON = '/usr/bin/python3';
const example = fileURLToPath(new URL('../../../../../fixtures/webhooks/receive.py', import.meta.url));
const SECRET = 'a secret of twenty-nine bytes';
const body = JSON.stringify({ type: 'alert-raised', alert: 'door-silent', text: 'Tür 1 – €' });

test('the receiver of the documentation takes what is genuine, once an id, and nothing else', async () => {
  if (!existsSync(PYTHON)) return void process.stdout.write('skipped: there is no /usr/bin/python3 here\n');
  const folder = mkdtempSync(join(tmpdir(), 'postern-python-'));
  const secretFile = join(folder, 'secret');
  writeFileSync(secretFile, `${SECRET}\n`);
  const receiver = spawn(PYTHON, [example, secretFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: receiver.stdout })[Symbol.asyncIterator]();
  const port = String((await lines.next()).value).split(' ')[1];
  const nowMs = performance.timeOrigin + performance.now();
  const send = async (headers: Record<string, string>, text = body): Promise<number> => (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: text })).status;
  const secret = Buffer.from(SECRET);
  const genuine = webhookHeaders(secret, { id: 'one', body, nowMs });
  try {
    assert.is(await send(genuine), 204);
    assert.is(await send(genuine), 204, 'a repeated one is well received');
    assert.is(await send(genuine, body.replace('silent', 'silenx')), 401, 'a changed body');
    assert.is(await send({ ...genuine, 'x-postern-timestamp': String(Number(genuine['x-postern-timestamp']) + 1) }), 401, 'a changed time');
    assert.is(await send(webhookHeaders(secret, { id: 'old', body, nowMs: nowMs - 301_000 })), 401, 'played again after the window');
    assert.is(await send(webhookHeaders(secret, { id: 'early', body, nowMs: nowMs + 310_000 })), 401, 'from the future');
    assert.is(await send(webhookHeaders(Buffer.from('another secret of some bytes'), { id: 'x', body, nowMs })), 401, 'another secret');
    assert.is(await send({}), 401, 'no signature');
    assert.is(await send(webhookHeaders(secret, { id: 'two', body, nowMs: nowMs - 290_000 })), 204, 'within the window');
    assert.equal([(await lines.next()).value, (await lines.next()).value], ['door-silent one', 'door-silent two']);
  } finally {
    receiver.kill();
    await once(receiver, 'exit');
    rmSync(folder, { recursive: true });
  }
});

test.run();
