import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LookTurn } from '../../../daemon/scan/look-turn.ts';
import type { Unread } from '../../../daemon/scan/look-turn.ts';

const outlined = { msPerMegapixel: 5, needsOutline: true };
const cheap = { msPerMegapixel: 4 };
const dear = { msPerMegapixel: 25 };
const lead = { msPerMegapixel: 9, leads: true };
const smoothing = { msPerMegapixel: 6, forNoise: true };
const PIXELS = 1e6;

const seen: Unread = { pixels: PIXELS, hasOutline: false, isInSight: true, isNoisy: false };
const outlinedFrame: Unread = { ...seen, hasOutline: true };
const unseen: Unread = { ...seen, isInSight: false };

/** The looks of these frames; each costs what it is thought to. */
function turns(turn: LookTurn, frames: Unread[]): (number | undefined)[] {
  return frames.map((frame) => {
    const index = turn.next(frame);
    if (index !== undefined) turn.took(index, PIXELS);
    return index;
  });
}

function times(count: number, frame: Unread): Unread[] {
  return Array<Unread>(count).fill(frame);
}

test('the looks take turns in their order, a dear one when enough is saved', () => {
  assert.equal(turns(new LookTurn([cheap, dear, cheap], 10), times(9, seen)), [0, 1, 2, 0, 1, 2, 0, 1, 2]);
  assert.equal(turns(new LookTurn([dear], 10), times(8, seen)), [0, 0, undefined, undefined, 0, undefined, 0, undefined]);
});

test('the look that leads has every second turn', () => {
  assert.equal(turns(new LookTurn([cheap, lead, cheap], 10), times(6, seen)), [1, 0, 1, 2, 1, 0]);
  assert.equal(turns(new LookTurn([lead], 10), times(3, seen)), [0, 0, 0], 'and each when there is no other');
});

test('where the plain pass saw a code it could not read, the look that goes by it comes first, every second time', () => {
  const looks = [cheap, outlined, cheap];
  assert.equal(turns(new LookTurn(looks, 10), times(4, outlinedFrame)), [1, 0, 1, 2]);
  assert.equal(turns(new LookTurn(looks, 10), times(4, seen)), [0, 2, 0, 2], 'and never without one');
  assert.equal(turns(new LookTurn([lead, ...looks], 10), times(5, outlinedFrame)), [0, 2, 0, 1, 0], 'beside the one that leads');
});

test('a look against noise has its turn in noise alone', () => {
  const looks = [smoothing, cheap];
  assert.equal(turns(new LookTurn(looks, 10), times(3, seen)), [1, 1, 1]);
  assert.equal(turns(new LookTurn(looks, 10), times(3, { ...seen, isNoisy: true })), [0, 1, 0]);
});

test('a frame in which no code is to be seen saves up a tenth of what one with an unreadable code does', () => {
  assert.is(turns(new LookTurn([dear], 10), times(30, unseen)).indexOf(0), 24, 'beyond what is kept for a code that comes into view');
});

test('an empty hall never uses up what the first frames of a code are to be looked at with', () => {
  const turn = new LookTurn([lead, cheap], 10);
  turns(turn, times(500, unseen));
  assert.equal(turns(turn, times(6, seen)).map((index) => index !== undefined), Array<boolean>(6).fill(true));
});

test('a look that no saving could pay for is left out', () => {
  const looks = [cheap, { msPerMegapixel: 100 }, cheap];
  assert.equal(turns(new LookTurn(looks, 10), times(3, seen)), [0, 2, 0]);
  assert.equal(turns(new LookTurn([{ msPerMegapixel: 100, leads: true }, cheap], 10), times(3, seen)), [1, 1, 1], 'even one that leads');
});

test('a budget of nothing makes no look at all', () => {
  assert.equal(turns(new LookTurn([cheap, outlined, lead], 0), [outlinedFrame, unseen, outlinedFrame]), [undefined, undefined, undefined]);
});

test('over many frames, a third of which show an unreadable code, no more is spent than the budget, even when looks cost three times what they were thought to', () => {
  const looks = [cheap, dear, outlined, lead];
  const turn = new LookTurn(looks, 10);
  let spent = 0;
  for (let frame = 0; frame < 1_000; frame++) {
    const index = turn.next(frame % 3 === 0 ? outlinedFrame : unseen);
    if (index === undefined) continue;
    const ms = 3 * (looks[index]?.msPerMegapixel ?? 0);
    turn.took(index, PIXELS, ms);
    spent += ms;
  }
  assert.ok(spent <= 334 * 10 + 666 + 75 + 30 && spent > 3_000, `${spent} ms`);
});

test('a machine that stalls in the middle of a look puts it off for some seconds, not for good, and no other look', () => {
  for (const [looks, frame] of [[[outlined, cheap], outlinedFrame], [[dear, cheap], seen]] as const) {
    const turn = new LookTurn(looks, 10);
    const first = turn.next(frame);
    assert.is(first, 0);
    turn.took(0, PIXELS, 500);
    const after = Array.from({ length: 300 }, () => {
      const index = turn.next(frame);
      if (index !== undefined) turn.took(index, PIXELS, looks[index]?.msPerMegapixel ?? 0);
      return index;
    });
    assert.ok(after.slice(0, 100).includes(1), 'another look');
    assert.ok(after.includes(0), 'it is made again');
  }
});

test.run();
