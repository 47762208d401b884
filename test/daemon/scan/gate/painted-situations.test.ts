import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import { QrReader } from '../../../../daemon/scan/qr.ts';
import type { PaintedFrame } from '../../../support/painted-situation.ts';
import { HEIGHT, WIDTH, kindNames, paintedFrames } from '../../../support/painted-situation.ts';
import { PipelineSituation, granted, noBackend } from '../../../support/pipeline-situation.ts';

const SITUATIONS = 50;
/** Of every second situation's code nobody can say anything: it is tried again while it is shown. */
const decisionOf = (seed: number): typeof noBackend => (seed % 2 === 0 ? granted('token') : noBackend);
const options = { deadlineMs: 60_000, extraLookMs: 10, lookCosts: 'nominal' } as const;

/** A door with a reader of its own, whose code, tries and gated frames are noted. */
class Watched {
  readonly tries: string[] = [];
  gated = 0;
  readonly #situation: PipelineSituation;
  readonly #reader: QrReader;

  constructor(reader: QrReader, clock: VirtualClock, seed: number, text: string) {
    this.#reader = reader;
    this.#situation = new PipelineSituation({ qr: { read: (frame, how) => this.#read(frame, how) } }, clock);
    this.#situation.validator.decisions.set(text, decisionOf(seed));
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

for (let seed = 0; seed < SITUATIONS; seed++) {
  const name = kindNames[seed % kindNames.length] as string;
  test(`${name} (${seed}): the same tries at the same times with the gate as without`, async () => {
    const clock = new VirtualClock();
    const readers = [await QrReader.open({ clock, ...options }), await QrReader.open({ clock, ...options, gateHeartbeatMs: 1_000 })] as const;
    try {
      const text = seed % 3 === 0 ? `PT1:${'7QRS'.repeat(8)}${seed}` : `HELLO ${seed}`;
      const [without, behind] = readers.map((reader) => new Watched(reader, clock, seed, text)) as [Watched, Watched];
      for await (const frame of paintedFrames(name, seed, text)) {
        await Promise.all([without.show(frame), behind.show(frame)]);
        clock.advance(125);
      }
      if (process.env['SHOW']) console.log(name, seed, text.length, without.tries, behind.tries, behind.gated);
      assert.equal(behind.tries, without.tries);
      assert.ok(behind.gated >= 5, `only ${behind.gated} frames were gated`);
    } finally {
      for (const reader of readers) await reader.close();
    }
  });
}

test.run();
