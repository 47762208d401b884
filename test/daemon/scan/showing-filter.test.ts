import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CodeSeen, Quad } from '../../../daemon/base/frame.ts';
import type { Verdict } from '../../../daemon/base/verdict.ts';
import { ShowingFilter } from '../../../daemon/scan/showing-filter.ts';

const settings = { rearmMs: 1_500, retryMs: 3_000, maxCodes: 3, keyOf: (text: string) => text.replace(/#.*/, '') };

function square(side: number): Quad {
  return [{ x: 0, y: 0 }, { x: side, y: 0 }, { x: side, y: side }, { x: 0, y: side }];
}

function code(text: string, side = 100): CodeSeen {
  return { text, quad: square(side) };
}

/** A door in front of which codes are held: tries what the filter gives and tells it `outcome`. */
function doorway(outcome: (text: string) => Verdict['outcome'] = () => 'denied') {
  const filter = new ShowingFilter(settings);
  const tries: string[] = [];
  const look = (atMs: number, ...codes: CodeSeen[]): void => {
    for (const showing of filter.see(codes, atMs)) {
      tries.push(`${atMs} ${showing.text}`);
      const now = outcome(showing.text);
      filter.settle(showing, now, atMs);
      if (now === 'granted') return;
    }
  };
  /** Looks every `everyMs` from `fromMs` up to `toMs`, not included. */
  const watch = (fromMs: number, toMs: number, everyMs: number, seen: (atMs: number) => CodeSeen[]): void => {
    for (let atMs = fromMs; atMs < toMs; atMs += everyMs) look(atMs, ...seen(atMs));
  };
  return { filter, tries, look, watch };
}

test('a code held for 30 s is one showing', () => {
  const { tries, watch } = doorway(() => 'granted');
  watch(0, 30_000, 100, () => [code('a')]);
  assert.equal(tries, ['0 a']);
});

test('a code that is read every four seconds and seen unread in between is one showing; seen elsewhere it is two', () => {
  for (const [place, tries] of [[square(110), ['0 a']], [square(110).map(({ x, y }) => ({ x: x + 300, y })) as unknown as Quad, ['0 a', '4000 a', '8000 a']]] as const) {
    const filter = new ShowingFilter(settings);
    const tried: string[] = [];
    for (let atMs = 0; atMs < 12_000; atMs += 100) {
      const read = atMs % 4_000 === 0;
      for (const showing of filter.see(read ? [code('a')] : [], atMs, read ? [] : [place])) {
        tried.push(`${atMs} ${showing.text}`);
        filter.settle(showing, 'granted', atMs);
      }
    }
    assert.equal(tried, tries);
  }
});

test('what is seen unread in its place does not keep a code in view for ever', () => {
  const filter = new ShowingFilter(settings);
  const tried: number[] = [];
  for (let atMs = 0; atMs < 30_000; atMs += 100) {
    const read = atMs === 0 || atMs === 25_000;
    for (const showing of filter.see(read ? [code('a')] : [], atMs, read ? [] : [square(100)])) {
      tried.push(atMs);
      filter.settle(showing, 'granted', atMs);
    }
  }
  assert.equal(tried, [0, 25_000]);
});

test('a code that only every third look reads is one showing', () => {
  const { tries, watch } = doorway(() => 'granted');
  watch(0, 30_000, 200, (atMs) => (atMs % 600 === 0 ? [code('a')] : []));
  assert.equal(tries, ['0 a']);
});

test('looks that miss a code for 1.4 s do not end its showing, however often', () => {
  const { tries, watch } = doorway();
  watch(0, 20_000, 100, (atMs) => (atMs % 1_500 === 0 ? [code('a')] : []));
  assert.equal(tries, ['0 a']);
});

test('a code that was out of view for 1.5 s is a new showing', () => {
  const { tries, watch, look } = doorway(() => 'granted');
  watch(0, 1_000, 100, () => [code('a')]);
  watch(1_000, 2_500, 100, () => []);
  look(2_500, code('a'));
  assert.equal(tries, ['0 a', '2500 a']);
});

test('a code shown again just before 1.5 s are over belongs to the old showing, and the time starts anew', () => {
  const { tries, watch, look } = doorway();
  look(0, code('a'));
  watch(100, 1_500, 100, () => []);
  look(1_599, code('a'));
  watch(1_700, 3_100, 100, () => []);
  look(3_199, code('a'));
  assert.equal(tries, ['0 a']);
});

test('a door that was busy for 5 s while a code was held does not try it twice', () => {
  const { tries, look } = doorway(() => 'granted');
  look(0, code('a'));
  look(5_000, code('a'));
  assert.equal(tries, ['0 a']);
});

test('after more than 10 s without any look a code is a new showing', () => {
  const { tries, look } = doorway();
  look(0, code('a'));
  look(10_001, code('a'));
  assert.equal(tries, ['0 a', '10001 a']);
});

test('a poster in view for an hour is tried once, and a visitor beside it is tried at once', () => {
  const { tries, watch } = doorway((text) => (text === 'poster' ? 'denied' : 'granted'));
  watch(0, 1_800_000, 200, () => [code('poster', 300)]);
  watch(1_800_000, 1_802_000, 200, () => [code('poster', 300), code('visitor', 50)]);
  watch(1_802_000, 3_600_000, 200, () => [code('poster', 300)]);
  assert.equal(tries, ['0 poster', '1800000 visitor']);
});

test('without an answer a code is tried again every 3 s while it is shown', () => {
  const { tries, watch } = doorway(() => 'unavailable');
  watch(0, 7_000, 100, () => [code('a')]);
  assert.equal(tries, ['0 a', '3000 a', '6000 a']);
});

test('a retry that is answered is the last one', () => {
  let asked = 0;
  const { tries, watch } = doorway(() => (++asked === 1 ? 'unavailable' : 'granted'));
  watch(0, 20_000, 100, () => [code('a')]);
  assert.equal(tries, ['0 a', '3000 a']);
});

test('a code without an answer that goes away and comes back is tried at once', () => {
  const { tries, look, watch } = doorway(() => 'unavailable');
  look(0, code('a'));
  watch(100, 1_700, 100, () => []);
  look(1_700, code('a'));
  assert.equal(tries, ['0 a', '1700 a']);
});

test('a retry goes by the text that is shown now: a rotating code has moved on', () => {
  const { tries, look } = doorway(() => 'unavailable');
  look(0, code('a#1'));
  look(3_000, code('a#2'));
  assert.equal(tries, ['0 a#1', '3000 a#2']);
});

test('the next step of a rotating code is no new showing', () => {
  const { tries, watch } = doorway(() => 'granted');
  watch(0, 60_000, 100, (atMs) => [code(`a#${Math.floor(atMs / 15_000)}`)]);
  assert.equal(tries, ['0 a#0']);
});

test('of two codes at once the larger is tried first', () => {
  const { tries, look } = doorway();
  look(0, code('small', 50), code('large', 90));
  assert.equal(tries, ['0 large', '0 small']);
});

test('the first grant ends the showing of every code in view', () => {
  const { tries, watch } = doorway((text) => (text === 'large' ? 'granted' : 'denied'));
  watch(0, 5_000, 100, () => [code('small', 50), code('large', 90)]);
  assert.equal(tries, ['0 large']);
});

test('a code that the last look missed is ended by the grant too', () => {
  const { tries, look } = doorway((text) => (text === 'b' ? 'granted' : 'unavailable'));
  look(0, code('a'));
  look(2_900, code('b'));
  look(3_000, code('a'), code('b'));
  assert.equal(tries, ['0 a', '2900 b']);
});

test('a code that comes into view after the grant is tried', () => {
  const { tries, look } = doorway(() => 'granted');
  look(0, code('first'));
  look(100, code('first'), code('second'));
  assert.equal(tries, ['0 first', '100 second']);
});

test('a code passed over by a grant is tried when it is shown again', () => {
  const { tries, look, watch } = doorway(() => 'granted');
  look(0, code('large', 90), code('small', 50));
  watch(100, 1_700, 100, () => []);
  look(1_700, code('small', 50));
  assert.equal(tries, ['0 large', '1700 small']);
});

test('of many codes in one frame the three largest are tried, the next three in the next', () => {
  const { tries, look } = doorway();
  const codes = [10, 70, 30, 60, 20, 50, 40].map((side) => code(`s${side}`, side));
  look(0, ...codes);
  look(100, ...codes);
  look(200, ...codes);
  look(300, ...codes);
  assert.equal(tries, ['0 s70', '0 s60', '0 s50', '100 s40', '100 s30', '100 s20', '200 s10']);
});

test('one code read twice in a frame is one showing, by its larger picture', () => {
  const { filter } = doorway();
  const showings = filter.see([code('a', 10), code('a', 20)], 0);
  assert.equal(showings, [{ key: 'a', text: 'a', quad: square(20) }]);
});

test('a showing that was given but not tried is given again', () => {
  const { filter } = doorway();
  assert.is(filter.see([code('a')], 0).length, 1);
  assert.is(filter.see([code('a')], 100).length, 1);
});

test('settling a code that is long forgotten does nothing', () => {
  const { filter, tries, look } = doorway();
  const [showing] = filter.see([code('a')], 0);
  look(20_000);
  assert.ok(showing);
  filter.settle(showing, 'unavailable', 20_000);
  look(20_100, code('a'));
  assert.equal(tries, ['20100 a']);
});

test('[S9] a screen that shows another code in each frame cannot fill the memory', () => {
  const { filter, watch } = doorway();
  watch(0, 600_000, 10, (atMs) => [code(`c${atMs}`)]);
  assert.is(filter.size, 64);
});

test('[S9] a wall of hundreds of codes cannot fill the memory; the largest 64 have their try, once', () => {
  const { filter, tries, watch } = doorway();
  const wall = Array.from({ length: 255 }, (_, i) => code(`c${i}`, 10 + i));
  watch(0, 10_000, 100, () => wall);
  assert.is(filter.size, 64);
  assert.equal(tries.map((t) => t.replace(/.* /, '')), wall.slice(-64).reverse().map(({ text }) => text));
});

test('everything is forgotten once it was out of view for the re-arm time', () => {
  const { filter, look } = doorway();
  look(0, code('a'), code('b'));
  look(100);
  look(1_600);
  assert.is(filter.size, 0);
});

/** A still scene since 0: decoded every 1.2 s, when `seen` tells what is read, and gated in between. */
function stillScene({ filter, look }: ReturnType<typeof doorway>, untilMs: number, seen: (atMs: number) => CodeSeen[]): void {
  for (let atMs = 0; atMs < untilMs; atMs += 100) {
    if (atMs % 1_200 === 0) look(atMs, ...seen(atMs));
    else filter.stay(0, atMs);
  }
}

test('in a scene in which nothing changes a code is in view between the looks that read it', () => {
  const door = doorway();
  stillScene(door, 30_000, () => [code('a')]);
  assert.equal(door.tries, ['0 a']);
});

test('in a scene in which nothing changes a code is in view though most looks miss it', () => {
  const door = doorway();
  stillScene(door, 60_000, (atMs) => (atMs % 6_000 === 0 ? [code('a')] : []));
  assert.equal(door.tries, ['0 a']);
});

test('a code that no look reads for ten seconds is gone, even when nothing seemed to change', () => {
  const door = doorway();
  stillScene(door, 30_000, (atMs) => (atMs === 0 || atMs >= 14_400 ? [code('a')] : []));
  assert.equal(door.tries, ['0 a', '14400 a']);
});

test('what was read before the scene became what it is has gone from view, and is tried anew when it comes back', () => {
  const { filter, tries, look } = doorway();
  look(0, code('a'));
  look(100);
  for (let atMs = 200; atMs < 1_600; atMs += 100) filter.stay(100, atMs);
  look(1_600, code('a'));
  assert.equal(tries, ['0 a', '1600 a']);
});

test('and not when it comes back sooner', () => {
  const { filter, tries, look } = doorway();
  look(0, code('a'));
  look(100);
  for (let atMs = 200; atMs < 1_500; atMs += 100) filter.stay(100, atMs);
  look(1_500, code('a'));
  assert.equal(tries, ['0 a']);
});

test('of a scene that stays it is told when a code in it is to be tried again', () => {
  const { filter, tries, look } = doorway(() => 'unavailable');
  look(0, code('a'));
  assert.not.ok(filter.stay(0, 2_900));
  assert.ok(filter.stay(0, 3_000));
  look(3_000, code('a'));
  assert.not.ok(filter.stay(0, 3_100));
  assert.equal(tries, ['0 a', '3000 a']);
});

test('[S4] a text that an extra look read once is not confirmed by a scene that stays', () => {
  const { filter, tries, look } = doorway();
  look(0, { ...code('a'), look: 'half, grid' });
  assert.not.ok(filter.stay(0, 100));
  assert.equal(tries, []);
  look(200, { ...code('a'), look: 'half, grid' });
  assert.equal(tries, ['200 a']);
});

test.run();
