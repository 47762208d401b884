import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeCbor, encodeCbor, type CborMap, type CborValue } from '../../../daemon/base/cbor.ts';
import { sign1, type SignedKind } from '../../../daemon/base/cose-sign1.ts';
import { publicKeyFromRaw, rawPublicKey } from '../../../daemon/base/ed25519.ts';
import { EntriesCheck } from '../../../daemon/base/entries-check.ts';
import { decodeEntry, encodeEntry, LIST_ENTRY_BYTES, type ListEntry } from '../../../daemon/base/token-list-entry.ts';
import { buildTokenList, LIST_FRONT_BYTES, parseListHead, signListFront, verifyListHead, type ListHead } from '../../../daemon/base/token-list-file.ts';
import { seededRandom } from '../../../scripts/scene/random.ts';
import { digitsOf, hex } from '../../support/hex.ts';
import { independentlyVerified } from '../../support/independent-cose.ts';
import { refuses } from '../../support/refusal.ts';
import { testSigner } from '../../support/token-samples.ts';

const signer = testSigner(20);
const publicKey = publicKeyFromRaw(rawPublicKey(signer.privateKey));
const head: Omit<ListHead, 'count'> = {
  door: new Uint8Array(16).fill(0xd0),
  version: 41,
  issuedAtS: 1_772_442_000,
  expiresAtS: 1_772_528_400,
  asOfS: { '21fe31df': 1_772_441_940, '00000001': 0 },
};
const entries: ListEntry[] = [
  { id: hex('00'.repeat(16)), status: 'revoked', spent: 0 },
  { id: hex(`${'00'.repeat(15)}01`), status: 'active', spent: 65_535 },
  { id: hex(`80${'00'.repeat(15)}`), status: 'suspended', spent: 258 },
  { id: hex('ff'.repeat(16)), status: 'active', spent: 0 },
];
const file = buildTokenList(head, entries, signer);
const list = parseListHead(file.subarray(0, LIST_FRONT_BYTES));

/** Reads a whole file as a door does, in chunks of that many bytes from one reused buffer. */
function check(bytes: Uint8Array, chunkBytes: number): void {
  const read = parseListHead(bytes.subarray(0, LIST_FRONT_BYTES));
  const entriesCheck = new EntriesCheck(read);
  const chunk = Buffer.alloc(chunkBytes);
  for (let at = read.entriesAt; at < bytes.length; at += chunkBytes) {
    const part = bytes.subarray(at, at + chunkBytes);
    chunk.set(part);
    entriesCheck.add(chunk.subarray(0, part.length));
  }
  entriesCheck.finish();
}

test('token list: the head that was signed is read and verifies', () => {
  assert.equal({ ...list.head, door: digitsOf(list.head.door) }, { ...head, door: 'd0'.repeat(16), count: 4 });
  assert.equal(Buffer.from(list.keyId), Buffer.from(signer.keyId));
  assert.ok(verifyListHead(list, publicKey));
  assert.is(list.fileBytes, file.length);
});

test('token list: each entry stands at its place in the file', () => {
  const read = entries.map((_, i) => decodeEntry(file, list.entriesAt + i * LIST_ENTRY_BYTES));
  assert.equal(read.map((entry) => ({ ...entry, id: digitsOf(entry.id) })),
    entries.map((entry) => ({ ...entry, id: digitsOf(entry.id) })));
});

test('token list: an entry is 16 bytes of id, one of status, two of spent uses', () => {
  const bytes = new Uint8Array(LIST_ENTRY_BYTES);
  encodeEntry({ id: hex('11'.repeat(16)), status: 'suspended', spent: 258 }, bytes);
  assert.is(digitsOf(bytes), `${'11'.repeat(16)}020102`);
});

test('token list: entries are sorted by id whatever their order', () => {
  assert.equal(Buffer.from(buildTokenList(head, entries.toReversed(), signer)), Buffer.from(file));
});

test('token list: without entries it is a head alone', () => {
  const empty = buildTokenList(head, [], signer);
  assert.is(parseListHead(empty).head.count, 0);
  check(empty, 64);
});

test('token list: an independent COSE library verifies its head', async () => {
  const bytes = file.subarray(12, list.entriesAt);
  assert.ok(await independentlyVerified(bytes, 'postern token list 1', publicKey));
  assert.is(await independentlyVerified(bytes, 'postern token 1', publicKey), undefined);
});

test('token list: another key does not verify it', () => {
  assert.not(verifyListHead(list, publicKeyFromRaw(rawPublicKey(testSigner(21).privateKey))));
});

test('token list: what was read from the front does not change with the buffer it was read from', () => {
  const front = Buffer.from(file.subarray(0, LIST_FRONT_BYTES));
  const read = parseListHead(front);
  front.fill(0);
  assert.is(digitsOf(read.head.door), 'd0'.repeat(16));
  assert.ok(verifyListHead(read, publicKey));
});

test('token list: an entry read does not change with the buffer it was read from', () => {
  const bytes = Buffer.from(file.subarray(list.entriesAt));
  const entry = decodeEntry(bytes, 2 * LIST_ENTRY_BYTES);
  bytes.fill(0);
  assert.is(digitsOf(entry.id), `80${'00'.repeat(15)}`);
});

const random = seededRandom('token list');
const thousand: ListEntry[] = Array.from({ length: 1000 }, () => ({
  id: Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256)), status: 'active', spent: Math.floor(random() * 65_536),
}));
const longFile = buildTokenList(head, thousand, signer);
for (const chunkBytes of [1, 7, 18, 19, 20, 37, 38, 4096, 19_000, 1 << 20]) {
  test(`token list: 1000 entries check out in chunks of ${chunkBytes} bytes`, () => check(longFile, chunkBytes));
}

test('token list: 250,000 entries in any order become a file that checks out', () => {
  const count = 250_000;
  const many = Array.from({ length: count }, (_, i): ListEntry => {
    const id = Buffer.alloc(16);
    // An odd multiplier permutes the numbers below 2^32, so no id comes twice.
    id.writeUInt32BE(Math.imul(i, 2_654_435_761) >>> 0);
    return { id, status: 'active', spent: 0 };
  });
  const bytes = buildTokenList(head, many, signer);
  assert.is(parseListHead(bytes).head.count, count);
  check(bytes, 1 << 20);
});

/** The file with bytes overwritten from `at` in its entries. */
function withEntries(at: number, digits: string): Uint8Array {
  const bytes = new Uint8Array(file);
  bytes.set(hex(digits), list.entriesAt + at);
  return bytes;
}

const badEntries: [what: string, bytes: Uint8Array, says: RegExp][] = [
  ['spent uses changed', withEntries(18, '01'), /not those that were signed/],
  ['a revoked token made active', withEntries(16, '01'), /not those that were signed/],
  ['an id changed', withEntries(15, '00').fill(0x02, list.entriesAt + 34, list.entriesAt + 35), /not those that were signed/],
  ['a status of 0', withEntries(16, '00'), /status/],
  ['a status of 4', withEntries(16, '04'), /status/],
  ['a status of 255', withEntries(16, 'ff'), /status/],
  ['two ids in the wrong order', withEntries(0, 'aa'), /order/],
  ['an id twice', withEntries(34, '00'), /order|twice/],
  ['the last byte cut off', file.subarray(0, -1), /does not have the entries/],
  ['the last entry cut off', file.subarray(0, -LIST_ENTRY_BYTES), /does not have the entries/],
  ['a byte behind the entries', Buffer.concat([file, hex('00')]), /does not have the entries/],
  ['an entry behind the entries', Buffer.concat([file, file.subarray(-LIST_ENTRY_BYTES)]), /more entries/],
  ['a page of zeros, as a power cut leaves it', new Uint8Array(file).fill(0, list.entriesAt), /status/],
];
for (const [what, bytes, says] of badEntries) {
  for (const chunkBytes of [19, 23, 4096]) {
    test(`token list: ${what}, in chunks of ${chunkBytes}: refused`, () => refuses(() => check(bytes, chunkBytes), 'list-refused', says));
  }
}

function lead(headBytes: number): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(headBytes);
  return Buffer.concat([Buffer.from('PTLIST1\n'), length]);
}

/** A rightly signed front with its head changed first. */
function around(change: (payload: CborMap) => CborValue, kind: SignedKind = 'postern token list 1'): Uint8Array {
  const signed = sign1(encodeCbor(change(decodeCbor(list.signed.payload) as CborMap)), kind, signer);
  return Buffer.concat([lead(signed.length), signed]);
}

const put = (label: number | string, value: CborValue) => (payload: CborMap): CborMap => new Map(payload).set(label, value);
const without = (label: number) => (payload: CborMap): CborMap => new Map([...payload].filter(([key]) => key !== label));
const badFronts: [what: string, bytes: Uint8Array, says: RegExp][] = [
  ['nothing', hex(''), /no token list/],
  ['a web page', Buffer.from('<!doctype html><title>Not found</title>'), /no token list/],
  ['a list of a later kind', Buffer.from(file).fill('2', 6, 7), /no token list/],
  ['the magic alone', file.subarray(0, 8), /no token list/],
  ['magic and length alone', file.subarray(0, 12), /within its head/],
  ['a head cut off', file.subarray(0, 100), /within its head/],
  ['a head of 4 GB', Buffer.concat([lead(0xffffffff), file.subarray(12)]), /4096 bytes/],
  ['a head of 4097 bytes', Buffer.concat([lead(4097), new Uint8Array(5000)]), /4096 bytes/],
  ['an empty head', lead(0), /CBOR/],
  ['a head that ends too early', Buffer.concat([lead(50), file.subarray(12)]), /CBOR/],
  ['a head with the first entry in it', Buffer.concat([lead(list.entriesAt - 12 + 19), file.subarray(12)]), /CBOR/],
  ['a head that is a key', around(() => new Uint8Array(32)), /map/],
  ['something unknown', around(put(9, 1)), /label 9.*update/],
  ['no door', around(without(1)), /door/],
  ['a door of 15 bytes', around(put(1, new Uint8Array(15))), /door/],
  ['no version', around(without(2)), /version/],
  ['version 0', around(put(2, 0)), /version/],
  ['a version as a text', around(put(2, '42')), /version/],
  ['no issue time', around(without(3)), /issue time/],
  ['an issue time in the year 10000', around(put(3, 253_402_300_800)), /issue time/],
  ['no expiry', around(without(4)), /expiry/],
  ['an expiry at its issue', around(put(4, head.issuedAtS)), /expiry/],
  ['no as-of times', around(without(5)), /as-of/],
  ['as-of times in a list', around(put(5, [1])), /as-of/],
  ['an as-of time under a name', around(put(5, new Map([['main', 1]]))), /key id/],
  ['an as-of time under capital digits', around(put(5, new Map([['21FE31DF', 1]]))), /key id/],
  ['an as-of time under a number', around(put(5, new Map([[12345678, 1]]))), /text/],
  ['an as-of time below 0', around(put(5, new Map([['21fe31df', -1]]))), /as-of/],
  ['an as-of time that is a text', around(put(5, new Map([['21fe31df', 'now']]))), /as-of/],
  ['as-of times for 65 keys', around(put(5, new Map(Array.from({ length: 65 }, (_, i) => [i.toString(16).padStart(8, '0'), 1])))), /64 keys/],
  ['no count', around(without(6)), /entries/],
  ['a count below 0', around(put(6, -1)), /entries/],
  ['4,000,001 entries', around(put(6, 4_000_001)), /entries/],
  ['entries of 20 bytes', around(put(7, 20)), /19 bytes/],
  ['no digest', around(without(8)), /digest/],
  ['a digest of 31 bytes', around(put(8, new Uint8Array(31))), /digest/],
];
for (const [what, bytes, says] of badFronts) {
  test(`token list: ${what} is refused`, () => refuses(() => parseListHead(bytes), 'list-refused', says));
}

for (const kind of ['postern token 1', 'postern key set 1'] as const) {
  test(`token list: a head signed as '${kind}' does not verify`, () => {
    assert.not(verifyListHead(parseListHead(around((payload) => payload, kind)), publicKey));
  });
}

const other: ListEntry = { id: hex('77'.repeat(16)), status: 'active', spent: 0 };
const unbuildable: [what: string, changes: Partial<ListHead>, more: ListEntry[], code: string, says: RegExp][] = [
  ['with a token twice', {}, [other, other], 'list-bad', /twice/],
  ['with an id of 8 bytes', {}, [{ ...other, id: new Uint8Array(8) }], 'list-entry-bad', /id/],
  ['with 65,536 spent uses', {}, [{ ...other, spent: 65_536 }], 'list-entry-bad', /spent/],
  ['with half a spent use', {}, [{ ...other, spent: 0.5 }], 'list-entry-bad', /spent/],
  ['with a status of its own', {}, [{ ...other, status: 'expired' as 'active' }], 'list-entry-bad', /status/],
  ['of version 0', { version: 0 }, [], 'list-bad', /version/],
  ['that has expired as it is issued', { expiresAtS: head.issuedAtS }, [], 'list-bad', /expiry/],
  ['for a door of 3 bytes', { door: hex('010203') }, [], 'list-bad', /door/],
];
for (const [what, changes, more, code, says] of unbuildable) {
  test(`token list: one ${what} is not built`, () => refuses(() => buildTokenList({ ...head, ...changes }, [...entries, ...more], signer), code, says));
}

const badBlocks: [what: string, block: Uint8Array, says: RegExp][] = [
  ['half an entry', new Uint8Array(30), /entries/],
  ['entries out of order', Buffer.concat([file.subarray(-19), file.subarray(-38, -19)]), /order/],
  ['zeros', new Uint8Array(19), /status/],
];
for (const [what, block, says] of badBlocks) {
  test(`token list: ${what} is not signed`, () => refuses(() => signListFront(head, block, signer), 'list-bad', says));
}

test('token list: the front signed for a block of entries is that of the whole file', () => {
  assert.equal(Buffer.from(signListFront(head, file.subarray(list.entriesAt), signer)), Buffer.from(file.subarray(0, list.entriesAt)));
});

test('token list: an entry of unknown status is not decoded', () => {
  refuses(() => decodeEntry(new Uint8Array(19)), 'list-entry-bad', /status/);
});

test.run();
