import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { publicKeyFromRaw } from '../../../../daemon/base/ed25519.ts';
import { uuidBytes } from '../../../../daemon/base/ids.ts';
import { readKeySet } from '../../../../daemon/base/key-set.ts';
import { decodeEntry, LIST_ENTRY_BYTES, parseListHead, verifyListHead, type ListEntry, type ListHead } from '../../../../daemon/base/token-list-file.ts';
import { BACK, FRONT, ServedBackend } from '../served-backend.ts';

let it: ServedBackend;
test.before.each(async () => {
  it = await ServedBackend.open();
});
test.after.each(() => it.close());

interface Fetched {
  etag: string;
  head: ListHead;
  /** By base64url id. */
  entries: Record<string, Omit<ListEntry, 'id'>>;
}

/** Fetches a door's list as a door would: the key set under the root keys, the list under its key, the entries under the head. */
async function fetched(door = FRONT): Promise<Fetched> {
  const keys = readKeySet(new Uint8Array(await (await it.get('/api/postern/keyset')).arrayBuffer()), it.backend.rootPublicKeys());
  const response = await it.get(`/api/postern/tokenlist/${door}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const list = parseListHead(bytes);
  const key = keys.keys.find((each) => Buffer.compare(each.id, list.keyId) === 0);
  assert.is(key?.use, 'list');
  assert.ok(verifyListHead(list, publicKeyFromRaw(key?.publicKey ?? new Uint8Array())));
  assert.is(bytes.length, list.fileBytes);
  assert.is(createHash('sha256').update(bytes.subarray(list.entriesAt)).digest('hex'), Buffer.from(list.entriesDigest).toString('hex'));
  const entries: Fetched['entries'] = {};
  for (let at = list.entriesAt; at < bytes.length; at += LIST_ENTRY_BYTES) {
    const { id, ...rest } = decodeEntry(bytes, at);
    entries[Buffer.from(id).toString('base64url')] = rest;
  }
  return { etag: response.headers.get('etag') ?? '', head: list.head, entries };
}

const isFresh = async (etag: string, door = FRONT): Promise<boolean> => (await it.get(`/api/postern/tokenlist/${door}`, { 'if-none-match': etag })).status === 304;

test('a list holds the codes of its door, each with its status, and verifies from the root key on', async () => {
  const kept = it.backend.issue({ doors: [FRONT], validS: 3600 });
  const revoked = it.backend.issue({ doors: [FRONT], validS: 3600 });
  const both = it.backend.issue({ doors: [BACK, FRONT], validS: 3600 });
  it.backend.issue({ doors: [BACK], validS: 3600 });
  it.backend.revoke(revoked.tokenId);
  const { head, entries } = await fetched();
  assert.equal(entries, {
    [kept.tokenId]: { status: 'active', spent: 0 },
    [revoked.tokenId]: { status: 'revoked', spent: 0 },
    [both.tokenId]: { status: 'active', spent: 0 },
  });
  assert.is(Buffer.compare(head.door, uuidBytes(FRONT) as Uint8Array), 0);
  assert.is(head.expiresAtS - head.issuedAtS, 86_400);
});

test('asked with the ETag it gave, it answers 304 until something of that door changes', async () => {
  const token = it.backend.issue({ doors: [FRONT], validS: 3600 });
  const first = await fetched();
  assert.ok(await isFresh(first.etag));
  it.backend.issue({ doors: [BACK], validS: 3600 });
  assert.ok(await isFresh(first.etag), 'another door\'s code is nothing to this list');
  it.backend.revoke(token.tokenId);
  assert.not.ok(await isFresh(first.etag));
  assert.is((await fetched()).head.version, first.head.version + 1);
});

test('an unchanged list is signed anew after five minutes, for a door trusts only what is recent', async () => {
  const first = await fetched();
  it.clock.advance(299_000);
  assert.ok(await isFresh(first.etag));
  it.clock.advance(1_000);
  const second = await fetched();
  assert.is(second.head.version, first.head.version + 1);
  assert.is(second.head.issuedAtS, first.head.issuedAtS + 300);
});

test('when the clock is set back the list is signed anew and its version still rises', async () => {
  const first = await fetched();
  it.clock.jumpWall(-3_600_000);
  assert.is((await fetched()).head.version, first.head.version + 1);
});

test('asOf is the greatest issue time of the snapshot, whichever door the code is for', async () => {
  const keyId = Object.keys((await fetched()).head.asOfS);
  assert.is(keyId.length, 1);
  assert.equal((await fetched()).head.asOfS, { [keyId[0] as string]: 0 }, 'nothing was issued yet');
  it.clock.advance(10_000);
  const other = it.backend.issue({ doors: [BACK], validS: 3600 });
  it.clock.advance(300_000);
  assert.equal((await fetched()).head.asOfS, { [keyId[0] as string]: other.claims.issuedAtS });
});

test('a code that has expired leaves the list', async () => {
  it.backend.issue({ doors: [FRONT], validS: 60 });
  assert.is((await fetched()).head.count, 1);
  it.clock.advance(360_000);
  assert.is((await fetched()).head.count, 0);
});

test('a list tells each door what was spent at the others, and a use renews only theirs', async () => {
  const token = it.backend.issue({ doors: [FRONT, BACK], validS: 3600, uses: 5 });
  const front = await fetched(FRONT);
  const back = await fetched(BACK);
  assert.is(await it.verdict(token.text, FRONT), 'granted');
  assert.is(await it.verdict(token.text, FRONT), 'granted');
  assert.ok(await isFresh(front.etag, FRONT), 'the door where it was used counted for itself');
  assert.not.ok(await isFresh(back.etag, BACK));
  assert.equal((await fetched(BACK)).entries[token.tokenId], { status: 'active', spent: 2 });
  assert.is(await it.verdict(token.text, BACK), 'granted');
  assert.equal((await fetched(FRONT)).entries[token.tokenId], { status: 'active', spent: 1 });
});

test('a door is asked for by RUUID or UUID, and an unknown one is 404', async () => {
  assert.is((await it.get('/api/postern/tokenlist/00010203-0405-0607-0809-0a0b0c0d0e0f')).status, 200);
  assert.is((await it.get('/api/postern/tokenlist/AAECAwQFBgcICQoLDA0OAA')).status, 404);
  assert.is((await it.get('/api/postern/tokenlist/../keyset')).status, 200, 'a client resolves the path before it asks');
  assert.is((await it.get('/api/postern/tokenlist/..%2fkeyset')).status, 400);
  assert.is((await it.get('/api/postern/tokenlist/')).status, 404);
});

test('the key set answers 304 to its own ETag', async () => {
  const response = await it.get('/api/postern/keyset');
  assert.is(response.headers.get('content-type'), 'application/cose');
  const etag = response.headers.get('etag') ?? '';
  assert.is((await it.get('/api/postern/keyset', { 'if-none-match': `"other", ${etag}` })).status, 304);
  assert.is((await it.get('/api/postern/keyset', { 'if-none-match': '"other"' })).status, 200);
});

test.run();
