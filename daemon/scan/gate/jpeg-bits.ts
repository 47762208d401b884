import { QUICK_BITS } from './huffman-table.ts';
import type { HuffmanTable } from './huffman-table.ts';

/** Coefficients of a block. */
const BLOCK = 64;
/** Bits of the longest code. What a code brings along may be more than is at hand: those bits are owed, and taken from the next bytes. */
const AT_HAND = 16;
const QUICK_MASK = (1 << QUICK_BITS) - 1;

/** Walks the compressed part of a JPEG (ITU-T T.81, F.2.2): reads DC differences and steps over the rest. */
export class JpegBits {
  readonly #bytes: Uint8Array;
  #at: number;
  /** The next bits, `#count` of them at the right; below 0 so many are owed. */
  #bits = 0;
  #count = 0;
  /** Bytes taken beyond the end or a marker, which are zeros. */
  #missing = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Whether bits were read that are not there: some are taken ahead. */
  get ranOut(): boolean {
    return this.#missing * 8 > this.#count;
  }

  /** The DC difference of the next block, whose other coefficients are stepped over; undefined where there is no such code. */
  block(dc: HuffmanTable, ac: HuffmanTable): number | undefined {
    const difference = this.#difference(dc);
    for (let k = 1; k < BLOCK;) {
      if (this.#count < AT_HAND) this.#fill();
      const step = ac.steps[(this.#bits >>> (this.#count - QUICK_BITS)) & QUICK_MASK] as number || ac.findStep((this.#bits >>> (this.#count - 16)) & 0xffff);
      if (step === 0) return undefined;
      this.#count -= step & 0xff;
      k += step >>> 8;
    }
    return difference;
  }

  /** Goes on behind the next restart marker (B.2.1); false when there is none. */
  restart(): boolean {
    // What was taken ahead is padding: bits up to the marker.
    if (this.#count - this.#missing * 8 >= 8 || this.#bytes[this.#at] !== 0xff) return false;
    const marker = this.#bytes[this.#at + 1] ?? 0;
    if (marker < 0xd0 || marker > 0xd7) return false;
    this.#at += 2;
    this.#bits = this.#count = this.#missing = 0;
    return true;
  }

  #difference(dc: HuffmanTable): number | undefined {
    if (this.#count < AT_HAND) this.#fill();
    const code = dc.find((this.#bits >>> (this.#count - 16)) & 0xffff);
    const size = code & 0xff;
    if (code === 0 || size > 11) return undefined;
    this.#count -= code >>> 8;
    if (this.#count < AT_HAND) this.#fill();
    this.#count -= size;
    const value = (this.#bits >>> this.#count) & ((1 << size) - 1);
    // F.2.2.1, EXTEND: numbers whose first bit is 0 are negative.
    return size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** Two bytes at once, as often as not more is wanted. */
  #fill(): void {
    const [bytes, at] = [this.#bytes, this.#at];
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    if (first < 0xff && second < 0xff) {
      this.#bits = (this.#bits << 16) | (first << 8) | second;
      this.#at = at + 2;
      this.#count += 16;
    } else this.#takeByte();
    while (this.#count < AT_HAND) this.#takeByte();
  }

  #takeByte(): void {
    let byte = this.#bytes[this.#at] ?? 0xff;
    if (byte !== 0xff) this.#at++;
    // A zero behind 0xFF says that it is none of a marker (B.1.1.5).
    else if (this.#bytes[this.#at + 1] === 0) this.#at += 2;
    else {
      byte = 0;
      this.#missing++;
    }
    this.#bits = (this.#bits << 8) | byte;
    this.#count += 8;
  }
}
