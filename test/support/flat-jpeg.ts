import sharp from 'sharp';

/** End of block in the table that follows. */
const END_OF_BLOCK = '1010';
/** The usual table for luminance DC (ITU-T T.81, K.3.1), by how many bits a difference has. */
const DC_CODES = ['00', '010', '011', '100', '101', '110', '1110', '11110', '111110', '1111110', '11111110', '111111110'];

/** A grey JPEG of `columns * rows` flat blocks, whose DC coefficients before multiplication are given, with restart markers. */
export async function flatJpeg(columns: number, rows: number, levels: number[], restartEvery: number): Promise<Uint8Array> {
  const blank = { create: { width: columns * 8, height: rows * 8, channels: 3 as const, background: '#888' } };
  const usual = await sharp(blank).toColourspace('b-w').jpeg({ quality: 80, optimiseCoding: false }).toBuffer();
  const scan = usual.indexOf(Buffer.from([0xff, 0xda]));
  const head = usual.subarray(0, scan);
  const interval = Buffer.from([0xff, 0xdd, 0, 4, restartEvery >> 8, restartEvery & 255]);
  return Buffer.concat([head, interval, usual.subarray(scan, scan + 2 + usual.readUInt16BE(scan + 2)), ...segments(levels, restartEvery), Buffer.from([0xff, 0xd9])]);
}

function segments(levels: number[], restartEvery: number): Buffer[] {
  const size = restartEvery || levels.length;
  const parts: Buffer[] = [];
  for (let from = 0; from < levels.length; from += size) {
    if (from > 0) parts.push(Buffer.from([0xff, 0xd0 + ((from / size - 1) % 8)]));
    parts.push(coded(levels.slice(from, from + size)));
  }
  return parts;
}

function coded(levels: number[]): Buffer {
  let bits = '';
  levels.forEach((level, i) => {
    const difference = level - (levels[i - 1] ?? 0);
    const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
    const value = difference < 0 ? difference + (1 << size) - 1 : difference;
    bits += DC_CODES[size] as string + (size > 0 ? value.toString(2).padStart(size, '0') : '') + END_OF_BLOCK;
  });
  const bytes = (bits + '1'.repeat((8 - (bits.length % 8)) % 8)).match(/.{8}/g) ?? [];
  return Buffer.from(bytes.flatMap((byte) => (byte === '11111111' ? [0xff, 0] : [parseInt(byte, 2)])));
}
