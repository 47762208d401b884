import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scan } from '../../../../config/sections/scan.ts';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import { QrReader } from '../../../../daemon/scan/qr.ts';
import { readSessionSync } from '../../../../drivers/session.ts';

const sessions = fileURLToPath(new URL('../../../../../fixtures/sessions', import.meta.url));
const { gateHeartbeatMs, extraLookMs } = scan.parse({});

interface Replayed {
  /** The frame in which each text was first read, by its number. */
  first: Map<string, number>;
  decoded: number;
}

async function replay(dir: string, heartbeatMs: number): Promise<Replayed> {
  const reader = await QrReader.open({ clock: new VirtualClock(), deadlineMs: 60_000, extraLookMs, lookCosts: 'nominal', gateHeartbeatMs: heartbeatMs });
  const replayed: Replayed = { first: new Map(), decoded: 0 };
  try {
    const { inputs, width, height } = readSessionSync(dir);
    let seq = 0;
    for (const input of inputs) {
      if (!('frame' in input)) continue;
      const { codes, gated, problem } = await reader.read({ seq: ++seq, arrivedMs: input.atMs, width, height, jpeg: readFileSync(join(dir, input.frame)) });
      assert.is(problem, undefined);
      if (gated === undefined) replayed.decoded++;
      for (const { text } of codes) if (!replayed.first.has(text)) replayed.first.set(text, seq);
    }
  } finally {
    await reader.close();
  }
  return replayed;
}

for (const name of readdirSync(sessions)) {
  test(`in the session ${name} the gate costs no reading: each code is read in the same frame with it and without`, async () => {
    const [behind, without] = [await replay(join(sessions, name), gateHeartbeatMs), await replay(join(sessions, name), 0)];
    assert.equal([...behind.first.keys()].sort(), [...without.first.keys()].sort());
    for (const [text, frame] of without.first) assert.ok((behind.first.get(text) ?? Infinity) <= frame, `frame ${behind.first.get(text)} instead of ${frame}`);
    assert.ok(behind.decoded <= without.decoded);
  });
}

test.run();
