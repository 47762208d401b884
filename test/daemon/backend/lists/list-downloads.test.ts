import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { applyDelta, readDelta } from '../../../../daemon/base/token-list-delta.ts';
import { parseListHead } from '../../../../daemon/base/token-list-file.ts';
import { BACK, FRONT, ServedBackend } from '../served-backend.ts';

const LIST = `/api/postern/tokenlist/${FRONT}`;
const dir = mkdtempSync(join(tmpdir(), 'postern-downloads-'));
let it: ServedBackend;
test.before(async () => {
  it = await ServedBackend.open(dir);
});
test.after(async () => {
  await it.close();
  rmSync(dir, { recursive: true });
});

async function bytes(path: string, headers: Record<string, string> = {}): Promise<Buffer> {
  return Buffer.from(await (await it.get(path, headers)).arrayBuffer());
}

const versionOf = (list: Uint8Array): number => parseListHead(list).head.version;

test('the list is under the path that static files can have, and under the old one, the same', async () => {
  it.backend.issue({ doors: [FRONT], validS: 3600 });
  const full = await it.get(`${LIST}/full`);
  const old = await it.get(LIST);
  assert.equal([full.status, full.headers.get('etag')], [200, old.headers.get('etag')]);
  assert.is(full.headers.get('cache-control'), 'public, max-age=10');
  assert.ok(Buffer.from(await full.arrayBuffer()).equals(Buffer.from(await old.arrayBuffer())));
});

test('a delta makes of the list in hand the current one, and has a tag of its own', async () => {
  const before = await bytes(`${LIST}/full`);
  const tokens = Array.from({ length: 20 }, () => it.backend.issue({ doors: [FRONT, BACK], validS: 3600 }));
  it.backend.revoke(tokens[3]?.tokenId ?? '');
  const path = `${LIST}/${versionOf(before)}`;
  const response = await it.get(path);
  assert.equal([response.status, response.headers.get('content-type'), response.headers.get('accept-ranges')], [200, 'application/octet-stream', 'bytes']);
  const delta = readDelta(new Uint8Array(await response.arrayBuffer()));
  assert.is(delta.changed, 20);
  const after = Buffer.concat([delta.front, ...applyDelta(delta, [before.subarray(parseListHead(before).entriesAt)])]);
  assert.ok(after.equals(await bytes(`${LIST}/full`)));
  const again = await it.get(path, { 'if-none-match': response.headers.get('etag') ?? '' });
  assert.is(again.status, 304);
});

test('from the current version a delta leads nowhere, and stays the same until something changes', async () => {
  const path = `${LIST}/${versionOf(await bytes(`${LIST}/full`))}`;
  const first = await it.get(path);
  const delta = readDelta(new Uint8Array(await first.arrayBuffer()));
  assert.equal([delta.changed, delta.removed], [0, 0]);
  const tag = { 'if-none-match': first.headers.get('etag') ?? '' };
  assert.is((await it.get(path, tag)).status, 304);
  it.backend.issue({ doors: [FRONT], validS: 3600 });
  assert.is((await it.get(path, tag)).status, 200);
});

test('a list is had in pieces, over the border of its front', async () => {
  const full = await bytes(`${LIST}/full`);
  const front = parseListHead(full).entriesAt;
  for (const [start, end] of [[0, 0], [0, front - 1], [front - 3, front + 3], [front, full.length - 1], [full.length - 1, full.length - 1]] as const) {
    const part = await it.get(`${LIST}/full`, { range: `bytes=${start}-${end}` });
    assert.equal([part.status, part.headers.get('content-range')], [206, `bytes ${start}-${end}/${full.length}`]);
    assert.ok(Buffer.from(await part.arrayBuffer()).equals(full.subarray(start, end + 1)), `${start}-${end}`);
  }
  const head = await fetch(`${it.url}${LIST}/full`, { method: 'HEAD', headers: it.auth(it.doorKey) });
  assert.equal([head.status, head.headers.get('content-length')], [200, String(full.length)]);
  assert.is((await it.get(`${LIST}/full`, { range: `bytes=${full.length}-` })).status, 416);
});

const refusals: [situation: string, path: string, status: number, code: string][] = [
  ['a version that never was', `${LIST}/4000`, 404, 'delta-unknown'],
  ['version 0', `${LIST}/0`, 400, 'version-bad'],
  ['a negative version', `${LIST}/-1`, 400, 'version-bad'],
  ['a version with a point', `${LIST}/1.0`, 400, 'version-bad'],
  ['a version in hex', `${LIST}/0x1`, 400, 'version-bad'],
  ['a version with a zero before it', `${LIST}/01`, 400, 'version-bad'],
  ['a version beyond 2^53', `${LIST}/9007199254740993`, 400, 'version-bad'],
  ['a version of a hundred digits', `${LIST}/${'9'.repeat(100)}`, 400, 'version-bad'],
  ['a word', `${LIST}/FULL`, 400, 'version-bad'],
  ['a word of Object', `${LIST}/constructor`, 400, 'version-bad'],
  ['a path in the version', `${LIST}/..%2f..%2fkeyset`, 400, 'version-bad'],
  ['a byte that is no text', `${LIST}/%ff`, 400, 'path-bad'],
  ['one part too many', `${LIST}/1/2`, 404, 'no-such-call'],
  ['nothing after the slash', `${LIST}/`, 404, 'no-such-call'],
  ['an unknown door', '/api/postern/tokenlist/AAECAwQFBgcICQoLDA0OAA/full', 404, 'door-unknown'],
  ['an unknown door\'s delta', '/api/postern/tokenlist/AAECAwQFBgcICQoLDA0OAA/1', 404, 'door-unknown'],
  ['no door', '/api/postern/tokenlist/door/full', 400, 'door-uuid-bad'],
];
for (const [situation, path, status, code] of refusals) {
  test(`asked for ${situation}: ${status} ${code}`, async () => {
    const response = await it.get(path);
    const { code: told, errorMsg } = await response.json() as { code: string; errorMsg: string };
    assert.equal([response.status, told, response.headers.get('cache-control')], [status, code, 'no-store']);
    assert.match(errorMsg, / .*\.$/s, 'a sentence');
  });
}

test('[S8] a list and a delta are given to those who have a key, and only given', async () => {
  for (const path of [`${LIST}/full`, `${LIST}/1`, LIST]) {
    assert.is((await fetch(it.url + path)).status, 401);
    assert.is((await fetch(it.url + path, { headers: it.auth(it.adminKey) })).status, 200);
    assert.is((await fetch(it.url + path, { method: 'POST', headers: it.auth(it.doorKey) })).status, 405);
  }
});

test.run();
