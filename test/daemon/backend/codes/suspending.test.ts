import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import Database from 'better-sqlite3';
import { decodeEntry, LIST_ENTRY_BYTES, parseListHead } from '../../../../daemon/base/token-list-file.ts';
import { BACK, FRONT, ServedBackend } from '../served-backend.ts';

const QR = '/api/accesscontrol/qr/';
const folder = mkdtempSync(join(tmpdir(), 'postern-suspending-'));
let it: ServedBackend;
test.before(async () => {
  it = await ServedBackend.open(folder);
});
test.after(async () => {
  await it.close();
  rmSync(folder, { recursive: true });
});

type Verb = 'suspend' | 'resume' | 'revoke';

/** The status that is answered and whether it changed; or the refusal. */
async function done(verb: Verb, accessTokenUuid: string, key = it.issuerKey): Promise<string> {
  const { status, body } = await it.post(`${QR}${verb}QRAccessCode`, { accessTokenUuid, auditPrincipal: 'ada' }, key);
  return status === 200 ? `${String(body.status)}${body.changed === true ? '' : ' already'}` : `${status} ${String(body.code)}`;
}

async function listed(door: string, tokenId: string): Promise<string | undefined> {
  const bytes = new Uint8Array(await (await it.get(`/api/postern/tokenlist/${door}`)).arrayBuffer());
  for (let at = parseListHead(bytes).entriesAt; at < bytes.length; at += LIST_ENTRY_BYTES) {
    const entry = decodeEntry(bytes, at);
    if (Buffer.from(entry.id).toString('base64url') === tokenId) return entry.status;
  }
  return undefined;
}

const ways: [situation: string, verbs: Verb[], answers: string[], verdict: string][] = [
  ['suspended', ['suspend'], ['suspended'], 'suspended'],
  ['suspended twice', ['suspend', 'suspend'], ['suspended', 'suspended already'], 'suspended'],
  ['suspended and resumed', ['suspend', 'resume'], ['suspended', 'active'], 'granted'],
  ['resumed without having been suspended', ['resume'], ['active already'], 'granted'],
  ['suspended, resumed and suspended', ['suspend', 'resume', 'suspend'], ['suspended', 'active', 'suspended'], 'suspended'],
  ['revoked, then suspended', ['revoke', 'suspend'], ['revoked', '409 token-revoked'], 'revoked'],
  ['revoked, then resumed', ['revoke', 'resume'], ['revoked', '409 token-revoked'], 'revoked'],
  ['suspended, revoked, then resumed', ['suspend', 'revoke', 'resume'], ['suspended', 'revoked', '409 token-revoked'], 'revoked'],
];
for (const [situation, verbs, answers, verdict] of ways) {
  test(`a code that is ${situation} is ${verdict} at an online door at once, and by the next list at an offline one`, async () => {
    const { text, tokenId } = it.backend.issue({ doors: [FRONT, BACK], validS: 3600 });
    assert.is(await it.verdict(text), 'granted');
    const got: string[] = [];
    for (const verb of verbs) got.push(await done(verb, tokenId));
    assert.equal(got, answers);
    assert.equal([await it.verdict(text), await it.verdict(text, BACK)], [verdict, verdict]);
    const status = verdict === 'granted' ? 'active' : verdict;
    assert.equal([await listed(FRONT, tokenId), await listed(BACK, tokenId)], [status, status]);
  });
}

test('what changed stands in the audit log, with who did it; what changed nothing does not', async () => {
  const { tokenId } = it.backend.issue({ doors: [FRONT], validS: 3600 });
  for (const verb of ['suspend', 'suspend', 'resume', 'resume', 'suspend'] as const) await done(verb, tokenId);
  const store = new Database(join(folder, 'backend.sqlite'), { readonly: true });
  const entries = store.prepare('SELECT action, principal, api_key FROM audit WHERE subject = ? ORDER BY seq').raw().all(tokenId);
  store.close();
  assert.equal(entries, [
    ['token-issued', null, null],
    ['token-suspended', 'ada', 'issuer'],
    ['token-resumed', 'ada', 'issuer'],
    ['token-suspended', 'ada', 'issuer'],
  ]);
});

test('a suspended code that keeps being shown spends no use', async () => {
  const { text, tokenId } = it.backend.issue({ doors: [FRONT], validS: 3600, uses: 1 });
  await done('suspend', tokenId);
  for (let i = 0; i < 3; i++) assert.is(await it.verdict(text), 'suspended');
  await done('resume', tokenId);
  assert.is(await it.verdict(text), 'granted');
});

for (const verb of ['suspend', 'resume'] as const) {
  test(`${verb}: what is no code, and who may not, is refused`, async () => {
    const { tokenId } = it.backend.issue({ doors: [FRONT], validS: 3600 });
    assert.is(await done(verb, 'AAAAAAAAAAAAAAAAAAAAAA'), '404 token-unknown');
    assert.is(await done(verb, 'no id'), '400 token-id-bad');
    assert.is(await done(verb, ''), '400 token-id-bad');
    for (const key of [it.doorKey, it.readerKey]) assert.is(await done(verb, tokenId, key), '403 wrong-role');
    assert.is((await it.post(`${QR}${verb}QRAccessCode`, { accessTokenUuid: tokenId, until: 'tomorrow' })).status, 400);
  });
}

test.run();
