import type { QrSymbol } from '../../scripts/scene/qr-symbol.ts';

// ISO/IEC 18004:2015, version 1, level L: table 7 (19 data codewords), table 9 (7 for error correction), annex A (generator).
const SIDE = 21;
const DATA_CODEWORDS = 19;
const CHECK_CODEWORDS = 7;
/** Level L, mask 000 (annex C). */
const FORMAT = 0b111011111000100;

/** Mode indicators (table 2) and what follows them, as bits. */
export const segment = {
  bytes: (bytes: Uint8Array): string => `0100${bits(bytes.length, 8)}${[...bytes].map((byte) => bits(byte, 8)).join('')}`,
  /** Assignment numbers of up to 127, of up to 16,383 and above (7.4.2). */
  eci: (number: number): string => `0111${number < 128 ? bits(number, 8) : number < 16_384 ? `10${bits(number, 14)}` : `110${bits(number, 21)}`}`,
  /** Part `index` (from 0) of `count` (8.2). */
  append: (index: number, count: number): string => `0011${bits(index, 4)}${bits(count - 1, 4)}${bits(0x5a, 8)}`,
  /** FNC1 in first position: GS1 (7.4.8.2). */
  gs1: (): string => '0101',
};

/** A symbol around any bits at all, up to 152: for content that no writer makes. */
export function symbolOfBits(content: string): QrSymbol {
  const padded = `${content}0000`.slice(0, DATA_CODEWORDS * 8);
  const data = (padded.padEnd(Math.ceil(padded.length / 8) * 8, '0').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  for (let pad = 0xec; data.length < DATA_CODEWORDS; pad ^= 0xec ^ 0x11) data.push(pad);
  const stream = [...data, ...checkOf(data)].map((byte) => bits(byte, 8)).join('');
  const dark = new Uint8Array(SIDE * SIDE);
  const isFunction = drawFunctionPatterns(dark);
  let at = 0;
  for (let right = SIDE - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let n = 0; n < SIDE * 2; n++) {
      const [x, step] = [right - (n % 2), Math.floor(n / 2)];
      const y = ((right + 1) & 2) === 0 ? SIDE - 1 - step : step;
      if (!isFunction[y * SIDE + x]) dark[y * SIDE + x] = Number(stream[at++] ?? 0) ^ ((x + y) % 2 === 0 ? 1 : 0);
    }
  }
  return { size: SIDE, dark };
}

function bits(value: number, count: number): string {
  return value.toString(2).padStart(count, '0');
}

function drawFunctionPatterns(dark: Uint8Array): Uint8Array {
  const isFunction = new Uint8Array(SIDE * SIDE);
  const set = (x: number, y: number, value: number): void => {
    if (x < 0 || y < 0 || x >= SIDE || y >= SIDE) return;
    dark[y * SIDE + x] = value;
    isFunction[y * SIDE + x] = 1;
  };
  for (let i = 0; i < SIDE; i++) { set(6, i, (i + 1) % 2); set(i, 6, (i + 1) % 2); }
  for (const [left, top] of [[0, 0], [SIDE - 7, 0], [0, SIDE - 7]] as const) {
    for (let y = -1; y <= 7; y++) {
      // Rings around the middle: dark, dark, light, dark, and light beyond.
      for (let x = -1; x <= 7; x++) set(left + x, top + y, [1, 1, 0, 1, 0][Math.max(Math.abs(x - 3), Math.abs(y - 3))] as number);
    }
  }
  const format = (i: number): number => (FORMAT >> i) & 1;
  for (let i = 0; i < 15; i++) {
    if (i < 6) set(8, i, format(i));
    else if (i < 8) set(8, i + 1, format(i));
    else if (i === 8) set(7, 8, format(i));
    else set(14 - i, 8, format(i));
    if (i < 8) set(SIDE - 1 - i, 8, format(i));
    else set(8, SIDE - 15 + i, format(i));
  }
  set(8, SIDE - 8, 1);
  return isFunction;
}

/** The remainder by the generator polynomial over GF(2⁸) modulo 0x11d. */
function checkOf(data: readonly number[]): number[] {
  let generator = [1];
  for (let i = 0, root = 1; i < CHECK_CODEWORDS; i++, root = times(root, 2)) {
    const shifted = [...generator, 0];
    generator.forEach((coefficient, k) => { shifted[k + 1] = (shifted[k + 1] as number) ^ times(coefficient, root); });
    generator = shifted;
  }
  const rest = [...data, ...Array<number>(CHECK_CODEWORDS).fill(0)];
  data.forEach((_, i) => {
    const factor = rest[i] as number;
    generator.forEach((coefficient, k) => { rest[i + k] = (rest[i + k] as number) ^ times(coefficient, factor); });
  });
  return rest.slice(data.length);
}

function times(a: number, b: number): number {
  let product = 0;
  for (let i = 7; i >= 0; i--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((b >> i) & 1) * a;
  }
  return product;
}
