import { AHEAD_BITS, BLOCK, coefficientsOf, isSound } from './block-steps.ts';
import type { BlockSteps } from './block-steps.ts';

const BEYOND_AHEAD = 32 - AHEAD_BITS;
/** Beyond the end of any picture. */
const NOWHERE = 2 ** 30;
/** Bytes that one block can go on by at most: 63 coefficients of 31 bits, and its first. */
const BLOCK_BYTES = 256;

/** Walks the compressed part of a JPEG (ITU-T T.81, F.2.2): reads DC differences and steps over the rest. */
export class JpegBits {
  /** A copy, for zeros are taken out of it, and what is behind its end can be read. */
  #bytes = Buffer.alloc(0);
  #view = new DataView(this.#bytes.buffer);
  /** Where the next bit is and where those of this restart interval end, counted from the first of the copy. */
  #at = 0;
  #end = 0;
  /** The marker behind this interval: its place in the copy. */
  #marker = 0;

  /** Takes the JPEG whose compressed part begins at `from`. */
  begin(jpeg: Uint8Array, from: number): void {
    const length = jpeg.length - from;
    const room = length + 2 + BLOCK_BYTES;
    if (this.#bytes.length < room) {
      this.#bytes = Buffer.from(new ArrayBuffer(room));
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.#bytes.set(jpeg.subarray(from));
    // A marker of our own: one is always found.
    this.#bytes.set([0xff, 0xd9], length);
    this.#beginInterval(0);
  }

  /**
   * Walks over `units` units of these blocks in a restart interval, and writes the DC coefficients of the first `kept` blocks of
   * each into `levels` from `to` on. False where there is no such code, or where the bits run out.
   */
  walk(units: number, blocks: BlockSteps[], kept: number, levels: Int32Array, to: number): boolean {
    const view = this.#view;
    const end = this.#end;
    let at = this.#at;
    let level = 0;
    for (let unit = 0, place = to; unit < units; unit++) {
      for (let i = 0; i < blocks.length; i++) {
        const block = blocks[i] as BlockSteps;
        const opening = block.openings[(view.getInt32(at >>> 3) << (at & 7)) >>> BEYOND_AHEAD] as number || block.open(bitsAt(view, at));
        if (opening === 0) return false;
        at = (at + (opening & 31)) | 0;
        if (i < kept) levels[place++] = level += opening >> 16;
        const coefficients = coefficientsOf(opening);
        if (coefficients < BLOCK) at = stepOver(view, block, at, coefficients);
        if (at > end) return false;
      }
    }
    this.#at = at;
    return true;
  }

  /** Goes on behind the next restart marker (B.2.1); false when there is none. */
  restart(): boolean {
    // What is left is padding: bits up to the marker.
    const marker = this.#bytes[this.#marker + 1] as number;
    if (this.#end - this.#at >= 8 || marker < 0xd0 || marker > 0xd7) return false;
    this.#beginInterval(this.#marker + 2);
    return true;
  }

  /** Takes the zeros out of it that say of a 0xFF before them that it is none of a marker (B.1.1.5). */
  #beginInterval(from: number): void {
    const bytes = this.#bytes;
    let to = from;
    let at = from;
    for (;;) {
      const found = bytes.indexOf(0xff, at);
      if (to < at) bytes.copyWithin(to, at, found);
      to += found - at;
      this.#marker = found;
      if (bytes[found + 1] !== 0) break;
      bytes[to++] = 0xff;
      at = found + 2;
    }
    this.#at = from * 8;
    this.#end = to * 8;
  }
}

/** Where the block ends that has come to `begun` coefficients at `from`; NOWHERE when it does not. */
function stepOver(view: DataView, block: BlockSteps, from: number, begun: number): number {
  const { steps } = block;
  let at = from;
  let coefficients = begun;
  for (;;) {
    let step: number;
    do {
      step = steps[(view.getInt32(at >>> 3) << (at & 7)) >>> BEYOND_AHEAD] as number;
      at = (at + (step & 31)) | 0;
      coefficients = (coefficients + (step >>> 5)) | 0;
    } while (coefficients < BLOCK);
    if (isSound(coefficients)) return at;
    // Back, and on by one code.
    at = (at - (step & 31)) | 0;
    coefficients = (coefficients - (step >>> 5)) | 0;
    step = block.step(bitsAt(view, at));
    if (step === 0) return NOWHERE;
    at = (at + (step & 31)) | 0;
    coefficients = (coefficients + (step >>> 5)) | 0;
    if (coefficients >= BLOCK) return at;
  }
}

/** The 32 bits there. */
function bitsAt(view: DataView, at: number): number {
  const off = at & 7;
  return (view.getInt32(at >>> 3) << off) | (view.getUint8((at >>> 3) + 4) >>> (8 - off));
}
