import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rotatingKey, stepCodeOf, stepOf, withStepCode } from '../../../../daemon/base/token.ts';
import { BACK, FRONT, ServedBackend } from '../served-backend.ts';

const opened: ServedBackend[] = [];
const served = async (): Promise<ServedBackend> => {
  const one = await ServedBackend.open();
  opened.push(one);
  return one;
};
test.after(async () => {
  for (const one of opened) await one.close();
});

test('a code opens its door until it expires', async () => {
  const it = await served();
  const { text } = it.backend.issue({ doors: [FRONT], validS: 60 });
  assert.is(await it.verdict(text), 'granted');
  it.clock.advance(59_000);
  assert.is(await it.verdict(text), 'granted');
  it.clock.advance(1_000);
  assert.is(await it.verdict(text), 'expired');
});

test('asking again with the same nonce gets the same answer and counts nothing', async () => {
  const it = await served();
  const { text } = it.backend.issue({ doors: [FRONT], validS: 3600, uses: 2 });
  const nonce = it.nonce();
  for (let i = 0; i < 5; i++) assert.is(await it.verdict(text, FRONT, nonce), 'granted');
  assert.is(await it.verdict(text), 'granted');
  assert.is(await it.verdict(text), 'used-up');
  assert.is(await it.verdict(text, FRONT, nonce), 'granted', 'what was answered stays answered');
});

test('twenty doors\' worth of requests at once grant a code for three uses three times', async () => {
  const it = await served();
  const { text } = it.backend.issue({ doors: [FRONT, BACK], validS: 3600, uses: 3 });
  const verdicts = await Promise.all(Array.from({ length: 20 }, (_, i) => it.verdict(text, i % 2 ? BACK : FRONT)));
  assert.is(verdicts.filter((verdict) => verdict === 'granted').length, 3);
  assert.is(verdicts.filter((verdict) => verdict === 'used-up').length, 17);
});

test('the same nonce sent twenty times at once counts one use', async () => {
  const it = await served();
  const { text } = it.backend.issue({ doors: [FRONT], validS: 3600, uses: 2 });
  const nonce = it.nonce();
  const verdicts = await Promise.all(Array.from({ length: 20 }, () => it.verdict(text, FRONT, nonce)));
  assert.equal(new Set(verdicts), new Set(['granted']));
  assert.is(await it.verdict(text), 'granted', 'the second use is left');
});

test('a nonce that named another attempt is refused', async () => {
  const it = await served();
  const { text } = it.backend.issue({ doors: [FRONT, BACK], validS: 3600 });
  const nonce = it.nonce();
  assert.is(await it.verdict(text, FRONT, nonce), 'granted');
  assert.is(await it.verdict(text, BACK, nonce), 'HTTP 409 nonce-reused');
  assert.is(await it.verdict('something else', FRONT, nonce), 'HTTP 409 nonce-reused');
});

test('a visitor who comes back within the grace is let in again, once counted, and not after it', async () => {
  const it = await served();
  const { text } = it.backend.issue({ doors: [FRONT, BACK], validS: 3600, uses: 1, reentryGraceS: 120 });
  assert.is(await it.verdict(text), 'granted');
  it.clock.advance(60_000);
  assert.is(await it.verdict(text), 'granted');
  assert.is(await it.verdict(text, BACK), 'used-up', 'the grace is of one door');
  it.clock.advance(60_000);
  assert.is(await it.verdict(text), 'granted', 'the grace runs from the counted use');
  it.clock.advance(1);
  assert.is(await it.verdict(text), 'used-up', 'a re-entry does not prolong it');
});

test('a revoked code is refused at once; one that was denied once can still be granted later', async () => {
  const it = await served();
  const { text, tokenId } = it.backend.issue({ doors: [FRONT], validS: 3600, notBeforeMs: it.clock.wallMs() + 60_000 });
  assert.is(await it.verdict(text), 'not-yet-valid');
  it.clock.advance(60_000);
  assert.is(await it.verdict(text), 'granted');
  assert.is(it.backend.revoke(tokenId), true);
  assert.is(await it.verdict(text), 'revoked');
  assert.is(it.backend.revoke(tokenId), false);
});

test('a live pass opens once for each of its codes, and a copy of one that is old does not', async () => {
  const it = await served();
  const { text, claims } = it.backend.issue({ doors: [FRONT], validS: 3600, rotating: true, extended: true });
  const shownAt = (wallMs: number): string => withStepCode(text, stepCodeOf(rotatingKey(it.backend.zoneMaster(), claims.id), stepOf(wallMs)));
  const first = shownAt(it.clock.wallMs());
  assert.is(await it.verdict(text), 'step-missing');
  assert.is(await it.verdict(first), 'granted extended');
  assert.is(await it.verdict(first), 'step-spent');
  it.clock.advance(15_000);
  assert.is(await it.verdict(shownAt(it.clock.wallMs())), 'granted extended');
  it.clock.advance(45_000);
  assert.is(await it.verdict(first), 'step-wrong');
});

test('what is no token, or another issuer\'s, has the reason a door would give', async () => {
  const it = await served();
  const other = await served();
  assert.is(await it.verdict('https://example.org/menu'), 'garbage');
  assert.is(await it.verdict('PT1:ABC'), 'token-malformed');
  const { text } = other.backend.issue({ doors: [FRONT], validS: 3600 });
  assert.is(await it.verdict(text), 'unknown-key');
  assert.is(await it.verdict(it.backend.issue({ doors: [BACK], validS: 3600 }).text), 'wrong-door');
});

test.run();
