import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BrightnessGrid } from '../../../../daemon/scan/gate/brightness-grid.ts';
import { Gate } from '../../../../daemon/scan/gate/gate.ts';
import type { GateVerdict } from '../../../../daemon/scan/gate/gate.ts';

const HEARTBEAT_MS = 8_000;
const FIRST_HEARTBEAT_MS = 1_000;
const EVERY_MS = 100;

/** A hall of stripes, or another: by `shift`. */
function hall(shift = 0, columns = 80, rows = 45): BrightnessGrid {
  return { columns, rows, step: 0, means: Float32Array.from({ length: columns * rows }, (_, cell) => 60 + 60 * ((Math.floor(cell / 3) + shift) % 3)) };
}

const wordOf = (verdict: GateVerdict): string => (verdict.pass ? (verdict.heartbeat ? 'heartbeat' : 'look') : verdict.reason);

/** A gate, and frames ten times a second that are looked at whenever it lets them pass. */
class Stream {
  readonly gate = new Gate(HEARTBEAT_MS);
  atMs = 0;
  unsettled = false;

  frame(grid = hall()): string {
    const word = wordOf(this.gate.judge(grid, this.atMs));
    if (word === 'look' || word === 'heartbeat') this.gate.looked(this.atMs, { unsettled: this.unsettled });
    this.atMs += EVERY_MS;
    return word;
  }

  frames(count: number, grid = hall()): string[] {
    return Array.from({ length: count }, () => this.frame(grid));
  }

  /** A stream in which nothing has happened for so long that the gate is shut. */
  static asleep(): Stream {
    const stream = new Stream();
    stream.frames(60);
    return stream;
  }
}

const times = (words: string[], word: string): number => words.filter((each) => each === word).length;

/** In which of these frames a heart beat. */
const beats = (words: string[]): number[] => words.flatMap((word, i) => (word === 'heartbeat' ? [i] : []));

test('a hall in which nothing happens is looked at for three seconds, then once a heartbeat, each time twice as late', () => {
  const stream = new Stream();
  assert.equal(stream.frames(31), Array.from({ length: 31 }, () => 'look'));
  const later = stream.frames(270);
  assert.equal(beats(later), [9, 29, 69, 149, 229]);
  assert.is(times(later, 'unchanged'), 265);
});

test('after a change the heart beats as fast as in the beginning', () => {
  const stream = Stream.asleep();
  stream.frames(200);
  stream.frames(31, hall(1));
  assert.equal(beats(stream.frames(70, hall(1))), [9, 29, 69]);
});

test('between two looks there is never more than a heartbeat, whatever is to be seen', () => {
  const scenes: [string, (i: number) => BrightnessGrid][] = [
    ['nothing', () => hall()], ['something else each time', (i) => hall(i % 3)], ['a hand on the lens', (i) => flat(i % 40)], ['a new size each time', (i) => hall(0, 40 + (i % 5), 30)],
  ];
  for (const [name, scene] of scenes) {
    const stream = new Stream();
    let lookedMs = 0;
    for (let i = 0; i < 400; i++) {
      const atMs = stream.atMs;
      if (['look', 'heartbeat'].includes(stream.frame(scene(i)))) lookedMs = atMs;
      assert.ok(atMs - lookedMs < HEARTBEAT_MS, `${name}: ${atMs - lookedMs} ms without a look`);
    }
  }
});

test('a dull picture may be left alone until a heartbeat is due', () => {
  const gate = new Gate(HEARTBEAT_MS);
  gate.judge(flat(0), 0);
  gate.looked(0, { unsettled: false });
  assert.ok(gate.mayLeaveDull(FIRST_HEARTBEAT_MS - 1));
  assert.not.ok(gate.mayLeaveDull(FIRST_HEARTBEAT_MS));
});

test('every heartbeat of a dull scene is looked at', () => {
  const gate = new Gate(HEARTBEAT_MS);
  const decodedAtMs: number[] = [];
  for (let atMs = 0; atMs < 27_000; atMs += EVERY_MS) {
    if (!gate.judge(flat(0), atMs).pass || gate.mayLeaveDull(atMs)) continue;
    gate.looked(atMs, { unsettled: false });
    decodedAtMs.push(atMs);
  }
  assert.equal(decodedAtMs, [0, 1_000, 2_000, 3_000, 4_000, 6_000, 10_000, 18_000, 26_000]);
});

test('what is shut out of a dull scene is told as dull', () => {
  const stream = Stream.asleep();
  stream.gate.mayLeaveDull(stream.atMs);
  assert.ok(stream.frames(8).includes('dull'));
});

test('a scene that moves is looked at in the very frame, and so is what comes after', () => {
  const stream = Stream.asleep();
  stream.frames(5);
  assert.equal(stream.frame(), 'unchanged');
  assert.equal([stream.frame(hall(1)), ...stream.frames(30, hall(1))], Array.from({ length: 31 }, () => 'look'));
});

test('a scene that stays tells since when', () => {
  const stream = Stream.asleep();
  const movedMs = stream.atMs;
  stream.frames(50, hall(1));
  assert.is(stream.gate.stillSinceMs, movedMs);
});

test('a code that is there and could not be read keeps the gate open for a minute, a code that was read does not', () => {
  const stream = new Stream();
  stream.unsettled = true;
  assert.equal(stream.frames(601), Array.from({ length: 601 }, () => 'look'));
  assert.equal(beats(stream.frames(70)), [9, 29, 69]);
  stream.unsettled = false;
  const read = new Stream();
  assert.is(times(read.frames(631), 'look'), 31);
});

test('when the code that could not be read is gone, the gate shuts as usual', () => {
  const stream = new Stream();
  stream.unsettled = true;
  stream.frames(20);
  stream.unsettled = false;
  assert.equal(stream.frames(31, hall(1)), Array.from({ length: 31 }, () => 'look'));
  assert.is(stream.frame(hall(1)), 'unchanged');
});

test('a code found at a heartbeat opens the gate: it may not have been there when the others looked', () => {
  const stream = Stream.asleep();
  stream.frames(900);
  stream.unsettled = true;
  const words = stream.frames(30);
  const found = words.indexOf('heartbeat');
  assert.ok(found >= 0);
  assert.equal(new Set(words.slice(found + 1)), new Set(['look']));
});

const odd: Record<string, BrightnessGrid> = {
  'no cells': flat(0, 0, 0), 'one column': flat(9, 1, 400), 'one row': flat(9, 400, 1), 'three cells a side': flat(9, 3, 3),
};
for (const [name, grid] of Object.entries(odd)) {
  test(`a picture of ${name} is always looked at`, () => {
    assert.equal(new Set(new Stream().frames(100, grid)), new Set(['look']));
  });
}

test('a hand that moves on the lens is looked at once a heartbeat', () => {
  const hand = (i: number): BrightnessGrid => ({ columns: 80, rows: 45, step: 0, means: Float32Array.from({ length: 80 * 45 }, (_, cell) => 5 + (i % 2) * 10 + (cell % 80) / 2) });
  const stream = new Stream();
  const words = Array.from({ length: 240 }, (_, i) => stream.frame(hand(i)));
  assert.equal(words.flatMap((word, i) => (word === 'look' || word === 'heartbeat' ? [i] : [])), [0, 10, 20, 30, 40, 60, 100, 180]);
  assert.ok(times(words, 'blurred') > 20, 'until its moving to and fro is known');
});

test('a size that changes in mid-stream is a new scene, to and fro', () => {
  const stream = Stream.asleep();
  assert.is(stream.frame(hall(0, 40, 22)), 'look');
  assert.is(stream.frame(hall()), 'look');
});

for (const atMs of [NaN, -5, Infinity, -Infinity]) {
  test(`at the time ${atMs} a picture is looked at`, () => {
    const stream = Stream.asleep();
    stream.frames(3);
    stream.atMs = atMs;
    assert.ok(['look', 'heartbeat'].includes(stream.frame()));
  });
}

function flat(value: number, columns = 80, rows = 45): BrightnessGrid {
  return { columns, rows, step: 0, means: new Float32Array(columns * rows).fill(value) };
}

test.run();
