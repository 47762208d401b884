import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { VirtualClock } from '../../daemon/base/clock.ts';
import { logFiles } from '../../daemon/record/log-files.ts';
import { verifyLog } from '../../daemon/record/verify-log.ts';
import { oddPictures } from '../support/odd-pictures.ts';
import { OwnDoor, tokenText } from '../support/own-door.ts';

/** Longer than a showing lasts after its code has gone. */
const BETWEEN_MS = 2_000;

test('[S1] [S6] odd pictures at a door: each code is denied as garbage, the relay never moves, and a visitor is let in after', async () => {
  const door = await OwnDoor.open();
  try {
    const app = await door.start({ withBackend: true });
    const clock = door.clock as VirtualClock;
    let codes = 0;
    for (const { name, picture, outcome } of oddPictures) {
      door.camera.show(await picture());
      await app.idle();
      assert.is(door.relay, '0', name);
      if (Array.isArray(outcome)) codes += Math.min(outcome.length, 3);
      await clock.advanceTo(clock.monotonicMs() + BETWEEN_MS, () => app.idle());
    }
    const attempts = door.events().filter(({ type }) => type.startsWith('access-'));
    for (const attempt of attempts) assert.ok(attempt.type === 'access-denied' && attempt.reason === 'garbage', JSON.stringify(attempt));
    assert.ok(attempts.length > 0 && attempts.length <= codes, `${attempts.length} attempts of ${codes} codes`);
    assert.not(door.events().some(({ type }) => type === 'door-released' || type === 'part-failed'));

    await door.show(tokenText('resident'));
    assert.is(door.relay, '1');
    assert.ok(verifyLog(logFiles(door.stateDir).db).ok);
  } finally {
    await door.close();
  }
});

test.run();
