/**
 * Decodes painted pictures one after the other and tells the resident memory of the process as it goes on, a line of JSON
 * every thousand pictures: {"decodes": 1000, "rssMb": 98.3, "read": 842, "extra": 31, "replaced": 0}.
 *
 *   node .build/scripts/decode-soak/decode-soak.js luma|jpeg COUNT
 */
import { systemClock } from '../../daemon/base/clock.ts';
import { QrReader } from '../../daemon/scan/qr.ts';
import { soakPictures } from './soak-pictures.ts';

/** What has become of the pictures so far. */
export interface SoakProgress {
  decodes: number;
  /** Resident memory of the process with its decode thread, MB. */
  rssMb: number;
  /** In how many of the pictures a code was read, and in how many of these by an extra look. */
  read: number;
  extra: number;
  /** Decode threads that were lost. */
  replaced: number;
}

const EVERY = 1_000;

const [format, count] = [process.argv[2], Number(process.argv[3])];
if ((format !== 'luma' && format !== 'jpeg') || !Number.isInteger(count) || count < 1) {
  process.stderr.write('Give the kind of pictures and how many: decode-soak.js luma|jpeg COUNT\n');
  process.exitCode = 2;
} else {
  await soak(format, count);
}

async function soak(format: 'luma' | 'jpeg', count: number): Promise<void> {
  const pictures = await soakPictures(format);
  const reader = await QrReader.open({ clock: systemClock, deadlineMs: 10_000, extraLookMs: 10, lookCosts: 'nominal' });
  try {
    let [read, extra] = [0, 0];
    for (let n = 1; n <= count; n++) {
      // 7 and the pool's size have no common divisor: each picture follows one of another size.
      const picture = pictures[(n * 7) % pictures.length] as (typeof pictures)[number];
      const { codes, problem } = await reader.read({ ...picture, seq: n, arrivedMs: systemClock.monotonicMs() });
      if (problem !== undefined) throw new Error(problem);
      if (codes.length > 0) read++;
      if (codes.some(({ look }) => look !== undefined)) extra++;
      if (n % EVERY === 0 || n === count) tell({ decodes: n, rssMb: process.memoryUsage.rss() / 2 ** 20, read, extra, replaced: reader.replaced });
    }
  } finally {
    await reader.close();
  }
}

function tell(progress: SoakProgress): void {
  process.stdout.write(`${JSON.stringify(progress)}\n`);
}
