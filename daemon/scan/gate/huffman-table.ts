/** Bits by which most codes are found at once. */
const QUICK_BITS = 10;
const LONGEST = 16;

/** A Huffman table of a JPEG (ITU-T T.81, annex C and F.2.2.3). */
export class HuffmanTable {
  /** By the next 10 bits what `find` tells; 0 for longer codes. */
  readonly #quick = new Uint16Array(1 << QUICK_BITS);
  /** Per length: one more than the last code of it, as 16 bits from the left. */
  readonly #ends = new Int32Array(LONGEST + 1);
  /** Per length: what to add to a code for the place of its value. */
  readonly #offsets = new Int32Array(LONGEST + 1);
  readonly #values: Uint8Array;

  /** `counts`: 16 numbers, how many codes there are of each length from 1 on; `values`: theirs, in the codes' order. */
  constructor(counts: Uint8Array, values: Uint8Array) {
    this.#values = values;
    for (let length = 1, code = 0, place = 0; length <= LONGEST; length++, code <<= 1) {
      this.#offsets[length] = place - code;
      for (let n = counts[length - 1] as number; n > 0; n--, code++, place++) this.#note(code, length, values[place] as number);
      this.#ends[length] = code << (LONGEST - length);
    }
  }

  /** The code that these 16 bits begin with, as its length times 256 plus its value; 0 when they begin none. */
  find(bits: number): number {
    return this.#quick[bits >>> (LONGEST - QUICK_BITS)] as number || this.#findLong(bits);
  }

  #findLong(bits: number): number {
    for (let length = QUICK_BITS + 1; length <= LONGEST; length++) {
      if (bits >= (this.#ends[length] as number)) continue;
      const value = this.#values[(bits >>> (LONGEST - length)) + (this.#offsets[length] as number)];
      return value === undefined ? 0 : (length << 8) | value;
    }
    return 0;
  }

  #note(code: number, length: number, value: number): void {
    if (length > QUICK_BITS) return;
    const from = code << (QUICK_BITS - length);
    this.#quick.fill((length << 8) | value, from, from + (1 << (QUICK_BITS - length)));
  }
}
