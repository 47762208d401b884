import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LookTurn } from '../../../daemon/scan/look-turn.ts';

const outlined = { msPerMegapixel: 5, needsOutline: true };
const cheap = { msPerMegapixel: 4 };
const dear = { msPerMegapixel: 25 };
const PIXELS = 1e6;

/** The looks of so many frames; each costs what it is thought to. */
function turns(turn: LookTurn, looks: { msPerMegapixel: number }[], outlines: boolean[]): (number | undefined)[] {
  return outlines.map((has) => {
    const index = turn.next(PIXELS, has);
    if (index !== undefined) turn.took(index, PIXELS, looks[index]?.msPerMegapixel ?? 0);
    return index;
  });
}

test('the looks take turns in their order, a dear one when enough is saved', () => {
  const looks = [cheap, dear, cheap];
  assert.equal(turns(new LookTurn(looks, 10), looks, Array<boolean>(7).fill(true)), [0, undefined, 1, 2, 0, undefined, 1]);
});

test('where the plain pass saw a code it could not read, the look that goes by it comes first, every second time', () => {
  const looks = [cheap, outlined, cheap];
  assert.equal(turns(new LookTurn(looks, 10), looks, [true, true, true, true]), [1, 0, 1, 2]);
  assert.equal(turns(new LookTurn(looks, 10), looks, Array<boolean>(6).fill(false)), [undefined, 0, undefined, 2, undefined, 0], 'and never without one');
});

test('a frame in which no code is to be seen saves up a fifth of what one with an unreadable code does', () => {
  assert.equal(turns(new LookTurn([dear], 10), [dear], Array<boolean>(20).fill(false)).indexOf(0), 12);
  assert.equal(turns(new LookTurn([dear], 10), [dear], Array<boolean>(9).fill(true)).indexOf(0), 2);
});

test('a look that no saving could pay for is left out', () => {
  const looks = [cheap, { msPerMegapixel: 100 }, cheap];
  assert.equal(turns(new LookTurn(looks, 10), looks, [true, true, true]), [0, 2, 0]);
});

test('a budget of nothing makes no look at all', () => {
  const looks = [cheap, outlined];
  assert.equal(turns(new LookTurn(looks, 0), looks, [true, false, true]), [undefined, undefined, undefined]);
});

test('without measurements each look costs what the table says', () => {
  const turn = new LookTurn([dear, cheap], 10);
  const made = Array.from({ length: 6 }, () => {
    const index = turn.next(PIXELS, true);
    if (index !== undefined) turn.took(index, PIXELS);
    return index;
  });
  assert.equal(made, [undefined, undefined, 0, 1, undefined, 0]);
});

test('over many frames, a third of which show an unreadable code, no more is spent than the budget, even when looks cost three times what they were thought to', () => {
  const looks = [cheap, dear, outlined];
  const turn = new LookTurn(looks, 10);
  let spent = 0;
  for (let frame = 0; frame < 1_000; frame++) {
    const index = turn.next(PIXELS, frame % 3 === 0);
    if (index === undefined) continue;
    const ms = 3 * (looks[index]?.msPerMegapixel ?? 0);
    turn.took(index, PIXELS, ms);
    spent += ms;
  }
  assert.ok(spent <= 334 * 10 + 666 * 2 + 75 && spent > 3_500, `${spent} ms`);
});

test('a machine that stalls in the middle of a look puts it off for some seconds, not for good, and no other look', () => {
  for (const [looks, has] of [[[outlined, cheap], true], [[dear, cheap], false]] as const) {
    const turn = new LookTurn(looks, 10);
    let first = turn.next(PIXELS, has);
    for (let frame = 0; first === undefined; frame++) first = turn.next(PIXELS, has);
    assert.is(first, 0);
    turn.took(0, PIXELS, 500);
    const after = Array.from({ length: 300 }, () => {
      const index = turn.next(PIXELS, has);
      if (index !== undefined) turn.took(index, PIXELS, looks[index]?.msPerMegapixel ?? 0);
      return index;
    });
    assert.ok(after.slice(0, 100).includes(1), 'another look');
    assert.ok(after.includes(0), 'it is made again');
  }
});

test.run();
