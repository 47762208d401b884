import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rawPublicKey, signerFromSeed, type Signer } from '../../../../daemon/base/ed25519.ts';
import type { KeySet, SetKey } from '../../../../daemon/base/key-set.ts';
import { signToken, type TokenClaims } from '../../../../daemon/base/token.ts';
import { codeFault, type AskedCode } from '../../../../daemon/commands/pass/code-check.ts';
import { passRequest } from '../../../../daemon/commands/pass/pass-request.ts';
import { BACK, FRONT } from '../../backend/served-backend.ts';

const NOW_S = 1_790_000_000;
const signer = signerFromSeed(Buffer.alloc(32, 1));
const stranger = signerFromSeed(Buffer.alloc(32, 2));
const bytes = (ruuid: string): Buffer => Buffer.from(ruuid, 'base64url');
const ID = 'AQIDBAUGBwgJCgsMDQ4PEA';

const claims: TokenClaims = { id: bytes(ID), doors: [bytes(FRONT)], issuedAtS: NOW_S, expiresAtS: NOW_S + 7_200 };
const asked: AskedCode = { tokenId: ID, door: FRONT, request: passRequest({ name: 'Ada', for: '2h' }), expiresAtMs: (NOW_S + 7_200) * 1000 };
const keys = (change: Partial<SetKey> = {}): KeySet => ({
  version: 1, issuedAtS: NOW_S, listFloor: 0,
  keys: [{ id: signer.keyId, use: 'token', state: 'active', publicKey: rawPublicKey(signer.privateKey), notBeforeS: NOW_S - 10, notAfterS: NOW_S + 10, ...change }],
});
const fault = (change: Partial<TokenClaims> = {}, by: Signer = signer, set: KeySet = keys()): string | undefined => codeFault(signToken({ ...claims, ...change }, by), asked, set);

test('the code that was asked for has no fault, also under a key that was retired since', () => {
  assert.is(fault(), undefined);
  assert.is(fault({}, signer, keys({ state: 'retired' })), undefined);
});

test('a signature by another key under this one\'s name is found', () => {
  assert.match(fault({}, { ...stranger, keyId: signer.keyId }) ?? '', /does not verify/);
});

const wrongKeys: [situation: string, found: string | undefined, says: RegExp][] = [
  ['a stranger', fault({}, stranger), /does not have/],
  ['a key for lists', fault({}, signer, keys({ use: 'list' })), /does not have/],
  ['a revoked key', fault({}, signer, keys({ state: 'revoked' })), /was not to sign/],
  ['a key of tomorrow', fault({}, signer, keys({ notBeforeS: NOW_S + 1 })), /was not to sign/],
  ['a key of yesterday', fault({}, signer, keys({ notAfterS: NOW_S - 1 })), /was not to sign/],
];
for (const [situation, found, says] of wrongKeys) test(`a code signed by ${situation} does not go out`, () => assert.match(found ?? '', says));

const otherClaims: [what: string, change: Partial<TokenClaims>][] = [
  ['its id', { id: Buffer.alloc(16) }], ['its door', { doors: [bytes(BACK)] }], ['its door', { doors: [bytes(FRONT), bytes(BACK)] }],
  ['its beginning', { notBeforeS: NOW_S + 60 }], ['its end', { expiresAtS: NOW_S + 7_199 }], ['its number of uses', { uses: 1 }],
  ['its schedule', { hours: 'days' }], ['its extended time', { extended: true }], ['its changing', { rotating: true }],
];
for (const [what, change] of otherClaims) {
  test(`a code whose ${what.slice(4)} is not what was asked for does not go out: ${JSON.stringify(Object.keys(change))}`, () => assert.match(fault(change) ?? '', `is not what was asked for: ${what}`));
}

test('what is no code is told as such', () => {
  for (const text of ['', 'hello', 'PT1:', 'https://example.org']) assert.match(codeFault(text, asked, keys()) ?? '', /is no door code/);
});

test.run();
