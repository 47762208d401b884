import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeCbor, encodeCbor, type CborMap, type CborValue } from '../../../daemon/base/cbor.ts';
import { readSign1, sign1, type SignedKind } from '../../../daemon/base/cose-sign1.ts';
import { keyIdOf, publicKeyFromRaw, rawPublicKey } from '../../../daemon/base/ed25519.ts';
import { publicKeyOf, readKeySet, signKeySet, type KeySet, type SetKey } from '../../../daemon/base/key-set.ts';
import { digitsOf, hex } from '../../support/hex.ts';
import { independentlyVerified } from '../../support/independent-cose.ts';
import { refuses } from '../../support/refusal.ts';
import { testSigner } from '../../support/token-samples.ts';

const root = testSigner(1);
const rootKey = rawPublicKey(root.privateKey);
const spare = testSigner(2);
const spareKey = rawPublicKey(spare.privateKey);

function key(number: number, changes: Partial<SetKey> = {}): SetKey {
  const publicKey = rawPublicKey(testSigner(number).privateKey);
  return { id: keyIdOf(publicKey), use: 'token', state: 'active', publicKey, notBeforeS: 1_772_000_000, notAfterS: 1_803_000_000, ...changes };
}

const plain: KeySet = {
  version: 3,
  issuedAtS: 1_772_442_000,
  keys: [key(10), key(11, { use: 'list' }), key(12, { use: 'command', state: 'retired' }), key(13, { state: 'revoked' })],
  listFloor: 40,
};

/** A set with its bytes as hex and its keys in order, so that what was read compares with what was signed. */
function normal({ keys, nextRoot, ...rest }: KeySet): unknown {
  const inHex = keys.map((each) => ({ ...each, id: digitsOf(each.id), publicKey: digitsOf(each.publicKey) }));
  return { ...rest, keys: inHex.sort((a, b) => (a.id < b.id ? -1 : 1)), nextRoot: nextRoot && digitsOf(nextRoot) };
}

const sets: [what: string, set: KeySet][] = [
  ['four keys of every use and state', plain],
  ['one key', { ...plain, keys: [key(10)] }],
  ['64 keys', { ...plain, keys: Array.from({ length: 64 }, (_, i) => key(i + 10)) }],
  ['a further root', { ...plain, nextRoot: rawPublicKey(testSigner(9).privateKey) }],
  ['the first version', { ...plain, version: 1, listFloor: 0 }],
  ['the last version', { ...plain, version: Number.MAX_SAFE_INTEGER, listFloor: Number.MAX_SAFE_INTEGER }],
];
for (const [what, set] of sets) {
  test(`key set: ${what}: what a root signed is read`, () => {
    assert.equal(normal(readKeySet(signKeySet(set, root), [rootKey])), normal(set));
  });
}

test('key set: the order of the keys makes no difference to what is signed', () => {
  assert.equal(signKeySet(plain, root), signKeySet({ ...plain, keys: plain.keys.toReversed() }, root));
});

test('key set: either root of the door counts', () => {
  assert.is(readKeySet(signKeySet(plain, spare), [rootKey, spareKey]).version, 3);
});

test('key set: a key read is the key signed', () => {
  const [first] = readKeySet(signKeySet({ ...plain, keys: [key(10)] }, root), [rootKey]).keys;
  assert.is(digitsOf(rawPublicKey(publicKeyOf(first as SetKey))), digitsOf(key(10).publicKey));
});

test('key set: an independent COSE library verifies it', async () => {
  assert.ok(await independentlyVerified(signKeySet(plain, root), 'postern key set 1', publicKeyFromRaw(rootKey)));
});

/** A rightly signed set with its payload map changed first. */
function around(change: (payload: CborMap) => CborValue, kind: SignedKind = 'postern key set 1'): Uint8Array {
  const payload = decodeCbor(readSign1(signKeySet(plain, root)).payload) as CborMap;
  return sign1(encodeCbor(change(payload)), kind, root);
}

const put = (label: number | string, value: CborValue) => (payload: CborMap): CborMap => new Map(payload).set(label, value);
const without = (label: number) => (payload: CborMap): CborMap => new Map([...payload].filter(([key]) => key !== label));
/** Changes the first key of the set. */
function withKey(change: (key: CborMap) => CborMap) {
  return (payload: CborMap): CborMap => {
    const [first, ...others] = payload.get(3) as CborMap[];
    return new Map(payload).set(3, [change(first as CborMap), ...others]);
  };
}

const signed = signKeySet(plain, root);
const flipped = (at: number): Uint8Array => {
  const bytes = new Uint8Array(signed);
  bytes[at] = (bytes[at] as number) ^ 1;
  return bytes;
};
const refused: [what: string, bytes: Uint8Array, says: RegExp][] = [
  ['nothing', hex(''), /CBOR/],
  ['bytes that are no CBOR', Buffer.from('not found'), /CBOR/],
  ['a web page', Buffer.from('<!doctype html>'), /CBOR/],
  ['too many bytes', new Uint8Array(16_385), /16384 bytes/],
  ['a set signed by a stranger', signKeySet(plain, testSigner(66)), /no root key/],
  ['a set signed by one of its own keys', signKeySet(plain, testSigner(10)), /no root key/],
  ['a stranger\'s signature under the root\'s id', signKeySet(plain, { ...testSigner(66), keyId: root.keyId }), /signature/],
  ['a flipped bit in the payload', flipped(30), /signature/],
  ['a flipped bit in the signature', flipped(signed.length - 1), /signature/],
  ['a set cut off', signed.subarray(0, -1), /CBOR/],
  ['a byte behind', Buffer.concat([signed, hex('00')]), /CBOR/],
  ['a payload signed as a token', around((payload) => payload, 'postern token 1'), /signature/],
  ['a payload signed as a token list', around((payload) => payload, 'postern token list 1'), /signature/],
  ['a payload that is no map', around(() => [1, 2]), /map/],
  ['something unknown', around(put(6, 1)), /label 6.*update/],
  ['something unknown under a text', around(put('version', 4)), /label version.*update/],
  ['no version', around(without(1)), /version/],
  ['version 0', around(put(1, 0)), /version/],
  ['a version below 0', around(put(1, -3)), /version/],
  ['a version as a text', around(put(1, '4')), /version/],
  ['no issue time', around(without(2)), /issue time/],
  ['an issue time in the year 10000', around(put(2, 253_402_300_800)), /issue time/],
  ['no keys', around(without(3)), /keys/],
  ['an empty list of keys', around(put(3, [])), /no key/],
  ['keys as a map', around(put(3, new Map())), /keys are not a list/],
  ['a key that is no map', around(put(3, [1])), /map/],
  ['65 keys', around(put(3, Array.from({ length: 65 }, () => new Map()))), /more than 64/],
  ['keys out of order', around((payload) => new Map(payload).set(3, (payload.get(3) as CborValue[]).toReversed())), /order/],
  ['a key twice', around((payload) => new Map(payload).set(3, (payload.get(3) as CborValue[]).flatMap((each) => [each, each]))), /one id/],
  ['no list floor', around(without(4)), /list floor/],
  ['a list floor below 0', around(put(4, -1)), /list floor/],
  ['a further root of 31 bytes', around(put(5, new Uint8Array(31))), /next root/],
  ['a further root as a text', around(put(5, 'r'.repeat(32))), /next root/],
  ['an id that is not its key\'s', around(withKey((each) => new Map(each).set(1, hex('00000000')))), /id is not that of its public key/],
  ['an id of five bytes', around(withKey((each) => new Map(each).set(1, Buffer.concat([each.get(1) as Uint8Array, hex('00')])))), /id/],
  ['an unknown use', around(withKey((each) => new Map(each).set(2, 'master'))), /use/],
  ['an unknown state', around(withKey((each) => new Map(each).set(3, 'suspended'))), /state/],
  ['a key of 31 bytes', around(withKey((each) => new Map(each).set(4, new Uint8Array(31)))), /public key/],
  ['a validity that ends as it begins', around(withKey((each) => new Map(each).set(6, each.get(5) as number))), /validity/],
  ['a validity without an end', around(withKey((each) => new Map([...each].filter(([label]) => label !== 6)))), /validity/],
  ['something unknown of a key', around(withKey((each) => new Map(each).set(7, true))), /label 7.*update/],
];
for (const [what, bytes, says] of refused) {
  test(`key set: ${what} is refused`, () => refuses(() => readKeySet(bytes, [rootKey, spareKey]), 'key-set-refused', says));
}

test('key set: a door without a root takes none', () => {
  refuses(() => readKeySet(signed, []), 'key-set-refused', /no root key/);
});

const unsignable: [what: string, changes: Partial<KeySet>, says: RegExp][] = [
  ['without keys', { keys: [] }, /no key/],
  ['with a key twice', { keys: [key(10), key(10, { use: 'list' })] }, /one id/],
  ['with the id of another key', { keys: [key(10, { id: key(11).id })] }, /id/],
  ['of version 0', { version: 0 }, /version/],
  ['with a validity of milliseconds', { keys: [key(10, { notAfterS: 1_803_000_000_000 })] }, /validity/],
];
for (const [what, changes, says] of unsignable) {
  test(`key set: one ${what} is not signed`, () => refuses(() => signKeySet({ ...plain, ...changes }, root), 'key-set-bad', says));
}

test.run();
