/**
 * What is before the camera in the guest: an empty hall, and now and then a token held up. Writes bare YUYV pictures to
 * standard output, as fast as they are taken, for `v4l2-ctl --stream-out-mmap --stream-from=-`; tells on standard error when
 * it begins to hand over the first picture with the token: `shown NANOSECONDS`, on CLOCK_MONOTONIC.
 *
 *   node .build/scripts/hardware-bench/camera-feed.js HALL.yuyv TOKEN.yuyv | v4l2-ctl …
 */
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { systemMonotonicMs } from '../../drivers/door-io/system-monotonic.ts';

/** Until the daemon has released, locked again, and forgotten the showing. */
const HALL_MS = 4_500;
const TOKEN_MS = 1_500;

/** For so long the same picture goes out, but for its first pixels: a sensor never takes the same one twice. */
async function show(picture: Buffer, forMs: number): Promise<void> {
  const untilMs = systemMonotonicMs() + forMs;
  for (let n = 0; systemMonotonicMs() < untilMs; n++) {
    const taken = Buffer.from(picture);
    taken.writeUInt32LE(n);
    if (!process.stdout.write(taken)) await once(process.stdout, 'drain');
  }
}

const [hallFile = '', tokenFile = ''] = process.argv.slice(2);
const hall = readFileSync(hallFile);
const token = readFileSync(tokenFile);
// Until its reader ends.
for (;;) {
  await show(hall, HALL_MS);
  process.stderr.write(`shown ${Math.round(systemMonotonicMs() * 1e6)}\n`);
  await show(token, TOKEN_MS);
}
