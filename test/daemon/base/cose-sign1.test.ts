import { createPublicKey, verify } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readSign1, sign1, sigStructure, verifySign1, type SignedKind } from '../../../daemon/base/cose-sign1.ts';
import { publicKeyFromRaw, rawPublicKey, signerFromSeed } from '../../../daemon/base/ed25519.ts';
import { digitsOf, hex } from '../../support/hex.ts';
import { independentlySigned, independentlyVerified } from '../../support/independent-cose.ts';
import { refuses } from '../../support/refusal.ts';

const signer = signerFromSeed(new Uint8Array(32).fill(7));
const publicKey = publicKeyFromRaw(rawPublicKey(signer.privateKey));
const keyId = digitsOf(signer.keyId);
const payload = Buffer.from('This is the content.');
const kinds: SignedKind[] = ['postern token 1', 'postern key set 1', 'postern token list 1'];

// Key '11' of RFC 9052 appendix C.7.1 and its signature in appendix C.2.1.
const key11 = createPublicKey({
  format: 'jwk',
  key: {
    kty: 'EC', crv: 'P-256',
    x: Buffer.from(hex('bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff')).toString('base64url'),
    y: Buffer.from(hex('20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e')).toString('base64url'),
  },
});
const signatureC21 = '8eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36';

test('COSE: the Sig_structure of RFC 9052 C.2.1 is byte for byte what its signature covers', () => {
  const toBeSigned = sigStructure(hex('a10126'), hex(''), payload);
  assert.is(digitsOf(toBeSigned), '846a5369676e61747572653143a1012640' + '54546869732069732074686520636f6e74656e742e');
  assert.ok(verify('sha256', toBeSigned, { key: key11, dsaEncoding: 'ieee-p1363' }, hex(signatureC21)));
});

test('COSE: external_aad stands in the Sig_structure as RFC 9052 §4.4 has it', () => {
  // The working group's example sign-pass-02.
  const toBeSigned = sigStructure(hex('a10126'), hex('11aa22bb33cc44dd55006699'), payload);
  assert.is(digitsOf(toBeSigned), '846a5369676e61747572653143a101264c11aa22bb33cc44dd5500669954546869732069732074686520636f6e74656e742e');
});

test('COSE: what is written is an untagged array of protected header, empty map, payload, signature', () => {
  const signed = digitsOf(sign1(payload, 'postern token 1', signer));
  assert.is(signed.slice(0, -128), `8449a201320444${keyId}a0` + `54${payload.toString('hex')}` + '5840');
});

for (const kind of kinds) {
  for (const other of kinds) {
    test(`COSE: a signature as '${kind}' ${kind === other ? 'verifies' : 'does not verify'} as '${other}'`, () => {
      assert.is(verifySign1(readSign1(sign1(payload, kind, signer)), other, publicKey), kind === other);
    });
  }
}

for (const kind of kinds) {
  test(`COSE: an independent library verifies what we sign as '${kind}', and not under another external_aad`, async () => {
    const bytes = sign1(payload, kind, signer);
    assert.equal(Buffer.from(await independentlyVerified(bytes, kind, publicKey) ?? []), payload);
    assert.is(await independentlyVerified(bytes, '', publicKey), undefined);
    assert.is(await independentlyVerified(bytes, `${kind}0`, publicKey), undefined);
  });

  test(`COSE: what an independent library puts together as '${kind}' is what we would have written`, () => {
    const bytes = independentlySigned(payload, kind, signer);
    assert.is(digitsOf(bytes), digitsOf(sign1(payload, kind, signer)));
    assert.ok(verifySign1(readSign1(bytes), kind, publicKey));
  });
}

const header = `49a201320444${keyId}`;
const signature = `5840${'5a'.repeat(64)}`;
const refused: [what: string, digits: string, code: string, says: RegExp][] = [
  ['nothing', '', 'cbor-malformed', /./],
  ['the COSE_Sign1 tag before it', `d284${header}a04100${signature}`, 'cbor-malformed', /tag/],
  ['the CWT tag before it', `d83d84${header}a04100${signature}`, 'cbor-malformed', /tag/],
  ['a map', 'a0', 'cose-malformed', /array of four/],
  ['an array of three', `83${header}a04100`, 'cose-malformed', /array of four/],
  ['an array of five', `85${header}a04100${signature}00`, 'cose-malformed', /array of four/],
  ['a trailing byte', `84${header}a04100${signature}00`, 'cbor-malformed', /./],
  ['a protected header that is a map, not its bytes', `84a201320444${keyId}a04100${signature}`, 'cose-malformed', /protected header is not a byte string/],
  ['an empty protected header', `8440a04100${signature}`, 'cbor-malformed', /./],
  ['a protected header that is an array', `844180a04100${signature}`, 'cbor-malformed', /map/],
  ['an algorithm alone', `8443a10132a04100${signature}`, 'cose-malformed', /key id/],
  ['a key id alone', `8447a10444${keyId}a04100${signature}`, 'cose-malformed', /algorithm/],
  ['algorithm -8 (EdDSA)', `8449a201270444${keyId}a04100${signature}`, 'cose-malformed', /algorithm/],
  ['algorithm -7 (ES256)', `8449a201260444${keyId}a04100${signature}`, 'cose-malformed', /algorithm/],
  ['algorithm 5 (a MAC)', `8449a201050444${keyId}a04100${signature}`, 'cose-malformed', /algorithm/],
  ['the algorithm as a text', `8450a20167456432353531390444${keyId}a04100${signature}`, 'cose-malformed', /algorithm/],
  ['a key id of three bytes', `8448a201320443${keyId.slice(2)}a04100${signature}`, 'cose-malformed', /key id/],
  ['a key id of five bytes', `844aa201320445${keyId}00a04100${signature}`, 'cose-malformed', /key id/],
  ['a key id as a text', `8449a20132046461626364a04100${signature}`, 'cose-malformed', /key id/],
  ['protected parameters out of order', `8449a20444${keyId}0132a04100${signature}`, 'cbor-malformed', /./],
  ['the algorithm twice', `844ba3013201320444${keyId}a04100${signature}`, 'cbor-malformed', /./],
  ['a byte behind the protected map', `844aa201320444${keyId}00a04100${signature}`, 'cbor-malformed', /./],
  ['a critical parameter', `844ca301320281030444${keyId}a04100${signature}`, 'signed-too-new', /label 2/],
  ['a content type', `844ba3013203000444${keyId}a04100${signature}`, 'signed-too-new', /label 3/],
  ['an unknown parameter', `844ca301320444${keyId}186300a04100${signature}`, 'signed-too-new', /label 99/],
  ['the algorithm unprotected', `8447a10444${keyId}a101324100${signature}`, 'cose-malformed', /unprotected/],
  ['anything unprotected', `84${header}a11863004100${signature}`, 'cose-malformed', /unprotected/],
  ['an unprotected array', `84${header}804100${signature}`, 'cose-malformed', /unprotected/],
  ['a detached payload', `84${header}a0f6${signature}`, 'cbor-malformed', /./],
  ['a payload that is a map', `84${header}a0a0${signature}`, 'cose-malformed', /payload/],
  ['a payload that is a text', `84${header}a06161${signature}`, 'cose-malformed', /payload/],
  ['no signature', `84${header}a0410040`, 'cose-malformed', /signature/],
  ['a signature of 63 bytes', `84${header}a04100583f${'5a'.repeat(63)}`, 'cose-malformed', /signature/],
  ['a signature of 65 bytes', `84${header}a041005841${'5a'.repeat(65)}`, 'cose-malformed', /signature/],
  ['a signature that is a text', `84${header}a041007840${'61'.repeat(64)}`, 'cose-malformed', /signature/],
  ['a signature cut off', `84${header}a041005840${'5a'.repeat(63)}`, 'cbor-malformed', /./],
  ['an array of indefinite length', `9f${header}a04100${signature}ff`, 'cbor-malformed', /./],
];
for (const [what, digits, code, says] of refused) {
  test(`COSE: ${what} is refused (${code})`, () => refuses(() => readSign1(hex(digits)), code, says));
}

test('COSE: the form of which the refused ones are variations is read', () => {
  assert.equal(Buffer.from(readSign1(hex(`84${header}a04100${signature}`)).keyId), Buffer.from(signer.keyId));
});

test('COSE: a signature over other bytes does not verify', () => {
  assert.not(verifySign1(readSign1(hex(`84${header}a04100${signature}`)), 'postern token 1', publicKey));
});

test.run();
