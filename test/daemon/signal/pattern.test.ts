import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hintText } from '../../../daemon/base/scan-hint.ts';
import type { HintReason } from '../../../daemon/base/scan-hint.ts';
import { patternOfHint, patterns } from '../../../daemon/signal/pattern.ts';
import type { Beat, Pattern, PatternName, Signal } from '../../../daemon/signal/pattern.ts';

const all = Object.entries(patterns) as [PatternName, Pattern][];
const pairs = all.flatMap((a, i) => all.slice(i + 1).map((b) => [a, b] as const));

/** When something of `signals` is on and when not, in 10 ms, for ten seconds; what plays once is dark afterwards. */
function rhythm({ beats, repeats }: Pattern, signals: readonly Signal[]): boolean[] {
  const once = beats.flatMap(({ ms, on }: Beat) => Array<boolean>(ms / 10).fill(on.some((signal) => signals.includes(signal))));
  return Array.from({ length: 1_000 }, (_, i) => (repeats ? once[i % once.length] : once[i]) ?? false);
}

/** Lengths of what is on, and of the pauses between, of the first four. */
function lengths(on: boolean[]): number[] {
  const runs: number[] = [];
  on.forEach((is, i) => (is === on[i - 1] ? runs.push((runs.pop() as number) + 1) : runs.push(1)));
  return runs.slice(0, 8);
}

/** Apart as people tell rhythms apart: some beat or pause of one is half as long again as the other's. */
function areApart(a: number[], b: number[]): boolean {
  return a.length !== b.length || a.some((length, i) => Math.max(length, b[i] as number) >= 1.5 * Math.min(length, b[i] as number));
}

for (const [a, b] of pairs) {
  test(`${a[0]} and ${b[0]} differ in the rhythm of the lamps, whatever their colour`, () => {
    assert.ok(areApart(lengths(rhythm(a[1], ['green', 'red'])), lengths(rhythm(b[1], ['green', 'red']))));
  });
}

const heard: PatternName[] = ['granted', 'denied', 'unavailable', 'come-closer'];
test('each verdict sounds, and each differently; of the hints one ticks, and nothing buzzes in the background', () => {
  assert.equal(all.filter(([, { beats }]) => beats.some(({ on }) => on.includes('buzzer'))).map(([name]) => name).sort(), heard.toSorted());
  for (const [i, a] of heard.entries()) for (const b of heard.slice(i + 1)) assert.ok(areApart(lengths(rhythm(patterns[a], ['buzzer'])), lengths(rhythm(patterns[b], ['buzzer']))), `${a} and ${b}`);
});

test('only what is granted is green alone, and what is denied never shows green', () => {
  const isGreenAlone = ({ beats }: Pattern): boolean => beats.some(({ on }) => on.includes('green') && !on.includes('red'));
  assert.equal(all.filter(([, pattern]) => isGreenAlone(pattern)).map(([name]) => name), ['granted']);
  assert.not.ok(patterns.denied.beats.some(({ on }) => (on as readonly Signal[]).includes('green')));
});

test('no lamp flashes over three times in a second (WCAG 2.3.1), unless for under a second and with what plays once', () => {
  for (const [name, pattern] of all) {
    const lamps = rhythm(pattern, ['green', 'red']);
    const begins = lamps.flatMap((on, i) => (on && lamps[i - 1] !== true ? [i] : []));
    for (const at of begins) assert.ok(begins.filter((other) => other >= at && other < at + 100).length <= 3, name);
  }
});

test('every beat lasts, whatever plays once ends, and the background is dark most of the time', () => {
  for (const [name, { beats }] of all) assert.ok(beats.length > 0 && beats.every(({ ms }) => ms >= 30 && ms <= 10_000), name);
  for (const name of ['offline', 'fault'] as const) assert.ok(rhythm(patterns[name], ['red']).filter((on) => on).length < 100, name);
  for (const name of ['granted', 'denied', 'unavailable'] as const) assert.ok(patterns[name].beats.reduce((sum, { ms }) => sum + ms, 0) <= 3_000, name);
});

test('every hint has a pattern', () => {
  for (const reason of Object.keys(hintText) as HintReason[]) assert.ok(patterns[patternOfHint(reason)].repeats, reason);
});

test.run();
