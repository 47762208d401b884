import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../daemon/base/clock.ts';
import { readToken } from '../../daemon/base/token.ts';
import { readApiKey, readRootKeys, readZoneMaster } from '../../daemon/commands/key-files.ts';
import type { VisitorSessionOptions } from '../../scripts/make-demo-session.ts';
import { prepareDemo } from '../../scripts/prepare-demo.ts';

const DOOR = 'AAECAwQFBgcICQoLDA0ODw';
const HOUR_MS = 3_600_000;

let dir: string;
let clock: VirtualClock;
let drawn: VisitorSessionOptions['visits'][];
test.before.each(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'postern-demo-')), '.demo');
  clock = new VirtualClock();
  drawn = [];
});
test.after.each(() => rmSync(join(dir, '..'), { recursive: true }));

async function render({ dir: session, visits }: VisitorSessionOptions): Promise<void> {
  drawn.push(visits);
  mkdirSync(session, { recursive: true });
  writeFileSync(join(session, 'inputs.jsonl'), '');
}
const prepare = (how = render): Promise<void> => prepareDemo({ dir, doorUuid: DOOR, onProgress: () => undefined, clock, render: how });
const rootKeys = (): string => readFileSync(join(dir, 'root-keys.txt'), 'utf8');

test('a first start makes an issuer, its key files for the owner alone, and five visits', async () => {
  await prepare();
  assert.equal(drawn[0]?.map((visit) => visit.label), ['valid', 'expired', 'revoked', 'wrong door', 'garbage']);
  assert.ok(readApiKey(join(dir, 'door-api.key')) !== readApiKey(join(dir, 'admin-api.key')));
  assert.is(readRootKeys(join(dir, 'root-keys.txt')).length, 1);
  assert.is(readZoneMaster(join(dir, 'zone-master.key')).length, 32);
  assert.is(statSync(dir).mode & 0o777, 0o700);
  assert.ok(existsSync(join(dir, 'session/inputs.jsonl')));
});

test('the valid code is valid for twelve hours, the expired one for none', async () => {
  await prepare();
  const leftMs = (visit: number): number => {
    const read = readToken(drawn[0]?.[visit]?.text ?? '');
    if (!read.ok) throw new Error(read.reason);
    return read.token.claims.expiresAtS * 1000 - clock.wallMs();
  };
  assert.is(leftMs(0), 12 * HOUR_MS);
  assert.is(leftMs(1), -HOUR_MS);
});

test('a second start keeps everything; when an hour is left the codes are made anew by the same issuer', async () => {
  await prepare();
  const roots = rootKeys();
  writeFileSync(join(dir, 'event-log'), 'of the door');
  clock.advance(11 * HOUR_MS - 1);
  await prepare();
  assert.is(drawn.length, 1);
  clock.advance(1);
  await prepare();
  assert.is(drawn.length, 2);
  assert.is(rootKeys(), roots);
  assert.ok(existsSync(join(dir, 'event-log')));
});

test('a start that was interrupted while it drew is taken up again', async () => {
  await prepare(() => Promise.reject(new Error('interrupted'))).catch(() => undefined);
  const roots = rootKeys();
  assert.not.ok(existsSync(join(dir, 'session')));
  await prepare();
  assert.is(drawn.length, 1);
  assert.is(rootKeys(), roots);
  assert.ok(existsSync(join(dir, 'session/inputs.jsonl')));
});

test('an issuer that is not whole is made anew, and what the door remembered of it goes', async () => {
  await prepare();
  const roots = rootKeys();
  writeFileSync(join(dir, 'event-log'), 'of the door');
  rmSync(join(dir, 'root-keys.txt'));
  await prepare();
  assert.is.not(rootKeys(), roots);
  assert.not.ok(existsSync(join(dir, 'event-log')));
});

test.run();
