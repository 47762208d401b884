import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { VirtualClock } from '../../daemon/base/clock.ts';
import type { RandomSource } from '../../daemon/base/ids.ts';
import { denialText } from '../../daemon/base/verdict.ts';
import { logFiles } from '../../daemon/record/log-files.ts';
import { verifyLog } from '../../daemon/record/verify-log.ts';
import { OwnDoor, tokenText } from '../support/own-door.ts';
import { qrPicture } from '../support/qr-picture.ts';
import { textOf, tokenAround } from '../support/token-samples.ts';
import { countingRandom } from './record/opened-log.ts';

const TEXTS = 200;
/** Fewer than the different codes that are logged one by one before they are only counted [S6]. */
const TEXTS_A_WINDOW = 40;
const WINDOW_MS = 600_000;

const valid = tokenText('resident');
const oddities = [
  ' ', '\n', 'PT1:', 'PT1', 'pt1:', 'PT1R00000000:', 'PT1R99999999:PT1:', '"', '{"verdict":"granted"}', '\'; DROP TABLE events; --',
  '__proto__', '\u202egnp.edoc', 'https://example.com/unlock?door=1', 'undefined', '0', '-1', '\u0000', '%00', '\u{1f511}', valid.toLowerCase(),
];

/** Ways to make a text from bytes. */
const makers: ((bytes: Buffer, n: number) => string)[] = [
  (bytes) => bytes.toString('latin1'),
  (bytes) => bytes.toString('utf8'),
  (bytes) => `PT1:${bytes.toString('latin1')}`,
  (bytes) => `PT1R${bytes.toString('hex').toUpperCase()}`,
  (bytes) => textOf(bytes),
  (bytes) => tokenAround(bytes),
  (bytes) => bytes.toString('base64').repeat(2 + (bytes[1] ?? 0) % 5),
  (bytes) => withOneCharacterChanged(valid, bytes),
  (bytes) => valid.slice(0, 5 + (bytes[0] ?? 0) % (valid.length - 5)),
  (bytes) => valid + bytes.toString('hex').toUpperCase().slice(0, 2 + (bytes[0] ?? 0) % 20),
  (_bytes, n) => oddities[Math.floor(n / 11) % oddities.length] as string,
];

function withOneCharacterChanged(text: string, bytes: Buffer): string {
  const at = 4 + (bytes[0] ?? 0) % (text.length - 4);
  return `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;
}

function arbitraryTexts(random: RandomSource): string[] {
  const texts = new Set<string>();
  for (let n = 0; texts.size < TEXTS; n++) {
    const length = 1 + ((random(1)[0] ?? 0) % 250);
    const maker = makers[n % makers.length] as (typeof makers)[number];
    texts.add(maker(Buffer.from(random(length)), n));
  }
  return [...texts];
}

test('two hundred arbitrary codes: each is denied by name, the relay never moves, the log verifies, and a visitor is let in after', async () => {
  const door = await OwnDoor.open();
  try {
    const app = await door.start({ withBackend: true, config: { evidence: { keep: 'off', maxAgeH: 1, maxMb: 50 } } });
    const clock = door.clock as VirtualClock;
    const texts = arbitraryTexts(countingRandom());
    for (const [i, text] of texts.entries()) {
      if (i % TEXTS_A_WINDOW === 0) await clock.advanceTo(clock.monotonicMs() + WINDOW_MS, () => app.idle());
      door.camera.show(await qrPicture(text, { width: 800, height: 800 }));
      await app.idle();
      assert.is(door.relay, '0', `code ${i}`);
    }
    const attempts = door.events().filter(({ type }) => type.startsWith('access-'));
    assert.is(attempts.length, texts.length);
    for (const attempt of attempts) assert.ok(attempt.type === 'access-denied' && Object.hasOwn(denialText, attempt.reason), JSON.stringify(attempt));
    assert.not(door.events().some(({ type }) => type === 'door-released'));

    await door.show(valid);
    assert.is(door.relay, '1');
    assert.ok(verifyLog(logFiles(door.stateDir).db).ok);
  } finally {
    await door.close();
  }
});

test.run();
