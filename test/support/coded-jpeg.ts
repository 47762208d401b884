import sharp from 'sharp';
import { codesOf } from './plain-jpeg.ts';
import type { Codes } from './plain-jpeg.ts';

/** What a JPEG of random coefficients is to be like. */
export interface CodedJpeg {
  width: number;
  height: number;
  /** Blocks of the luma in a unit; those of the two chroma components come singly. */
  across: number;
  down: number;
  /** Units between two restart markers; 0: there are none. */
  restartEvery: number;
  /** Whether the codes of luma's DC differences are of 5 to 16 bits, the longest of which bring 11 more. */
  hasLongCodes: boolean;
}

const LONG_CODES = [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

/** A JPEG of random coefficients in colour, coded by the usual tables: every code there is, blocks without any and blocks that are full. */
export async function codedJpeg({ width, height, across, down, restartEvery, hasLongCodes }: CodedJpeg, random: () => number): Promise<Uint8Array> {
  const blank = sharp({ create: { width, height, channels: 3, background: '#888' } });
  const usual = await blank.jpeg({ quality: 80, optimiseCoding: false, chromaSubsampling: '4:4:4' }).toBuffer();
  const scan = usual.indexOf(Buffer.from([0xff, 0xda]));
  usual[usual.indexOf(Buffer.from([0xff, 0xc0])) + 11] = (across << 4) | down;
  // The first table of DC codes, of 12.
  if (hasLongCodes) usual.set(LONG_CODES, usual.indexOf(Buffer.from([0xff, 0xc4, 0, 31, 0])) + 5);
  const tables = codesOf(usual);
  const coder = (name: number): BlockCoder => new BlockCoder(tables.get(name) as Codes, tables.get(0x10 | name) as Codes, random);
  const parts = [...Array.from({ length: across * down }, () => 0), 1, 2];
  const units = Math.ceil(width / 8 / across) * Math.ceil(height / 8 / down);
  const interval = restartEvery || units;
  const segments: Buffer[] = [];
  for (let from = 0; from < units; from += interval) {
    if (from > 0) segments.push(Buffer.from([0xff, 0xd0 + ((from / interval - 1) % 8)]));
    const coders = [coder(0), coder(1), coder(1)];
    const blocks = Array.from({ length: Math.min(interval, units - from) * parts.length }, (_, i) => (coders[parts[i % parts.length] as number] as BlockCoder).next());
    segments.push(stuffed(blocks.join('')));
  }
  const head = [usual.subarray(0, scan), Buffer.from([0xff, 0xdd, 0, 4, restartEvery >> 8, restartEvery & 255])];
  return Buffer.concat([...head, usual.subarray(scan, scan + 2 + usual.readUInt16BE(scan + 2)), ...segments, Buffer.from([0xff, 0xd9])]);
}

/** Random blocks of one component. */
class BlockCoder {
  readonly #dc: [string, number][];
  readonly #ac: [string, number][];
  readonly #endOfBlock: string;
  readonly #random: () => number;
  #level = 0;

  constructor(dc: Codes, ac: Codes, random: () => number) {
    [this.#dc, this.#ac, this.#random] = [[...dc], [...ac], random];
    this.#endOfBlock = this.#ac.find(([, value]) => value === 0)?.[0] as string;
  }

  next(): string {
    const level = Math.floor(this.#random() * 2_000) - 1_000;
    const difference = level - this.#level;
    this.#level = level;
    const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
    let bits = (this.#dc.find(([, value]) => value === size)?.[0] as string) + (size > 0 ? (difference < 0 ? difference + 2 ** size - 1 : difference).toString(2).padStart(size, '0') : '');
    const until = this.#random() < 0.2 ? 64 : this.#random() ** 4 * 64;
    let k = 1;
    while (k < until) {
      const [code, value] = this.#ac[Math.floor(this.#random() ** 2 * this.#ac.length)] as [string, number];
      if (value === 0 || k + (value >> 4) > 63) continue;
      bits += code + Array.from({ length: value & 15 }, () => (this.#random() < 0.5 ? '0' : '1')).join('');
      k += (value >> 4) + 1;
    }
    return k < 64 ? bits + this.#endOfBlock : bits;
  }
}

/** As bytes, filled up with ones; a zero behind each 0xFF (ITU-T T.81, F.1.2.3). */
function stuffed(bits: string): Buffer {
  const bytes = (bits + '1'.repeat((8 - (bits.length % 8)) % 8)).match(/.{8}/g) ?? [];
  return Buffer.from(bytes.flatMap((byte) => (byte === '11111111' ? [0xff, 0] : [parseInt(byte, 2)])));
}
