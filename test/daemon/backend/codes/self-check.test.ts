import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { IssueRequest } from '../../../../daemon/backend/codes/issue-request.ts';
import { faultIn } from '../../../../daemon/backend/codes/self-check.ts';
import { publicKeyFromRaw, rawPublicKey, signerFromSeed } from '../../../../daemon/base/ed25519.ts';
import { signToken, withStepCode, type TokenClaims } from '../../../../daemon/base/token.ts';
import { BACK, FRONT } from '../served-backend.ts';
import { bytesOf } from './code-site.ts';

const NOW_S = Date.parse('2026-03-02T09:00:00Z') / 1000;
const signer = signerFromSeed(new Uint8Array(32).fill(1));
const publicKey = publicKeyFromRaw(rawPublicKey(signer.privateKey));
const forger = { ...signerFromSeed(new Uint8Array(32).fill(2)), keyId: signer.keyId };

const asked: IssueRequest = { doors: [FRONT, BACK], validS: 3600, notBeforeMs: NOW_S * 1000 + 60_500, uses: 2, reentryGraceS: 30, hours: 'deliveries', extended: true, rotating: true };
const claims: TokenClaims = {
  id: new Uint8Array(16).fill(6), doors: [bytesOf(FRONT), bytesOf(BACK)], issuedAtS: NOW_S, notBeforeS: NOW_S + 60, expiresAtS: NOW_S + 3660,
  uses: 2, reentryGraceS: 30, hours: 'deliveries', extended: true, rotating: true,
};
/** The claims but for these. */
function without(...names: (keyof TokenClaims)[]): TokenClaims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name as keyof TokenClaims))) as unknown as TokenClaims;
}

const signed = (changed: Partial<TokenClaims> = {}, by = signer): string => signToken({ ...claims, ...changed }, by);
const table: [situation: string, text: string, fault: RegExp | undefined][] = [
  ['a code that says what was asked for', signed(), undefined],
  ['no token at all', 'https://example.org', /garbage/],
  ['a token with a letter too few', signed().slice(0, -1), /token-malformed/],
  ['a signature by another key', signed({}, forger), /signature/],
  ['a key that nobody knows', signToken(claims, signerFromSeed(new Uint8Array(32).fill(3))), /key/],
  ['a door more', signed({ doors: [...claims.doors, new Uint8Array(16).fill(9)] }), /doors/],
  ['a door less', signed({ doors: [bytesOf(FRONT)] }), /doors/],
  ['its doors the other way round', signed({ doors: [bytesOf(BACK), bytesOf(FRONT)] }), /doors/],
  ['another end', signed({ expiresAtS: claims.expiresAtS + 1 }), /end/],
  ['another beginning', signed({ notBeforeS: NOW_S + 59 }), /beginning/],
  ['no beginning', signToken(without('notBeforeS'), signer), /beginning/],
  ['a use more', signed({ uses: 3 }), /uses/],
  ['no limit of uses', signToken(without('uses', 'reentryGraceS'), signer), /uses/],
  ['another grace', signed({ reentryGraceS: 31 }), /grace/],
  ['other hours', signed({ hours: 'night' }), /hours/],
  ['no hours', signToken(without('hours'), signer), /hours/],
  ['no need to rotate', signToken(without('rotating'), signer), /options/],
  ['the step code of a moment', withStepCode(signed(), '12345678'), undefined],
];
for (const [situation, text, fault] of table) {
  test(`${situation}: ${fault === undefined ? 'no fault' : `a fault in its ${fault.source}`}`, async () => {
    const found = await faultIn(text, asked, (keyId) => Buffer.compare(keyId, signer.keyId) === 0 ? { publicKey, state: 'active' } : undefined);
    if (fault === undefined) assert.is(found, undefined);
    else assert.match(found ?? 'none', fault);
  });
}

test('a code by a key that was revoked meanwhile is not handed out', async () => {
  assert.match(await faultIn(signed(), asked, () => ({ publicKey, state: 'revoked' })) ?? 'none', /key/);
});

test.run();
