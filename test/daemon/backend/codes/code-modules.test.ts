import { encode } from 'uqr';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeModules } from '../../../../daemon/backend/codes/code-modules.ts';
import { penaltyOf } from '../../../../daemon/backend/codes/mask-penalty.ts';

const grid = (...rows: string[]): [Uint8Array, number] => [Uint8Array.from(rows.join(''), (module) => Number(module === '#')), rows.length];

/** Each line stands alone between lines that change with every module, so that it alone is judged. */
const penalties: [situation: string, modules: [Uint8Array, number], penalty: number][] = [
  ['a chessboard', grid('#.#.', '.#.#', '#.#.', '.#.#'), 0],
  ['a block of two by two', grid('##.#', '##..', '..#.', '.#.#'), 3],
  ['all dark: three runs of five each way, four blocks of four, all of one colour', grid('#####', '#####', '#####', '#####', '#####'), 5 * 3 * 2 + 16 * 3 + 100],
  ['all light', grid('.....', '.....', '.....', '.....', '.....'), 5 * 3 * 2 + 16 * 3 + 100],
  ['a run of six', grid('######', '.#.#.#', '#.#.#.', '.#.#.#', '#.#.#.', '.#.#.#'), 3 + 1 + 10],
];
for (const [situation, [dark, side], penalty] of penalties) {
  test(`${situation}: ${penalty}`, () => assert.is(penaltyOf(dark, side), penalty));
}

test('what looks like a finder pattern, with light before or after it, is 40 more than what does not', () => {
  const board = (line: string): [Uint8Array, number] => grid(line, ...Array.from({ length: 10 }, (_, i) => (i % 2 ? '#.#.#.#.#.#' : '.#.#.#.#.#.')));
  const with40 = penaltyOf(...board('#.###.#....'));
  assert.is(with40 - penaltyOf(...board('#.###.##...')) >= 38, true);
  assert.is(penaltyOf(...board('....#.###.#')), with40, 'the other way round, too');
});

/** Alphanumeric and in no order, as tokens are. */
const textOf = (n: number, length: number): string => {
  let state = n + 1;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647);
  return Array.from({ length }, () => '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'.charAt(next() % 45)).join('');
};

test('a code is, module for module, what the encoder makes under the best of its eight masks', () => {
  const masks = new Set<number>();
  for (let n = 0; n < 48; n++) {
    const text = textOf(n, 20 + n * 10);
    const all = Array.from({ length: 8 }, (_, maskPattern) => {
      const { data } = encode(text, { ecc: 'M', boostEcc: false, border: 0, maskPattern });
      return Uint8Array.from(data.flat(), Number);
    });
    const { data, side } = codeModules(text);
    const mask = all.findIndex((modules) => Buffer.compare(modules, Uint8Array.from(data)) === 0);
    assert.ok(mask >= 0, `a text of ${text.length} characters`);
    masks.add(mask);
    assert.is(penaltyOf(Uint8Array.from(data), side), Math.min(...all.map((modules) => penaltyOf(modules, side))));
  }
  assert.ok(masks.size >= 5, 'no mask is favoured');
});

test('a code is never harder to read than what the encoder would have taken by itself', () => {
  for (let n = 0; n < 20; n++) {
    const text = textOf(n, 198);
    const own = Uint8Array.from(encode(text, { ecc: 'M', boostEcc: false, border: 0 }).data.flat(), Number);
    const { data, side } = codeModules(text);
    assert.ok(penaltyOf(Uint8Array.from(data), side) <= penaltyOf(own, side));
  }
});

test.run();
