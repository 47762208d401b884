import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../../../support/eventually.ts';
import { DoorLog } from '../events/door-log.ts';
import { FRONT } from '../events/reporting-site.ts';
import { signatureOf, WebhookReceiver } from './webhook-receiver.ts';

const script = fileURLToPath(new URL('./alerting-process.js', import.meta.url));
const SECRET = 'a secret of twenty-nine bytes';

interface Running {
  child: ChildProcess;
  url: string;
  key: string;
}

const children: ChildProcess[] = [];

async function started(...args: string[]): Promise<Running> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data') as [Buffer];
  return { child, ...JSON.parse(line.toString()) as { url: string; key: string } };
}

async function killed({ child }: Pick<Running, 'child'>): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Uploads a row of denials; resolves when the backend has said that they are on disk. */
async function alarm({ url, key }: Running): Promise<void> {
  const log = new DoorLog(FRONT);
  for (let i = 0; i < 6; i++) log.attempt({ denied: 'garbage' }, Math.floor(performance.timeOrigin + performance.now()));
  const response = await fetch(`${url}/api/postern/door/uploadEvents`, {
    method: 'POST', headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': key, 'content-type': 'application/json' },
    body: JSON.stringify({ doorUuid: FRONT, events: log.events, head: log.head }),
  });
  assert.is(response.status, 200);
}

function statesIn(dir: string): unknown[] {
  const db = new Database(join(dir, 'backend.sqlite'), { readonly: true });
  try {
    return db.prepare('SELECT state FROM webhook_outbox').pluck().all();
  } finally {
    db.close();
  }
}

async function inFolder(body: (dir: string, secretFile: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-kill-'));
  try {
    await body(join(folder, 'backend'), join(folder, 'secret'));
  } finally {
    for (const child of children) if (child.exitCode === null && child.signalCode === null) await killed({ child });
    rmSync(folder, { recursive: true });
  }
}

test('killed after the commit, before anything was sent: the next start sends the alert', () => inFolder(async (dir, secretFile) => {
  const receiver = await WebhookReceiver.open();
  // Without its secret nothing can be sent.
  const first = await started(dir, secretFile, receiver.url);
  await alarm(first);
  await killed(first);
  assert.equal(receiver.deliveries, []);
  writeFileSync(secretFile, SECRET);
  const second = await started(dir, secretFile, receiver.url);
  const delivery = await eventually('the alert arrives', () => receiver.deliveries[0]);
  assert.is(delivery.signature, signatureOf(SECRET, delivery));
  assert.is((JSON.parse(delivery.body) as { alert: string }).alert, 'denials-in-a-row');
  await killed(second);
  await receiver.close();
}));

test('killed while the receiver had it but had not answered: sent again, under the same id, and then no more', () => inFolder(async (dir, secretFile) => {
  writeFileSync(secretFile, SECRET);
  const receiver = await WebhookReceiver.open();
  receiver.answers = [() => undefined];
  const first = await started(dir, secretFile, receiver.url);
  await alarm(first);
  await eventually('the receiver has it', () => receiver.deliveries.length === 1);
  await killed(first);
  receiver.answers = [];
  const second = await started(dir, secretFile, receiver.url);
  await eventually('it comes again', () => receiver.deliveries.length === 2);
  await eventually('that it was taken is written down', () => statesIn(dir).join() === 'sent');
  await killed(second);
  // Another log in the place of the first: another alert, after which the first would have come a third time.
  await alarm(await started(dir, secretFile, receiver.url));
  const [, , third] = await eventually('another alert arrives', () => (receiver.deliveries.length === 3 ? receiver.ids : undefined));
  assert.equal(receiver.ids, [receiver.ids[0], receiver.ids[0], third]);
  assert.is.not(third, receiver.ids[0]);
  await receiver.close();
}));

test.run();
