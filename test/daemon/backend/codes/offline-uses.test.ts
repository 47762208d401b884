import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rotatingKey, stepCodeOf, stepOf, withStepCode } from '../../../../daemon/base/token.ts';
import { BACK, FRONT } from '../served-backend.ts';
import { bytesOf, CodeSite } from './code-site.ts';

const COUNTED = { counted: true, overspent: false, status: 'active' } as const;
const NOT_COUNTED = { counted: false, overspent: false, status: 'active' } as const;

let it: CodeSite;
test.before.each(() => {
  it = new CodeSite();
});
test.after.each(() => void it.store.close());

test('what a door granted by its list and reports is counted once, however often it is reported', async () => {
  const { tokenId, text } = it.issue({ uses: 2 });
  const nonce = it.nonce();
  assert.equal(await it.report({ tokenId, nonce }), COUNTED);
  for (let i = 0; i < 3; i++) assert.equal(await it.report({ tokenId, nonce }), NOT_COUNTED);
  assert.is(it.spent(tokenId), 1);
  assert.is(await it.verdict(text), 'granted', 'the second use is left');
  assert.is(await it.verdict(text), 'used-up');
});

test('an answer that came too late for its door and the door\'s report count the attempt once', async () => {
  const { tokenId, text } = it.issue({ uses: 2 });
  const nonce = it.nonce();
  assert.is(await it.verdict(text, FRONT, nonce), 'granted');
  assert.equal(await it.report({ tokenId, nonce }), NOT_COUNTED);
  assert.is(it.spent(tokenId), 1);
});

test('a question that arrives after the report of the same attempt is granted and counts nothing', async () => {
  const { tokenId, text } = it.issue({ uses: 1 });
  const nonce = it.nonce();
  assert.equal(await it.report({ tokenId, nonce }), COUNTED);
  assert.is(await it.verdict(text, FRONT, nonce), 'granted', 'the last use is this very one');
  assert.is(it.spent(tokenId), 1);
  assert.is(await it.verdict(text), 'used-up');
  assert.equal(await it.report({ tokenId, nonce }), NOT_COUNTED);
});

test('a question and a report of the same attempt at the same time count it once', async () => {
  const { tokenId, text } = it.issue({ uses: 5 });
  for (let i = 0; i < 20; i++) {
    const nonce = it.nonce();
    const question = (): Promise<unknown> => it.verdict(text, FRONT, nonce);
    const report = (): Promise<unknown> => it.report({ tokenId, nonce });
    await Promise.all(i % 2 ? [question(), report(), question(), report()] : [report(), question(), report(), question()]);
    assert.is(it.spent(tokenId), i + 1);
  }
});

test('an attempt that was denied online too late, and granted by the door, is counted; the answer stays what it was', async () => {
  const { tokenId, text } = it.issue({ uses: 1 });
  assert.is(await it.verdict(text), 'granted');
  const nonce = it.nonce();
  assert.is(await it.verdict(text, BACK, nonce), 'wrong-door');
  assert.is(await it.verdict(text, FRONT, it.nonce()), 'used-up');
  const late = it.nonce();
  assert.is(await it.verdict(text, FRONT, late), 'used-up');
  assert.equal(await it.report({ tokenId, nonce: late }), { counted: true, overspent: true, status: 'active' });
  assert.is(await it.verdict(text, FRONT, late), 'used-up');
  assert.is(it.spent(tokenId), 2);
});

test('the last use, granted offline at two doors, is told as one too many, the same each time', async () => {
  const { tokenId } = it.issue({ doors: [FRONT, BACK], uses: 1 });
  const nonce = it.nonce();
  assert.equal(await it.report({ tokenId, door: FRONT }), COUNTED);
  assert.equal(await it.report({ tokenId, door: BACK, nonce }), { counted: true, overspent: true, status: 'active' });
  assert.equal(await it.report({ tokenId, door: BACK, nonce }), { counted: false, overspent: true, status: 'active' });
  assert.is(it.spent(tokenId), 2);
});

test('the same nonce at another door, or for another code, is another attempt', async () => {
  const one = it.issue({ doors: [FRONT, BACK], uses: 5 });
  const other = it.issue({ uses: 5 });
  const nonce = it.nonce();
  assert.equal(await it.report({ tokenId: one.tokenId, nonce }), COUNTED);
  assert.equal(await it.report({ tokenId: one.tokenId, door: BACK, nonce }), COUNTED);
  assert.equal(await it.report({ tokenId: other.tokenId, nonce }), COUNTED);
  assert.is(it.spent(one.tokenId), 2);
});

test('a re-entry within the grace and a code without a limit count nothing', async () => {
  const limited = it.issue({ uses: 1, reentryGraceS: 60 });
  assert.equal(await it.report({ tokenId: limited.tokenId, counts: 0 }), NOT_COUNTED);
  const free = it.issue();
  assert.equal(await it.report({ tokenId: free.tokenId, counts: 1 }), NOT_COUNTED);
  assert.equal([it.spent(limited.tokenId), it.spent(free.tokenId)], [0, 0]);
});

test('the grace runs from the use that was reported, by a clock that is no further than this one', async () => {
  const { tokenId, text } = it.issue({ uses: 1, reentryGraceS: 60 });
  await it.report({ tokenId, atMs: it.clock.wallMs() + 86_400_000 });
  it.clock.advance(60_000);
  assert.is(await it.verdict(text), 'granted');
  it.clock.advance(1);
  assert.is(await it.verdict(text), 'used-up');
});

test('a step that was spent offline is spent; one of a door whose clock is far ahead is not', async () => {
  const { tokenId, text, claims } = it.issue({ rotating: true });
  const now = stepOf(it.clock.wallMs());
  const shown = withStepCode(text, stepCodeOf(rotatingKey(it.keys.zoneMaster, claims.id), now));
  await it.report({ tokenId, counts: 0, step: now + 1_000 });
  assert.is(await it.verdict(withStepCode(text, stepCodeOf(rotatingKey(it.keys.zoneMaster, claims.id), now - 1))), 'granted');
  const nonce = it.nonce();
  await it.report({ tokenId, counts: 0, step: now, nonce });
  assert.is(await it.verdict(shown), 'step-spent');
  assert.is(await it.verdict(shown, FRONT, nonce), 'granted', 'it was this very attempt');
});

test('an older report takes back neither a step nor the beginning of a grace', async () => {
  const { tokenId, text } = it.issue({ uses: 5, reentryGraceS: 60 });
  assert.is(await it.verdict(text), 'granted');
  await it.report({ tokenId, atMs: it.clock.wallMs() - 600_000 });
  assert.is(await it.verdict(text), 'granted');
  assert.is(it.spent(tokenId), 2, 'the third entry was within the grace of the first');
});

test('a code that was revoked meanwhile is counted, with its state told', async () => {
  const { tokenId } = it.issue({ uses: 2 });
  it.tokens.revoke(bytesOf(tokenId), {});
  assert.equal(await it.report({ tokenId }), { counted: true, overspent: false, status: 'revoked' });
});

test('a revoked code is refused when its question comes after its report', async () => {
  const { tokenId, text } = it.issue({ uses: 2 });
  const nonce = it.nonce();
  await it.report({ tokenId, nonce });
  it.tokens.revoke(bytesOf(tokenId), {});
  assert.is(await it.verdict(text, FRONT, nonce), 'revoked');
});

test('what is not on record here is told as unknown, whatever its id looks like', async () => {
  for (const tokenId of ['AAAAAAAAAAAAAAAAAAAAAA', '', 'no id', '\u0000', 'x'.repeat(10_000)]) {
    assert.equal(await it.report({ tokenId }), { counted: false, overspent: false, status: 'unknown' });
  }
});

test('a reported use changes the lists of the code\'s other doors, and of no door when it was counted before', async () => {
  const { tokenId } = it.issue({ doors: [FRONT, BACK], uses: 3 });
  const changes = (): number[] => [FRONT, BACK].map((door) => it.doors.listChanges(bytesOf(door)));
  const [front = NaN, back = NaN] = changes();
  const nonce = it.nonce();
  await it.report({ tokenId, nonce });
  assert.equal(changes(), [front, back + 1]);
  await it.report({ tokenId, nonce });
  assert.equal(changes(), [front, back + 1]);
});

test('a report that is part of work that fails is not counted, and can be made again', async () => {
  const { tokenId } = it.issue({ uses: 2 });
  const nonce = it.nonce();
  const failing = it.commits.run(() => {
    it.validation.countOffline({ nonce, door: bytesOf(FRONT), tokenId, atMs: it.clock.wallMs(), counts: 1 });
    throw new Error('the rest of the upload is bad');
  });
  assert.match(String(await failing.catch((error: unknown) => error)), /the rest of the upload/);
  assert.is(it.spent(tokenId), 0);
  assert.equal(await it.report({ tokenId, nonce }), COUNTED);
});

test.run();
