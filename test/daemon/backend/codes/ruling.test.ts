import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rule, type RulingFacts } from '../../../../daemon/backend/codes/ruling.ts';
import { publicKeyFromRaw, rawPublicKey, signerFromSeed } from '../../../../daemon/base/ed25519.ts';
import { readToken, rotatingKey, signToken, stepCodeOf, stepOf, verifyToken, withStepCode, type TokenClaims, type UnverifiedToken } from '../../../../daemon/base/token.ts';

const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
const NOW_S = NOW_MS / 1000;
const DAY_S = 86_400;
const signer = signerFromSeed(new Uint8Array(32).fill(1));
const publicKey = publicKeyFromRaw(rawPublicKey(signer.privateKey));
const otherSigner = { ...signerFromSeed(new Uint8Array(32).fill(2)), keyId: signer.keyId };
const door = new Uint8Array(16).fill(3);
const otherDoor = new Uint8Array(16).fill(4);
const zoneMaster = new Uint8Array(32).fill(5);

const claims: TokenClaims = { id: new Uint8Array(16).fill(6), doors: [door], issuedAtS: NOW_S - 3600, expiresAtS: NOW_S + 3600 };
const facts: RulingFacts = {
  nowMs: NOW_MS, door, keyState: 'active', isSigned: true, status: 'active', spent: 0,
  atDoor: { counted: 0, lastCountedAtMs: undefined, lastStep: undefined }, zoneMaster, maxTokenDays: 31, isReported: false,
};

function tokenOf(changed: Partial<TokenClaims>, by = signer, step?: number): UnverifiedToken {
  const text = signToken({ ...claims, ...changed }, by);
  const shown = step === undefined ? text : withStepCode(text, stepCodeOf(rotatingKey(zoneMaster, claims.id), step));
  const read = readToken(shown);
  if (!read.ok) throw new Error(read.reason);
  return read.token;
}

function verdict(token: UnverifiedToken, changed: Partial<RulingFacts> = {}): string {
  const ruling = rule(token, { ...facts, isSigned: verifyToken(token, publicKey), ...changed });
  return ruling.granted ? `granted, counts ${ruling.counts}${ruling.extended ? ', extended' : ''}` : ruling.reason;
}

const step = stepOf(NOW_MS);
const table: [situation: string, token: UnverifiedToken, changed: Partial<RulingFacts>, expected: string][] = [
  ['a plain token', tokenOf({}), {}, 'granted, counts 0'],
  ['a token with extended time', tokenOf({ extended: true }), {}, 'granted, counts 0, extended'],
  ['a key nobody knows', tokenOf({}), { keyState: undefined }, 'unknown-key'],
  ['a key that was revoked', tokenOf({}), { keyState: 'revoked' }, 'key-revoked'],
  ['a key that is retired but not revoked', tokenOf({}), { keyState: 'retired' }, 'granted, counts 0'],
  ['a signature by another key under this one\'s id', tokenOf({}, otherSigner), {}, 'bad-signature'],
  ['a token for another door', tokenOf({ doors: [otherDoor] }), {}, 'wrong-door'],
  ['a token for two doors, asked at the second', tokenOf({ doors: [otherDoor, door] }), {}, 'granted, counts 0'],
  ['an issue time 60 s ahead', tokenOf({ issuedAtS: NOW_S + 60 }), {}, 'granted, counts 0'],
  ['an issue time 61 s ahead', tokenOf({ issuedAtS: NOW_S + 61 }), {}, 'issued-in-future'],
  ['a life of 31 days', tokenOf({ issuedAtS: NOW_S, expiresAtS: NOW_S + 31 * DAY_S }), {}, 'granted, counts 0'],
  ['a life of 31 days and a second', tokenOf({ issuedAtS: NOW_S, expiresAtS: NOW_S + 31 * DAY_S + 1 }), {}, 'too-long'],
  ['a beginning that is now', tokenOf({ notBeforeS: NOW_S }), {}, 'granted, counts 0'],
  ['a beginning in a second', tokenOf({ notBeforeS: NOW_S + 1 }), {}, 'not-yet-valid'],
  ['an end in a second', tokenOf({ expiresAtS: NOW_S + 1 }), {}, 'granted, counts 0'],
  ['an end that is now', tokenOf({ expiresAtS: NOW_S }), {}, 'expired'],
  ['a token that is not on record', tokenOf({}), { status: undefined }, 'not-listed'],
  ['a suspended token', tokenOf({}), { status: 'suspended' }, 'suspended'],
  ['a revoked token', tokenOf({}), { status: 'revoked' }, 'revoked'],
  ['a revoked token that has expired as well', tokenOf({ expiresAtS: NOW_S }), { status: 'revoked' }, 'expired'],
  ['the first of two uses', tokenOf({ uses: 2 }), {}, 'granted, counts 1'],
  ['the second of two uses', tokenOf({ uses: 2 }), { spent: 1 }, 'granted, counts 1'],
  ['a third use of two', tokenOf({ uses: 2 }), { spent: 2 }, 'used-up'],
  ['a re-entry at the end of the grace', tokenOf({ uses: 1, reentryGraceS: 60 }), { spent: 1, atDoor: { counted: 1, lastCountedAtMs: NOW_MS - 60_000, lastStep: undefined } }, 'granted, counts 0'],
  ['a re-entry after the grace', tokenOf({ uses: 1, reentryGraceS: 60 }), { spent: 1, atDoor: { counted: 1, lastCountedAtMs: NOW_MS - 60_001, lastStep: undefined } }, 'used-up'],
  ['a re-entry at another door than the use', tokenOf({ uses: 1, reentryGraceS: 60 }), { spent: 1 }, 'used-up'],
  ['a use that the clock now says is in the future', tokenOf({ uses: 1, reentryGraceS: 60 }), { spent: 1, atDoor: { counted: 1, lastCountedAtMs: NOW_MS + 1, lastStep: undefined } }, 'used-up'],
  ['a second use in the same millisecond, without a grace', tokenOf({ uses: 1 }), { spent: 1, atDoor: { counted: 1, lastCountedAtMs: NOW_MS, lastStep: undefined } }, 'used-up'],
  ['a second use a millisecond later, without a grace', tokenOf({ uses: 1 }), { spent: 1, atDoor: { counted: 1, lastCountedAtMs: NOW_MS - 1, lastStep: undefined } }, 'used-up'],
  ['a rotating token without its step code', tokenOf({ rotating: true }), {}, 'step-missing'],
  ['the step code of now', tokenOf({ rotating: true }, signer, step), {}, 'granted, counts 0'],
  ['the step code before', tokenOf({ rotating: true }, signer, step - 1), {}, 'granted, counts 0'],
  ['the next step code', tokenOf({ rotating: true }, signer, step + 1), {}, 'granted, counts 0'],
  ['a step code of 30 s ago', tokenOf({ rotating: true }, signer, step - 2), {}, 'step-wrong'],
  ['a step code that was spent', tokenOf({ rotating: true }, signer, step), { atDoor: { counted: 0, lastCountedAtMs: undefined, lastStep: step } }, 'step-spent'],
  ['a step code older than the one spent', tokenOf({ rotating: true }, signer, step - 1), { atDoor: { counted: 0, lastCountedAtMs: undefined, lastStep: step } }, 'step-spent'],
  ['the last use, which its door has reported already', tokenOf({ uses: 1 }), { spent: 1, isReported: true }, 'granted, counts 0'],
  ['a step code that was spent by this attempt, as its door reported', tokenOf({ rotating: true }, signer, step), { isReported: true, atDoor: { counted: 0, lastCountedAtMs: undefined, lastStep: step } }, 'granted, counts 0'],
  ['a revoked token whose use its door has reported', tokenOf({ uses: 1 }), { status: 'revoked', spent: 1, isReported: true }, 'revoked'],
  ['a step code by another zone\'s master', tokenOf({ rotating: true }, signer, step), { zoneMaster: new Uint8Array(32).fill(9) }, 'step-wrong'],
];

for (const [situation, token, changed, expected] of table) {
  test(`${situation}: ${expected}`, () => assert.is(verdict(token, changed), expected));
}

test.run();
