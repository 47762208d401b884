import { generateKeyPairSync } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { keyIdOf, privateKeyFromSeed, publicKeyFromRaw, rawPublicKey, signEd25519, signerFromSeed, verifyEd25519 } from '../../../daemon/base/ed25519.ts';
import { digitsOf, hex } from '../../support/hex.ts';
import { refuses } from '../../support/refusal.ts';

interface Vector {
  name: string;
  seed: string;
  publicKey: string;
  message: string;
  signature: string;
}

const vectors: Vector[] = [
  {
    name: 'TEST 1',
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature: 'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    name: 'TEST 2',
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature: '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    name: 'TEST 3',
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature: '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
  {
    name: 'TEST SHA(abc)',
    seed: '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    publicKey: 'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    message: 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    signature: 'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  },
];
for (const { name, seed, publicKey, message, signature } of vectors) {
  test(`Ed25519: RFC 8032 §7.1 ${name}, signed and verified`, () => {
    const privateKey = privateKeyFromSeed(hex(seed));
    assert.is(digitsOf(rawPublicKey(privateKey)), publicKey);
    assert.is(digitsOf(signEd25519(hex(message), privateKey)), signature);
    assert.ok(verifyEd25519(hex(message), publicKeyFromRaw(hex(publicKey)), hex(signature)));
    assert.not(verifyEd25519(hex(`${message}00`), publicKeyFromRaw(hex(publicKey)), hex(signature)));
  });
}

test('Ed25519: a signature whose scalar is not reduced does not verify (RFC 8032 §5.1.7)', () => {
  const { publicKey, message, signature } = vectors[1] as Vector;
  const malleable = hex(signature);
  // S + L, with L the order of the base point, little-endian in the second half.
  const order = hex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');
  let carry = 0;
  for (let i = 0; i < 32; i++) {
    const sum = (malleable[32 + i] as number) + (order[i] as number) + carry;
    malleable[32 + i] = sum & 0xff;
    carry = sum >> 8;
  }
  assert.not(verifyEd25519(hex(message), publicKeyFromRaw(hex(publicKey)), malleable));
});

test('Ed25519: the key of another algorithm verifies nothing', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const message = hex('00');
  assert.not(verifyEd25519(message, publicKey, signEd25519(message, privateKey)));
});

test('Ed25519: a key id is the first four bytes of SHA-256 over the raw public key', () => {
  // printf of TEST 1's public key into sha256sum begins with 21fe31df.
  const { seed, publicKey } = vectors[0] as Vector;
  assert.is(digitsOf(keyIdOf(hex(publicKey))), '21fe31df');
  assert.is(digitsOf(signerFromSeed(hex(seed)).keyId), '21fe31df');
});

for (const length of [0, 31, 33, 64]) {
  test(`Ed25519: ${length} bytes are no key`, () => {
    refuses(() => privateKeyFromSeed(new Uint8Array(length)), 'key-bad', /seed/);
    refuses(() => publicKeyFromRaw(new Uint8Array(length)), 'key-bad', /public key/);
  });
}

test.run();
