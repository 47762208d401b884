import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../daemon/base/clock.ts';
import { QrReader } from '../../daemon/scan/qr.ts';
import type { PaintedFrame } from './painted-situation.ts';
import { HEIGHT, WIDTH, kindNames, paintedFrames } from './painted-situation.ts';
import { PipelineSituation, granted } from './pipeline-situation.ts';

const options = { deadlineMs: 60_000, extraLookMs: 10, lookCosts: 'nominal' } as const;

/** A door with a reader of its own, whose code, tries and gated frames are noted. */
class Watched {
  readonly tries: string[] = [];
  gated = 0;
  readonly #situation: PipelineSituation;
  readonly #reader: QrReader;

  constructor(reader: QrReader, clock: VirtualClock, text: string) {
    this.#reader = reader;
    this.#situation = new PipelineSituation({ qr: { read: (frame, how) => this.#read(frame, how) } }, clock);
    this.#situation.validator.decisions.set(text, granted('token'));
    this.#situation.validator.meanwhile = () => void this.tries.push(`${clock.monotonicMs()} ms`);
  }

  async show({ luma }: PaintedFrame): Promise<void> {
    this.#situation.pipeline.offer({ ...this.#situation.frame(), width: WIDTH, height: HEIGHT, luma });
    await this.#situation.pipeline.idle();
  }

  async #read(...[frame, how]: Parameters<QrReader['read']>): ReturnType<QrReader['read']> {
    const result = await this.#reader.read(frame, how);
    if (result.gated !== undefined) this.gated++;
    return result;
  }
}

/** Has `test` show painted situations, `from` up to `to`, to a reader with the gate and to one without. */
export function comparePaintedSituations(test: Test, from: number, to: number): void {
  const clock = new VirtualClock();
  let without: QrReader;
  let behind: QrReader;
  test.before(async () => {
    without = await QrReader.open({ clock, ...options });
    behind = await QrReader.open({ clock, ...options, gateHeartbeatMs: 8_000 });
  });
  test.after(async () => {
    await without.close();
    await behind.close();
  });
  for (let seed = from; seed < to; seed++) {
    const name = kindNames[seed % kindNames.length] as string;
    test(`${name} (${seed}): the same try at the same time with the gate as without`, async () => {
      const text = seed % 3 === 0 ? `PT1:${'7QRS'.repeat(8)}${seed}` : `HELLO ${seed}`;
      const [open, gated] = [without, behind].map((reader) => new Watched(reader, clock, text)) as [Watched, Watched];
      // Another size: what was learnt in the situation before is forgotten.
      await behind.read({ seq: 0, arrivedMs: clock.monotonicMs(), width: 64, height: 64, luma: new Uint8Array(64 * 64) });
      for await (const frame of paintedFrames(name, seed, text)) {
        await Promise.all([open.show(frame), gated.show(frame)]);
        clock.advance(125);
      }
      assert.is(open.tries.length, 1);
      assert.equal(gated.tries, open.tries);
      assert.ok(gated.gated >= 5, `only ${gated.gated} frames were gated`);
    });
  }
}
