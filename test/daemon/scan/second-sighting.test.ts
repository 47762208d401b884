import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CodeSeen } from '../../../daemon/base/frame.ts';
import { SecondSighting } from '../../../daemon/scan/second-sighting.ts';
import { ShowingFilter } from '../../../daemon/scan/showing-filter.ts';

const quad = [{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 10, y: 10 }, { x: 0, y: 10 }] as const;
const plain = (text: string): CodeSeen => ({ text, quad });
const extra = (text: string): CodeSeen => ({ text, quad, look: 'half, darker' });
const sightings = (): SecondSighting => new SecondSighting({ withinMs: 1_500, isGenuine: (text) => text.startsWith('signed') });
const texts = (codes: CodeSeen[]): string[] => codes.map(({ text }) => text);

test('what the plain pass reads may be tried at once', () => {
  assert.equal(texts(sightings().sure([plain('a')], 0)), ['a']);
});

test('what only an extra look reads may be tried when a later frame agrees', () => {
  const own = sightings();
  assert.equal(texts(own.sure([extra('a')], 0)), []);
  assert.equal(texts(own.sure([extra('b')], 100)), [], 'another text does not');
  assert.equal(texts(own.sure([extra('a')], 200)), ['a']);
  assert.equal(texts(own.sure([extra('a')], 300)), ['a'], 'and from then on');
});

test('two looks at one picture agree as well', () => {
  assert.equal(texts(sightings().sure([{ ...extra('a'), agreed: true }], 0)), ['a']);
});

test('two sightings too far apart do not agree', () => {
  const own = sightings();
  own.sure([extra('a')], 0);
  assert.equal(texts(own.sure([extra('a')], 1_501)), []);
  assert.equal(texts(own.sure([extra('a')], 3_001)), ['a']);
});

test('a text that its issuer signed is sure by itself', () => {
  assert.equal(texts(sightings().sure([extra('signed'), extra('foreign')], 0)), ['signed']);
});

test('of a thousand texts that are read once each, few are remembered', () => {
  const own = sightings();
  for (let i = 0; i < 1_000; i++) own.sure([extra(`${i}`)], i / 1_000);
  assert.equal(texts(own.sure([extra('0')], 1)), []);
  assert.equal(texts(own.sure([extra('999')], 1)), ['999']);
});

test('no attempt is made of a text that one extra look read once', () => {
  const filter = new ShowingFilter({ rearmMs: 1_500, retryMs: 3_000, maxCodes: 3, keyOf: (text) => text });
  assert.equal(filter.see([extra('a')], 0), []);
  assert.is(filter.size, 0);
  assert.equal(filter.see([extra('a')], 100).map(({ text }) => text), ['a']);
  const trusting = new ShowingFilter({ rearmMs: 1_500, retryMs: 3_000, maxCodes: 3, keyOf: (text) => text, isGenuine: () => true });
  assert.is(trusting.see([extra('a')], 0).length, 1);
});

test.run();
