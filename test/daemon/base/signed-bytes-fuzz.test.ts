import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeBase45 } from '../../../daemon/base/base45.ts';
import { readSign1, sign1, type SignedKind } from '../../../daemon/base/cose-sign1.ts';
import { keyIdOf, publicKeyFromRaw, rawPublicKey } from '../../../daemon/base/ed25519.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import { readKeySet, signKeySet } from '../../../daemon/base/key-set.ts';
import { buildTokenList, LIST_FRONT_BYTES, parseListHead, verifyListHead } from '../../../daemon/base/token-list-file.ts';
import { readToken, signToken, verifyToken, withStepCode } from '../../../daemon/base/token.ts';
import { seededRandom } from '../../../scripts/scene/random.ts';
import { fullClaims, plainClaims, testSigner, textOf, tokenAround, tokenKey, tokenSigner } from '../../support/token-samples.ts';

const random = seededRandom('signed bytes');
const upTo = (below: number): number => Math.floor(random() * below);
const oneOf = <T>(items: readonly T[]): T => items[upTo(items.length)] as T;
const randomBytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => upTo(256));
/** Heads of CBOR items that a decoder may trip over. */
const HEADS = [0x00, 0x18, 0x1b, 0x20, 0x3b, 0x40, 0x5b, 0x5f, 0x60, 0x7f, 0x80, 0x9b, 0x9f, 0xa0, 0xbb, 0xbf, 0xc0, 0xd2, 0xf4, 0xf6, 0xf9, 0xfb, 0xff];

/** The bytes with one to four things done to them: a byte changed, put in, taken out, or a piece cut or repeated. */
function mutated(bytes: Uint8Array): Uint8Array {
  let out = [...bytes];
  for (let times = 1 + upTo(4); times > 0; times--) {
    const at = upTo(out.length + 1);
    switch (upTo(6)) {
      case 0: out[at] = upTo(256); break;
      case 1: out[at] = (out[at] ?? 0) ^ (1 << upTo(8)); break;
      case 2: out.splice(at, 0, oneOf(HEADS)); break;
      case 3: out.splice(at, 1 + upTo(4)); break;
      case 4: out = out.slice(0, at); break;
      default: out.splice(at, 0, ...out.slice(at, at + upTo(20)));
    }
  }
  return Uint8Array.from(out);
}

/** Runs `read` on every input; any throw but a PosternError of that code, whose sentence is one, is a failure. */
function neverAnotherThrow(count: number, code: string, input: () => Uint8Array, read: (bytes: Uint8Array) => void): number {
  let accepted = 0;
  for (let i = 0; i < count; i++) {
    const bytes = input();
    try {
      read(bytes);
      accepted++;
    } catch (thrown) {
      if (!(thrown instanceof PosternError) || thrown.code !== code) {
        assert.unreachable(`input ${i}, ${Buffer.from(bytes).toString('hex')}: ${String(thrown)}`);
      }
    }
  }
  return accepted;
}

/** Every input gets a named answer; one that is read and verifies must be one of the texts that were really signed. */
function alwaysNamed(count: number, genuine: string[], input: () => string): Record<string, number> {
  const tally: Record<string, number> = {};
  const unstepped = (text: string): string => text.replace(/^PT1R[0-9]{8}:/, 'PT1:');
  for (let i = 0; i < count; i++) {
    const text = input();
    const result = readToken(text);
    const answer = result.ok ? 'read' : result.reason;
    tally[answer] = (tally[answer] ?? 0) + 1;
    if (result.ok && verifyToken(result.token, tokenKey) && !genuine.includes(unstepped(text))) assert.unreachable(`forged: ${text}`);
  }
  return tally;
}

const plainText = signToken(plainClaims, tokenSigner);
const fullText = signToken(fullClaims, tokenSigner);
const genuine = [plainText, fullText];
const signedBytes = genuine.map(bytesOf);

function bytesOf(text: string): Uint8Array {
  return decodeBase45(text.slice('PT1:'.length));
}

test('fuzz: 8,000 changed texts of tokens each get a named answer, and none is a forgery', () => {
  const texts = [plainText, fullText, withStepCode(fullText, '12345678')];
  const tally = alwaysNamed(8000, genuine, () => Buffer.from(mutated(Buffer.from(oneOf(texts), 'latin1'))).toString('latin1'));
  assert.ok((tally['garbage'] ?? 0) > 100 && (tally['token-malformed'] ?? 0) > 1000, JSON.stringify(tally));
});

test('fuzz: 8,000 changed COSE_Sign1 as tokens each get a named answer, and none is a forgery', () => {
  const tally = alwaysNamed(8000, genuine, () => textOf(mutated(oneOf(signedBytes))));
  assert.ok((tally['token-malformed'] ?? 0) > 1000 && (tally['read'] ?? 0) > 100, JSON.stringify(tally));
});

test('fuzz: 6,000 rightly signed tokens around changed claims each get a named answer', () => {
  const payloads = signedBytes.map((bytes) => readSign1(bytes).payload);
  const answers = Array.from({ length: 6000 }, () => readToken(tokenAround(mutated(oneOf(payloads)))));
  const reasons = new Set(answers.map((answer) => (answer.ok ? 'read' : answer.reason)));
  assert.equal([...reasons].sort(), ['read', 'token-malformed', 'token-too-new']);
});

test('fuzz: 4,000 random texts each get a named answer', () => {
  const tally = alwaysNamed(4000, genuine, () => {
    const noise = Buffer.from(randomBytes(upTo(300))).toString(oneOf(['latin1', 'utf8', 'base64', 'utf16le'] as const));
    return oneOf(['', 'PT1:', 'PT1R12345678:']) + noise;
  });
  assert.is(tally['read'], undefined);
});

const root = testSigner(1);
const rootKey = rawPublicKey(root.privateKey);
const keySet = signKeySet({
  version: 3, issuedAtS: 1_772_442_000, listFloor: 40, nextRoot: rawPublicKey(testSigner(9).privateKey),
  keys: [10, 11].map((number) => {
    const publicKey = rawPublicKey(testSigner(number).privateKey);
    return { id: keyIdOf(publicKey), use: 'token', state: 'active', publicKey, notBeforeS: 1, notAfterS: 2 };
  }),
}, root);
const listFile = buildTokenList(
  { door: new Uint8Array(16), version: 41, issuedAtS: 1_772_442_000, expiresAtS: 1_772_528_400, asOfS: { '21fe31df': 1_772_441_940 } },
  [{ id: new Uint8Array(16), status: 'active', spent: 0 }], root,
);

const signedAgain = (payload: Uint8Array, kind: SignedKind): Uint8Array => sign1(mutated(payload), kind, root);
const listFrontOf = (signed: Uint8Array): Uint8Array => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(signed.length);
  return Buffer.concat([listFile.subarray(0, 8), length, signed]);
};

test('fuzz: 3,000 changed key sets are refused by name', () => {
  const accepted = neverAnotherThrow(3000, 'key-set-refused', () => mutated(keySet), (bytes) => {
    readKeySet(bytes, [rootKey]);
    if (Buffer.compare(bytes, keySet) !== 0) assert.unreachable('forged');
  });
  assert.ok(accepted < 300);
});

test('fuzz: 3,000 rightly signed key sets around changed payloads are read or refused by name', () => {
  const { payload } = readSign1(keySet);
  neverAnotherThrow(3000, 'key-set-refused', () => signedAgain(payload, 'postern key set 1'), (bytes) => readKeySet(bytes, [rootKey]));
});

test('fuzz: 3,000 changed fronts of token lists are read or refused by name, and none is a forgery', () => {
  const publicKey = publicKeyFromRaw(rootKey);
  const head = readSign1(listFile.subarray(12, parseListHead(listFile).entriesAt));
  neverAnotherThrow(3000, 'list-refused', () => mutated(listFile.subarray(0, LIST_FRONT_BYTES)), (bytes) => {
    const list = parseListHead(bytes);
    if (verifyListHead(list, publicKey) && Buffer.compare(list.signed.payload, head.payload) !== 0) assert.unreachable('forged');
  });
});

test('fuzz: 3,000 rightly signed list heads around changed payloads are read or refused by name', () => {
  const { payload } = readSign1(listFile.subarray(12, parseListHead(listFile).entriesAt));
  neverAnotherThrow(3000, 'list-refused', () => listFrontOf(signedAgain(payload, 'postern token list 1')), parseListHead);
});

test('fuzz: 3,000 random byte strings are no key set and no token list', () => {
  assert.is(neverAnotherThrow(3000, 'key-set-refused', () => randomBytes(upTo(400)), (bytes) => readKeySet(bytes, [rootKey])), 0);
  const noise = (): Uint8Array => Buffer.concat([listFile.subarray(0, upTo(13)), randomBytes(upTo(400))]);
  assert.is(neverAnotherThrow(3000, 'list-refused', noise, parseListHead), 0);
});

test.run();
