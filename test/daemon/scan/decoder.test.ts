import { extname } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { StatusBoard } from '../../../daemon/base/status.ts';
import { Decoder } from '../../../daemon/scan/decoder.ts';
import type { DecodeRequest } from '../../../daemon/scan/decode-thread.ts';
import { eventually } from '../../support/eventually.ts';

const DEADLINE_MS = 1_000;
/** Then a successor is started. */
const PATIENCE_MS = 250;

/** What the stuck worker does with it goes by its width; it answers with its height. */
function picture(width: number, height = 6): { request: DecodeRequest; goOn: () => void } {
  const bytes = new Uint8Array(new SharedArrayBuffer(8));
  const flag = new Int32Array(bytes.buffer);
  return {
    request: { format: 'luma', bytes, width, height, atMs: 0, look: 'frame' },
    goOn: () => { Atomics.store(flag, 0, 1); Atomics.notify(flag, 0); },
  };
}

const fine = picture(20).request;
const hanging = picture(1).request;

interface Situation {
  decoder: Decoder;
  clock: VirtualClock;
  lost: string[];
  states: string[];
}

/** A decoder whose worker does as the picture says, on a clock that stands. */
async function withDecoder(run: (it: Situation) => Promise<void>): Promise<void> {
  const clock = new VirtualClock();
  const [lost, states]: string[][] = [[], []];
  const status = new StatusBoard(clock);
  status.onChange((_, { state }) => void states?.push(state));
  const decoder = new Decoder({
    clock, status, deadlineMs: DEADLINE_MS, setup: { maxPixels: 1_000, extraLookMs: 0, lookCosts: 'measured', gateHeartbeatMs: 0, measuresLight: false },
    workerFile: new URL(`../../support/stuck-worker${extname(import.meta.url)}`, import.meta.url), onReplaced: (why) => void lost?.push(why),
  });
  await decoder.ready;
  try {
    await run({ decoder, clock, lost: lost as string[], states: states as string[] });
  } finally {
    await decoder.close();
  }
}

const outcome = (asked: Promise<unknown>): Promise<unknown> => asked.catch((thrown: Error) => thrown.message);

test('a decode that has taken a quarter of its deadline has a successor started, which reads the very next picture when it is given up', () => withDecoder(async ({ decoder, clock, lost, states }) => {
  const given = outcome(decoder.ask(hanging));
  clock.advance(PATIENCE_MS);
  await eventually('the successor is warm', () => decoder.successor === 'warm');
  assert.equal([decoder.replaced, decoder.absence], [0, undefined], 'the decode may still come to its end');
  clock.advance(DEADLINE_MS - PATIENCE_MS);
  assert.is(decoder.absence, undefined);
  assert.is(await given, `the decoder took over ${DEADLINE_MS} ms`);
  assert.is((await decoder.ask(fine)).decodeMs, 6);
  assert.equal([decoder.replaced, decoder.successor, lost.length], [1, 'none', 1]);
  assert.equal(states, ['ok', 'degraded', 'ok'], 'that one was lost is told all the same');
}));

test('a decode that ends within a quarter of its deadline starts nothing', () => withDecoder(async ({ decoder, clock }) => {
  const slow = picture(14);
  const asked = decoder.ask(slow.request);
  clock.advance(PATIENCE_MS - 1);
  slow.goOn();
  assert.is((await asked).decodeMs, 6);
  clock.advance(60_000);
  assert.equal([decoder.successor, decoder.replaced], ['none', 0]);
}));

test('a successor that was not needed goes a minute after the last slow decode, and is not counted as lost', () => withDecoder(async ({ decoder, clock, lost }) => {
  for (let n = 0; n < 2; n++) {
    const slow = picture(14);
    const asked = decoder.ask(slow.request);
    clock.advance(PATIENCE_MS);
    slow.goOn();
    await asked;
    await eventually('it is warm', () => decoder.successor === 'warm');
    clock.advance(59_999);
    assert.is(decoder.successor, 'warm');
  }
  clock.advance(1);
  assert.is(decoder.successor, 'none');
  assert.is((await decoder.ask(fine)).decodeMs, 6);
  assert.equal([decoder.replaced, lost], [0, []]);
}));

test('a decoder that crashes while its successor starts is replaced by that one', () => withDecoder(async ({ decoder, clock, lost }) => {
  const slow = picture(15);
  const given = outcome(decoder.ask(slow.request));
  clock.advance(PATIENCE_MS);
  slow.goOn();
  assert.match(String(await given), 'broke after a while');
  await eventually('the successor is warm', () => decoder.absence === undefined);
  assert.is((await decoder.ask(fine)).decodeMs, 6);
  assert.equal([decoder.replaced, decoder.successor, lost.length], [1, 'none', 1]);
}));

test('a successor that does not come up costs nothing', () => withDecoder(async ({ decoder, clock }) => {
  process.env['STUCK_START'] = 'throws';
  try {
    const slow = picture(14);
    const asked = decoder.ask(slow.request);
    clock.advance(PATIENCE_MS);
    assert.is(decoder.successor, 'starting');
    await eventually('it is gone', () => decoder.successor === 'none');
    slow.goOn();
    assert.is((await asked).decodeMs, 6);
  } finally {
    delete process.env['STUCK_START'];
  }
  assert.equal([decoder.replaced, decoder.absence], [0, undefined]);
}));

test('closing in the middle of a slow decode ends the successor, too', async () => {
  let closed: Decoder | undefined;
  await withDecoder(async ({ decoder, clock }) => {
    void outcome(decoder.ask(hanging));
    clock.advance(PATIENCE_MS);
    closed = decoder;
  });
  assert.equal([closed?.successor, closed?.absence], ['none', 'The reader is closed.']);
});


test.run();
