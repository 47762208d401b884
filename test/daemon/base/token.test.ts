import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeBase45 } from '../../../daemon/base/base45.ts';
import type { CborValue } from '../../../daemon/base/cbor.ts';
import { sign1 } from '../../../daemon/base/cose-sign1.ts';
import { publicKeyFromRaw, rawPublicKey } from '../../../daemon/base/ed25519.ts';
import { readToken, showingKey, signToken, verifyToken, withStepCode, type TokenClaims, type UnverifiedToken } from '../../../daemon/base/token.ts';
import { digitsOf, hex } from '../../support/hex.ts';
import { independentlySigned, independentlyVerified } from '../../support/independent-cose.ts';
import { refuses } from '../../support/refusal.ts';
import { fullClaims, plainClaims, testSigner, textOf, tokenAround, tokenKey, tokenSaying, tokenSigner } from '../../support/token-samples.ts';

function read(text: string): UnverifiedToken {
  const result = readToken(text);
  if (!result.ok) throw new Error(`not read: ${result.reason}`);
  return result.token;
}

function reasonOf(text: string): string {
  const result = readToken(text);
  return result.ok ? 'read' : result.reason;
}

const many = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => new Uint8Array(16).fill(i + 1));
const claimSets: [what: string, claims: TokenClaims][] = [
  ['one door, plain', plainClaims],
  ['every option', fullClaims],
  ['eight doors', { ...plainClaims, doors: many(8) }],
  ['the last second of a year of four digits', { ...plainClaims, expiresAtS: 253_402_300_799 }],
  ['issued at the epoch', { ...plainClaims, issuedAtS: 0, notBeforeS: 0, expiresAtS: 1 }],
  ['valid for its last second only', { ...plainClaims, notBeforeS: plainClaims.expiresAtS - 1 }],
  ['one use', { ...plainClaims, uses: 1 }],
  ['65535 uses', { ...plainClaims, uses: 65_535 }],
  ['one second of re-entry grace', { ...plainClaims, reentryGraceS: 1 }],
  ['everything at its longest', {
    ...fullClaims, doors: many(8), notBeforeS: 253_402_300_797, issuedAtS: 253_402_300_797, expiresAtS: 253_402_300_798,
    uses: 65_535, hours: 'h'.repeat(32),
  }],
  ['hours with a name of 32 characters', { ...plainClaims, hours: 'Deliveries_north-gate.2026-winte' }],
];
for (const [what, claims] of claimSets) {
  test(`token: ${what}: what is signed is read, and verifies`, () => {
    const token = read(signToken(claims, tokenSigner));
    assert.equal(normal(token.claims), normal(claims));
    assert.equal(Buffer.from(token.keyId), Buffer.from(tokenSigner.keyId));
    assert.is(token.stepCode, undefined);
    assert.ok(verifyToken(token, tokenKey));
  });
}

/** Claims with their bytes as hex, so that Buffers and Uint8Arrays compare. */
function normal({ id, doors, ...rest }: TokenClaims): unknown {
  return { ...rest, id: digitsOf(id), doors: doors.map((door) => digitsOf(door)) };
}

test('token: the text of a token never changes, so that prints stay valid', () => {
  assert.is(signToken(plainClaims, tokenSigner), 'PT1:PWGSLKOE60S8.ZECDJW6B2XKX9A-HQ-HQ-HQ-HQ-HQ-HQ-HQHDQBF3Z+KGAKBF3L+KG9IY5ASU3SU3SU3SU3SU3SU3SU3.V3A986O70VG4WG19QC/GGUJ*$E7*UBVG8X872W%6Q4PK-Q38-C3H6MD6$WQ 8724HCRFJG6I$7.EJ1:A0982.ME$C42DP-O$ZBF0');
  assert.is(withStepCode(signToken(fullClaims, tokenSigner), '01234567'), 'PT1R01234567:PWGSLKOE60S8.ZECDJ*7BJ:KFLG-HQ-HQ-HQ-HQ-HQ-HQ-HQ-HQY9ASNQSNQSNQSNQSNQSNQSNQ3JQBF3Z+KFAKBF3L+KUZPBF3L+KG9IY5ASU3SU3SU3SU3SU3SU3SU3CV3100000V%K5H0B73HP5BKD: C/ED5$CQEDEOE+/UX0VS98J$F/%TYUA3EB4XK5.J1$2AU5Y3KM$C+XJNOBHTM EB1:QY97CTJT67E$Q8T9U-H9YHPWC1%CEF16YJCD0WEQKBF:9R+M040');
});

test('token: options that are off are left out, byte for byte', () => {
  assert.is(signToken({ ...plainClaims, extended: false, rotating: false }, tokenSigner), signToken(plainClaims, tokenSigner));
});

test('token: the text is of the alphanumeric mode of a QR code', () => {
  assert.match(withStepCode(signToken(fullClaims, tokenSigner), '01234567'), /^[0-9A-Z $%*+\-./:]+$/);
});

// Written by hand from RFC 8392 and RFC 8949, as another implementation would have to.
const byHand: [what: string, claims: TokenClaims, payload: string][] = [
  ['plain', plainClaims, `a40350${'d0'.repeat(16)}041a69a55fa0061a69a551900750${'1d'.repeat(16)}`],
  ['with every option', fullClaims,
    `a6038250${'d0'.repeat(16)}50${'d1'.repeat(16)}041a69a55fa0051a69a551cc061a69a551900750${'1d'.repeat(16)}`
    + '3a00010000a501030219012c036a64656c6976657269657304f505f5'],
];
for (const [what, claims, digits] of byHand) {
  test(`token: ${what}: an independent COSE library verifies it and finds the claims`, async () => {
    const bytes = decodeBase45(signToken(claims, tokenSigner).slice('PT1:'.length));
    const payload = await independentlyVerified(bytes, 'postern token 1', tokenKey);
    assert.is(digitsOf(payload ?? hex('')), digits);
  });

  test(`token: ${what}: one that an independent COSE library put together is read and verifies`, () => {
    const token = read(textOf(independentlySigned(hex(digits), 'postern token 1', tokenSigner)));
    assert.equal(normal(token.claims), normal(claims));
    assert.ok(verifyToken(token, tokenKey));
  });
}

test('token: another key does not verify it', () => {
  assert.not(verifyToken(read(signToken(plainClaims, tokenSigner)), publicKeyFromRaw(rawPublicKey(testSigner(2).privateKey))));
});

for (const kind of ['postern key set 1', 'postern token list 1'] as const) {
  test(`token: claims signed as '${kind}' do not verify as a token`, () => {
    const payload = hex(`a40350${'d0'.repeat(16)}041a69a55fa0061a69a551900750${'1d'.repeat(16)}`);
    assert.not(verifyToken(read(textOf(sign1(payload, kind, tokenSigner))), tokenKey));
  });
}

test('token: any flipped bit is malformed, unknown or does not verify', () => {
  const bytes = decodeBase45(signToken(fullClaims, tokenSigner).slice('PT1:'.length));
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = new Uint8Array(bytes);
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    const result = readToken(textOf(changed));
    if (result.ok && verifyToken(result.token, tokenKey)) assert.unreachable(`bit ${bit}`);
  }
});

test('token: cut off anywhere it is malformed', () => {
  const text = signToken(plainClaims, tokenSigner);
  for (let length = 3; length < text.length; length++) assert.is(reasonOf(text.slice(0, length)), 'token-malformed', `${length} characters`);
});

const plainText = signToken(plainClaims, tokenSigner);
const body = plainText.slice('PT1:'.length);
const rotatingText = signToken({ ...plainClaims, rotating: true }, tokenSigner);
const rotatingBody = rotatingText.slice('PT1:'.length);
const texts: [what: string, text: string, reason: string][] = [
  ['nothing', '', 'garbage'],
  ['a web address', 'https://example.com/', 'garbage'],
  ['another prefix', `PT2:${body}`, 'garbage'],
  ['lower-case prefix', `pt1:${body}`, 'garbage'],
  ['a space before the prefix', ` ${plainText}`, 'garbage'],
  ['another scheme in base45', `HC1:${body}`, 'garbage'],
  ['the prefix alone', 'PT1', 'token-malformed'],
  ['the prefix and colon alone', 'PT1:', 'token-malformed'],
  ['no colon', `PT1${body}`, 'token-malformed'],
  ['lower-case body', plainText.toLowerCase().replace('pt1', 'PT1'), 'token-malformed'],
  ['a line break behind', `${plainText}\n`, 'token-malformed'],
  ['a space behind', `${plainText} `, 'token-malformed'],
  ['the text twice', plainText + plainText, 'token-malformed'],
  ['a long text', `PT1:${'0'.repeat(600)}`, 'token-malformed'],
  ['a very long text', `PT1:${'0'.repeat(1_000_000)}`, 'token-malformed'],
  ['a step code on a token that does not rotate', `PT1R12345678:${body}`, 'token-malformed'],
  ['a step code of seven digits', `PT1R1234567:${rotatingBody}`, 'token-malformed'],
  ['a step code of nine digits', `PT1R123456789:${rotatingBody}`, 'token-malformed'],
  ['a step code with a letter', `PT1R1234567A:${rotatingBody}`, 'token-malformed'],
  ['a step code of other digits', `PT1R١٢٣٤٥٦٧٨:${rotatingBody}`, 'token-malformed'],
  ['no step code behind the R', `PT1R:${rotatingBody}`, 'token-malformed'],
];
for (const [what, text, reason] of texts) {
  test(`token: ${what}: ${reason}`, () => assert.is(reasonOf(text), reason));
}

test('token: a rotating one is read with its step code, and says that it rotates without', () => {
  const live = read(withStepCode(rotatingText, '00000042'));
  assert.is(live.stepCode, '00000042');
  assert.is(live.claims.rotating, true);
  assert.ok(verifyToken(live, tokenKey));
  const stripped = read(rotatingText);
  assert.is(stripped.stepCode, undefined);
  assert.is(stripped.claims.rotating, true);
});

for (const [text, code] of [[rotatingText, '1234567'], [rotatingText, '1234567x'], [`PT1R12345678:${rotatingBody}`, '12345678'], ['', '12345678']] as const) {
  test(`token: no step code '${code}' goes on '${text.slice(0, 13)}'`, () => refuses(() => withStepCode(text, code), 'token-malformed'));
}

const id = '1d'.repeat(16);
const door = 'd0'.repeat(16);
// Payloads written by hand: the forms that no encoder of ours would write.
const payloads: [what: string, digits: string, reason: string][] = [
  ['as it should be', `a40350${door}041a69a55fa0061a69a551900750${id}`, 'read'],
  ['an array', `8450${door}1a69a55fa01a69a5519050${id}`, 'token-malformed'],
  ['nothing', '', 'token-malformed'],
  ['an empty map', 'a0', 'token-malformed'],
  ['claims out of order', `a40750${id}0350${door}041a69a55fa0061a69a55190`, 'token-malformed'],
  ['the expiry twice', `a50350${door}041a69a55fa0041a69a55fa1061a69a551900750${id}`, 'token-malformed'],
  ['an expiry in eight bytes', `a40350${door}041b0000000069a55fa0061a69a551900750${id}`, 'token-malformed'],
  ['an expiry as a float', `a40350${door}04fb41da6957e8000000061a69a551900750${id}`, 'token-malformed'],
  ['an expiry as an epoch time tag', `a40350${door}04c11a69a55fa0061a69a551900750${id}`, 'token-malformed'],
  ['a map of indefinite length', `bf0350${door}041a69a55fa0061a69a551900750${id}ff`, 'token-malformed'],
  ['a byte behind', `a40350${door}041a69a55fa0061a69a551900750${id}00`, 'token-malformed'],
  ['extended false, said instead of left out', `a50350${door}041a69a55fa0061a69a551900750${id}3a00010000a104f4`, 'token-malformed'],
  ['a map of ours that is empty', `a50350${door}041a69a55fa0061a69a551900750${id}3a00010000a0`, 'token-malformed'],
  ['options of ours out of order', `a50350${door}041a69a55fa0061a69a551900750${id}3a00010000a205f504f5`, 'token-malformed'],
];
for (const [what, digits, reason] of payloads) {
  test(`token: a payload by hand, ${what}: ${reason}`, () => assert.is(reasonOf(tokenAround(hex(digits))), reason));
}

const ours = (...options: [number | string, CborValue][]): [number, CborValue][] => [[-65537, new Map(options)]];
const door16 = plainClaims.doors[0] as Uint8Array;
// [claim key, value] that replace or join those of a plain token; undefined leaves a claim out.
const said: [what: string, changes: [number | string, CborValue | undefined][], reason: string][] = [
  ['no id', [[7, undefined]], 'token-malformed'],
  ['an id of 15 bytes', [[7, new Uint8Array(15)]], 'token-malformed'],
  ['an id of 17 bytes', [[7, new Uint8Array(17)]], 'token-malformed'],
  ['an id that is a text', [[7, 'sixteen letters.']], 'token-malformed'],
  ['no door', [[3, undefined]], 'token-malformed'],
  ['an empty list of doors', [[3, []]], 'token-malformed'],
  ['one door in a list', [[3, [door16]]], 'token-malformed'],
  ['a door twice', [[3, [door16, door16]]], 'token-malformed'],
  ['a door of 15 bytes', [[3, new Uint8Array(15)]], 'token-malformed'],
  ['a second door of 17 bytes', [[3, [door16, new Uint8Array(17)]]], 'token-malformed'],
  ['a door that is a text', [[3, 'front door']], 'token-malformed'],
  ['eight doors', [[3, many(8)]], 'read'],
  ['nine doors', [[3, many(9)]], 'token-malformed'],
  ['no issue time', [[6, undefined]], 'token-malformed'],
  ['an issue time before the epoch', [[6, -1]], 'token-malformed'],
  ['an issue time that is a text', [[6, '1772442000']], 'token-malformed'],
  ['no expiry', [[4, undefined]], 'token-malformed'],
  ['an expiry at its issue', [[4, plainClaims.issuedAtS]], 'token-malformed'],
  ['an expiry a second after its issue', [[4, plainClaims.issuedAtS + 1]], 'read'],
  ['an expiry in the year 10000', [[4, 253_402_300_800]], 'token-malformed'],
  ['an expiry of 2^53 - 1', [[4, Number.MAX_SAFE_INTEGER]], 'token-malformed'],
  ['a begin at its expiry', [[5, plainClaims.expiresAtS]], 'token-malformed'],
  ['a begin before its issue', [[5, plainClaims.issuedAtS - 60]], 'read'],
  ['a begin before the epoch', [[5, -1]], 'token-malformed'],
  ['no use', ours([1, 0]), 'token-malformed'],
  ['one use', ours([1, 1]), 'read'],
  ['65536 uses', ours([1, 65_536]), 'token-malformed'],
  ['uses below nothing', ours([1, -1]), 'token-malformed'],
  ['uses as a text', ours([1, '3']), 'token-malformed'],
  ['uses that are true', ours([1, true]), 'token-malformed'],
  ['a grace of nothing', ours([2, 0]), 'token-malformed'],
  ['a grace of 300 s', ours([2, 300]), 'read'],
  ['a grace of 301 s', ours([2, 301]), 'token-malformed'],
  ['hours without a name', ours([3, '']), 'token-malformed'],
  ['hours of 32 characters', ours([3, 'h'.repeat(32)]), 'read'],
  ['hours of 33 characters', ours([3, 'h'.repeat(33)]), 'token-malformed'],
  ['hours with a path', ours([3, '../hours']), 'token-malformed'],
  ['hours with a line break', ours([3, 'hours\n']), 'token-malformed'],
  ['hours with a letter beyond ASCII', ours([3, 'höurs']), 'token-malformed'],
  ['hours as a number', ours([3, 5]), 'token-malformed'],
  ['hours as bytes', ours([3, Buffer.from('hours')]), 'token-malformed'],
  ['extended as 1', ours([4, 1]), 'token-malformed'],
  ['extended as a text', ours([4, 'yes']), 'token-malformed'],
  ['rotating as 1', ours([5, 1]), 'token-malformed'],
  ['ours as a list', [[-65537, [1, 3]]], 'token-malformed'],
  ['ours as true', [[-65537, true]], 'token-malformed'],
  ['an issuer (claim 1)', [[1, 'issuer']], 'token-too-new'],
  ['a subject (claim 2)', [[2, 'subject']], 'token-too-new'],
  ['a confirmation key (claim 8)', [[8, new Map()]], 'token-too-new'],
  ['a private claim of another', [[-65538, 1]], 'token-too-new'],
  ['a claim under a text', [['door', 'front']], 'token-too-new'],
  ['an unknown option of ours', ours([6, true]), 'token-too-new'],
  ['an option of ours under a text', ours(['uses', 3]), 'token-too-new'],
  ['an unknown option beside known ones', ours([1, 3], [99, 0]), 'token-too-new'],
];
for (const [what, changes, reason] of said) {
  test(`token: rightly signed, with ${what}: ${reason}`, () => assert.is(reasonOf(tokenSaying(changes)), reason));
}

test('token: an unknown protected header is too new, an unknown algorithm malformed', () => {
  const signature = `5840${'5a'.repeat(64)}`;
  assert.is(reasonOf(textOf(hex(`844ba301320300044401020304a04100${signature}`))), 'token-too-new');
  assert.is(reasonOf(textOf(hex(`8449a20127044401020304a04100${signature}`))), 'token-malformed');
});

const unissuable: [what: string, claims: Partial<TokenClaims>, says: RegExp][] = [
  ['an id of 8 bytes', { id: new Uint8Array(8) }, /id/],
  ['no door', { doors: [] }, /door/],
  ['nine doors', { doors: many(9) }, /door/],
  ['a door twice', { doors: [door16, door16] }, /twice/],
  ['a door of 15 bytes', { doors: [new Uint8Array(15)] }, /door/],
  ['half a second', { issuedAtS: 1_772_442_000.5 }, /issue time/],
  ['milliseconds for seconds', { expiresAtS: Date.parse('2026-03-02T09:00:00Z') * 1000 }, /expiry/],
  ['an expiry at its issue', { expiresAtS: plainClaims.issuedAtS }, /expiry/],
  ['a begin at its expiry', { notBeforeS: plainClaims.expiresAtS }, /begin/],
  ['no use', { uses: 0 }, /uses/],
  ['half a use', { uses: 0.5 }, /uses/],
  ['65536 uses', { uses: 65_536 }, /uses/],
  ['a grace of 301 s', { reentryGraceS: 301 }, /grace/],
  ['a grace of nothing', { reentryGraceS: 0 }, /grace/],
  ['hours with a space', { hours: 'office hours' }, /hours/],
];
for (const [what, claims, says] of unissuable) {
  test(`token: ${what} is not issued`, () => refuses(() => signToken({ ...plainClaims, ...claims }, tokenSigner), 'claims-bad', says));
}

test('token: what shows it is the same for every step, and tells texts apart', () => {
  const key = showingKey(withStepCode(rotatingText, '00000001'));
  assert.is(key, showingKey(withStepCode(rotatingText, '99999999')));
  assert.is.not(key, showingKey(rotatingText), 'a stripped copy held beside the live pass is tried by itself');
  assert.is.not(key, showingKey(withStepCode(signToken(fullClaims, tokenSigner), '00000001')));
  assert.is.not(showingKey('a poster'), showingKey('another poster'));
});

test('token: what shows it says nothing of the text [S7]', () => {
  assert.match(showingKey(plainText), /^[0-9a-f]{32}$/);
  assert.not.match(plainText, new RegExp(showingKey(plainText), 'i'));
});

test.run();
