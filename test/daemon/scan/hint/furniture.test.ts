import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Quad } from '../../../../daemon/base/frame.ts';
import { Furniture } from '../../../../daemon/scan/hint/furniture.ts';

function square(left: number, side = 100): Quad {
  return [{ x: left, y: 50 }, { x: left + side, y: 50 }, { x: left + side, y: 50 + side }, { x: left, y: 50 + side }];
}

/** Seen twice a second from `fromMs` on; whether it was left alone at the end. */
function seen(furniture: Furniture, quad: (atMs: number) => Quad, fromMs: number, forMs: number): boolean {
  let alone = false;
  for (let atMs = fromMs; atMs <= fromMs + forMs; atMs += 500) alone = furniture.isAt(quad(atMs), atMs);
  return alone;
}

test('what stands in one place for half a minute is left alone, and not before', () => {
  assert.not.ok(seen(new Furniture(), () => square(200), 0, 29_500));
  assert.ok(seen(new Furniture(), () => square(200), 0, 30_000));
});

test('a phone that is held for a minute is not: a hand wanders', () => {
  assert.not.ok(seen(new Furniture(), (atMs) => square(200 + (atMs % 20_000) / 300), 0, 60_000));
});

test('it is another place when the size is another', () => {
  const furniture = new Furniture();
  seen(furniture, () => square(200), 0, 40_000);
  assert.not.ok(furniture.isAt(square(190, 120), 41_000));
  assert.ok(furniture.isAt(square(200), 41_500));
});

test('a poster that is hidden for a while stays known; one that was taken away is forgotten', () => {
  const furniture = new Furniture();
  seen(furniture, () => square(200), 0, 40_000);
  assert.ok(furniture.isAt(square(200), 300_000));
  assert.not.ok(furniture.isAt(square(200), 900_500));
});

test('someone who stands in the same place again after a minute is no poster', () => {
  const furniture = new Furniture();
  for (let visit = 0; visit < 5; visit++) assert.not.ok(seen(furniture, () => square(200), visit * 60_000, 20_000));
});

test('a thousand places do not push out the one that is seen', () => {
  const furniture = new Furniture();
  let alone = false;
  for (let i = 0; i < 1_000; i++) {
    furniture.isAt(square(i * 300 + 700), i * 100);
    alone = furniture.isAt(square(200), i * 100 + 1);
  }
  assert.ok(alone);
});

test.run();
