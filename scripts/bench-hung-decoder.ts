import { scan } from '../config/sections/scan.ts';
import { sleep, systemClock } from '../daemon/base/clock.ts';
import { QrReader } from '../daemon/scan/qr.ts';
import type { BenchRow } from './bench-rows.ts';
import { seededRandom } from './scene/random.ts';

const TIMES = 10;
const GOAL_MS = 300;
/** Noise of a hundred million pixels takes the decoder longer than it is given. */
const SIDE = 10_000;
const TRY_EVERY_MS = 5;

/** How long pictures go unread when a decode runs over its deadline and its thread is given up. */
export async function benchHungDecoder(): Promise<BenchRow[]> {
  const { decodeDeadlineMs: deadlineMs } = scan.parse({});
  const random = seededRandom('hung decoder');
  const noise = Uint8Array.from({ length: SIDE * SIDE }, () => random() * 256);
  const small = new Uint8Array(320 * 180);
  const reader = await QrReader.open({ clock: systemClock, deadlineMs, maxPixels: SIDE * SIDE });
  const gaps: number[] = [];
  try {
    for (let i = 0; i < TIMES; i++) {
      const { problem } = await reader.read({ seq: 0, arrivedMs: 0, width: SIDE, height: SIDE, luma: noise });
      if (problem === undefined) throw new Error(`The decoder read ${SIDE} × ${SIDE} pixels within ${deadlineMs} ms: it needs more of them to be given up.`);
      const givenUpMs = performance.now();
      while ((await reader.read({ seq: 0, arrivedMs: 0, width: 320, height: 180, luma: small })).problem !== undefined) await sleep(systemClock, TRY_EVERY_MS);
      gaps.push(performance.now() - givenUpMs);
    }
    return [
      { name: `a decode given up after ${deadlineMs} ms: until the next picture is read, longest of ${TIMES}`, value: Math.max(...gaps), unit: 'ms', goal: GOAL_MS },
      { name: 'decoders lost and replaced', value: reader.replaced, unit: `of ${TIMES}`, atLeast: TIMES },
    ];
  } finally {
    await reader.close();
  }
}
