import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { torchAtStart, torchRule } from '../../../daemon/signal/torch-rule.ts';
import type { TorchMode, TorchState } from '../../../daemon/signal/torch-rule.ts';

interface Hall {
  moving?: boolean;
  /** How dark it is without the torch. */
  night?: boolean;
  /** What the camera makes of it with the torch on; nothing unless told. */
  darkWithTorch?: boolean;
}

/** Ten looks a second; the torch's changes. */
function changes(mode: TorchMode, holdS: number, forS: number, hallAt: (atS: number) => Hall): string[] {
  const settings = { mode, holdMs: holdS * 1_000 };
  let state: TorchState = torchAtStart(settings);
  const told: string[] = [];
  for (let atMs = 0; atMs <= forS * 1_000; atMs += 100) {
    const { moving = false, night = false, darkWithTorch = false } = hallAt(atMs / 1_000);
    const next = torchRule(state, { atMs, moving, dark: night && (!state.on || darkWithTorch) }, settings);
    if (next.on !== state.on) told.push(`${next.on ? 'on' : 'off'} at ${atMs / 1_000}`);
    state = next;
  }
  return told;
}

test('off is off, whatever happens', () => {
  assert.equal(changes('off', 30, 600, () => ({ moving: true, night: true })), []);
});

test('on motion: while something moves and for the hold after it', () => {
  assert.equal(changes('on-motion', 30, 120, (atS) => ({ moving: atS >= 10 && atS < 20 })), ['on at 10', 'off at 49.9']);
});

test('in the dark: on after two seconds of it, and off in the morning', () => {
  assert.equal(changes('dark', 30, 300, (atS) => ({ night: atS >= 10 && atS < 100 })), ['on at 12', 'off at 42', 'on at 44.1', 'off at 104.1']);
});

test('a hand over the lens is no night', () => {
  assert.equal(changes('dark', 30, 60, (atS) => ({ night: atS % 5 < 1.5 })), []);
});

for (const darkWithTorch of [false, true]) {
  test(`a night of twelve hours is no flashing, when the camera sees ${darkWithTorch ? 'as little' : 'well'} by the torch`, () => {
    const told = changes('dark', 30, 12 * 3_600, () => ({ night: true, darkWithTorch }));
    assert.ok(told.length < 60, `${told.length} changes`);
    const offs = told.filter((change) => change.startsWith('off')).map((change) => Number(change.split(' ')[2]));
    for (const [i, at] of offs.entries()) if (i > 7) assert.ok(at - (offs[i - 1] as number) >= 3_600, `off at ${at}`);
  });
}

test('while someone is there it is not switched off to look', () => {
  assert.equal(changes('dark', 30, 119, (atS) => ({ night: true, moving: atS > 20 && atS < 100 })), ['on at 2', 'off at 109.9', 'on at 112']);
});

test.run();
