import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readApiKey, readRootKeys, readZoneMaster } from '../../../daemon/commands/key-files.ts';
import { refuses } from '../../support/refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-keys-'));
test.after(() => rmSync(folder, { recursive: true }));

let files = 0;
function written(text: string | Uint8Array, mode = 0o600): string {
  const path = join(folder, `${++files}`);
  writeFileSync(path, text, { mode });
  return path;
}
const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64url');

test('root keys stand a line each, with comments', () => {
  const read = readRootKeys(written(`# active\n${key(1)}\n\n${key(2)} # spare\r\n`, 0o644));
  assert.equal(read.map((it) => it[0]), [1, 2]);
});

test('an API key and a zone master are the one line of their files', () => {
  assert.is(readApiKey(written('id.secret\n')), 'id.secret');
  assert.is(readZoneMaster(written(key(7))).length, 32);
});

const bad: [situation: string, read: (path: string) => unknown, text: string | Uint8Array, says: RegExp][] = [
  ['no root key', readRootKeys, '# none\n', /no root key/],
  ['nine root keys', readRootKeys, Array.from({ length: 9 }, (_, i) => key(i)).join('\n'), /more than 8/],
  ['a root key cut short', readRootKeys, key(1).slice(0, -1), /not 32 bytes/],
  ['a root key in plain base64', readRootKeys, Buffer.alloc(32, 255).toString('base64'), /not 32 bytes/],
  ['any bytes for root keys', readRootKeys, Buffer.from([0, 255, 254, 10, 13]), /not 32 bytes/],
  ['17 kB for root keys', readRootKeys, '#'.repeat(17_000), /too large/],
  ['no API key', readApiKey, '\n', /one API key/],
  ['two API keys', readApiKey, 'a\nb\n', /one API key/],
  ['an API key that would break a header', readApiKey, 'a\u0000b', /one API key/],
  ['two zone masters', readZoneMaster, `${key(1)}\n${key(2)}`, /one zone master/],
];
for (const [situation, read, text, says] of bad) {
  test(`${situation}: refused in a sentence that names the file and shows nothing of it`, () => {
    refuses(() => read(written(text)), 'key-file', says);
  });
}

test('[S7] a secret that others may read is refused; root keys are public', () => {
  refuses(() => readApiKey(written('id.secret', 0o640)), 'key-file', /chmod 600/);
  refuses(() => readZoneMaster(written(key(1), 0o604)), 'key-file', /chmod 600/);
  assert.is(readRootKeys(written(key(1), 0o644)).length, 1);
});

test('a file that is not there, or a folder, is told', () => {
  refuses(() => readApiKey(join(folder, 'nowhere')), 'key-file', /does not exist/);
  refuses(() => readRootKeys(folder), 'key-file', /cannot be read \(EISDIR\)/);
});

test.run();
