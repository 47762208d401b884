import { JpegHeaderReader } from '../../daemon/scan/gate/jpeg-headers.ts';

/** Codes of a Huffman table, as strings of 0 and 1 (ITU-T T.81, annex C). */
export type Codes = Map<string, number>;

/** The tables in the headers of a JPEG, by class and number. */
export function codesOf(jpeg: Uint8Array): Map<number, Codes> {
  const tables = new Map<number, Codes>();
  for (let at = 2; jpeg[at + 1] !== 0xda;) {
    const end = at + 2 + word(jpeg, at + 2);
    for (let from = at + 4; jpeg[at + 1] === 0xc4 && from < end;) {
      const codes: Codes = new Map();
      const name = jpeg[from] as number;
      let [code, place] = [0, from + 17];
      for (let length = 1; length <= 16; length++, code *= 2) {
        for (let n = jpeg[from + length] as number; n > 0; n--) codes.set((code++).toString(2).padStart(length, '0'), jpeg[place++] as number);
      }
      tables.set(name, codes);
      from = place;
    }
    at = end;
  }
  return tables;
}

/**
 * The mean of each block of the first component, whole or not, row by row, `across` blocks a row; read bit by bit as the standard says it
 * (F.2.2), with no thought of speed. Undefined where a code is none, or bits are missing.
 */
export function plainMeans(jpeg: Uint8Array): { across: number; means: number[] } | undefined {
  const headers = new JpegHeaderReader().read(jpeg);
  if (!headers) return undefined;
  const { width, height, components, restartEvery, dcStep, at } = headers;
  const tables = codesOf(jpeg);
  const selectors = jpeg.subarray(at - 3 - 2 * components.length, at - 3);
  const first = components[0] as (typeof components)[number];
  const unitsAcross = Math.ceil(width / 8 / first.across);
  const units = unitsAcross * Math.ceil(height / 8 / first.down);
  const bits = new PlainBits(jpeg, at);
  const levels = components.map(() => 0);
  const means: number[] = [];
  for (let unit = 0; unit < units; unit++) {
    if (restartEvery > 0 && unit > 0 && unit % restartEvery === 0) {
      if (!bits.restart()) return undefined;
      levels.fill(0);
    }
    for (const [i, { across, down }] of components.entries()) {
      const named = selectors[2 * i + 1] as number;
      for (let n = 0; n < across * down; n++) {
        const difference = bits.block(tables.get(named >> 4) as Codes, tables.get(0x10 | (named & 15)) as Codes);
        if (difference === undefined) return undefined;
        levels[i] = (levels[i] as number) + difference;
        if (i > 0) continue;
        const [column, row] = [(unit % unitsAcross) * across + (n % across), Math.floor(unit / unitsAcross) * down + Math.floor(n / across)];
        means[row * unitsAcross * across + column] = Math.min(255, Math.max(0, 128 + ((levels[0] as number) * dcStep) / 8));
      }
    }
  }
  return { across: unitsAcross * first.across, means };
}

class PlainBits {
  readonly #jpeg: Uint8Array;
  #at: number;
  #bit = 0;

  constructor(jpeg: Uint8Array, at: number) {
    [this.#jpeg, this.#at] = [jpeg, at];
  }

  block(dc: Codes, ac: Codes): number | undefined {
    const size = this.#code(dc);
    const value = size !== undefined && size <= 11 ? this.#number(size) : undefined;
    if (size === undefined || value === undefined) return undefined;
    for (let k = 1; k < 64; k++) {
      const code = this.#code(ac);
      if (code === undefined || this.#number(code & 15) === undefined) return undefined;
      if ((code & 15) === 0 && code !== 0xf0) break;
      k += code >> 4;
    }
    return size > 0 && value < 2 ** (size - 1) ? value - 2 ** size + 1 : value;
  }

  restart(): boolean {
    // The rest of a byte that was begun is padding.
    if (this.#bit > 0) this.#nextByte();
    const marker = this.#jpeg[this.#at] === 0xff ? this.#jpeg[this.#at + 1] ?? 0 : 0;
    this.#at += 2;
    return marker >= 0xd0 && marker <= 0xd7;
  }

  #code(codes: Codes): number | undefined {
    for (let bits = ''; bits.length < 16;) {
      const bit = this.#next();
      if (bit === undefined) return undefined;
      bits += bit;
      if (codes.has(bits)) return codes.get(bits);
    }
    return undefined;
  }

  #number(size: number): number | undefined {
    let value = 0;
    for (let i = 0; i < size; i++) {
      const bit = this.#next();
      if (bit === undefined) return undefined;
      value = value * 2 + bit;
    }
    return value;
  }

  #next(): number | undefined {
    const byte = this.#jpeg[this.#at];
    if (byte === undefined || (byte === 0xff && this.#jpeg[this.#at + 1] !== 0)) return undefined;
    const bit = (byte >> (7 - this.#bit)) & 1;
    if (++this.#bit === 8) this.#nextByte();
    return bit;
  }

  #nextByte(): void {
    this.#at += this.#jpeg[this.#at] === 0xff ? 2 : 1;
    this.#bit = 0;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
