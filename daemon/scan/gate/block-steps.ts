import type { HuffmanTable } from './huffman-table.ts';

/** Coefficients of a block. */
export const BLOCK = 64;
/** Bits looked at at once. With 10 a picture takes a twentieth longer; with 12 as much less, but tables made anew for each picture cost that again, and two pairs fill 48 kB. */
export const AHEAD_BITS = 11;
/** Coefficients that the code at a block's end counts for: more than all others together may. */
const END = 128;
/** For bits that hold no whole code: leads to a number of coefficients that no codes lead to. */
const NO_STEP = (END + BLOCK) << 5;
/** Sixteen zeros, more of the block follows; every other code without bits of its own ends the block (ITU-T T.81, F.1.2.2.1). */
const SIXTEEN_ZEROS = 0xf0;
const MOST_DC_BITS = 11;

/**
 * How to step over the blocks of a component, over several codes at once: all that the next 11 bits hold.
 *
 * A step is the coefficients that it goes on by, times 32, plus the bits that it takes. The last code's own bits are among
 * these even if they lie beyond the 11. An opening is a block's DC difference, times 65536, plus a step.
 */
export class BlockSteps {
  /** By the next bits, at the beginning of a block; 0 where they do not hold the difference, for which `open` is. */
  readonly openings = new Int32Array(1 << AHEAD_BITS);
  /** By the next bits, within a block. One that does not lead to an `isSound` number of coefficients is not to be taken, and `step` is. */
  readonly steps = new Uint16Array(1 << AHEAD_BITS);
  readonly #dc: HuffmanTable;
  readonly #ac: HuffmanTable;

  constructor(dc: HuffmanTable, ac: HuffmanTable) {
    [this.#dc, this.#ac] = [dc, ac];
    for (let ahead = 0; ahead < 1 << AHEAD_BITS; ahead++) {
      const bits = ahead << (32 - AHEAD_BITS);
      const opening = this.open(bits);
      if (opening !== 0 && (opening & 31) <= AHEAD_BITS) this.openings[ahead] = this.#withCodes(bits, opening);
      this.steps[ahead] = this.#withCodes(bits, 0) || NO_STEP;
    }
  }

  /** The opening by the difference alone of a block that begins with these 32 bits; 0 when it does not. */
  open(bits: number): number {
    const code = this.#dc.find(bits >>> 16);
    const [length, size] = [code >>> 8, code & 0xff];
    if (code === 0 || size > MOST_DC_BITS) return 0;
    const value = size === 0 ? 0 : (bits << length) >>> (32 - size);
    // F.2.2.1, EXTEND: numbers whose first bit is 0 are negative.
    const difference = size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
    return (difference << 16) | (1 << 5) | (length + size);
  }

  /** The step over the one code that these 32 bits begin with; 0 when they begin with none. */
  step(bits: number): number {
    return this.#stepOf(this.#ac.find(bits >>> 16));
  }

  /** `begun`, and on by the codes that follow it in the bits ahead and can be of the same block. */
  #withCodes(bits: number, begun: number): number {
    let sum = begun;
    while (coefficientsOf(sum) < BLOCK) {
      const code = this.#ac.find((bits << (sum & 31)) >>> 16);
      const next = sum + this.#stepOf(code);
      if (code === 0 || (sum & 31) + (code >>> 8) > AHEAD_BITS || !isSound(coefficientsOf(next))) break;
      sum = next;
    }
    return sum;
  }

  #stepOf(code: number): number {
    if (code === 0) return 0;
    const size = code & 15;
    const coefficients = size === 0 && (code & 0xff) !== SIXTEEN_ZEROS ? END : ((code >>> 4) & 15) + 1;
    return (coefficients << 5) | ((code >>> 8) + size);
  }
}

/** Of a step or an opening. */
export function coefficientsOf(step: number): number {
  return (step >>> 5) & 0xff;
}

/** Whether a block may come to so many: it goes on, is full, or was ended by its code. Otherwise its last step is not to be taken. */
export function isSound(coefficients: number): boolean {
  return coefficients <= BLOCK || (coefficients >= END && coefficients < END + BLOCK);
}
