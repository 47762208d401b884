import { crc32, deflateSync } from 'node:zlib';

/** The modules of a QR code without its quiet zone, row by row: 1 dark, 0 light. */
export interface Modules {
  data: ArrayLike<number>;
  side: number;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Filter types of PNG (ISO/IEC 15948 §9.2): a row as it is is 0, as the difference from the row above is 2. */
const FILTER_UP = 2;

/**
 * A QR code as a PNG of one bit a pixel (ISO/IEC 15948): every module `scale` pixels a side, around it `quietZone` modules of
 * white. Written here, for a general encoder takes fifty times as long to find out that there are two colours.
 */
export function codePng({ data, side }: Modules, { scale, quietZone }: { scale: number; quietZone: number }): Uint8Array {
  const px = (side + 2 * quietZone) * scale;
  // One byte of filter type, then eight pixels a byte, the first in the highest bit; 1 is white.
  const rowBytes = 1 + Math.ceil(px / 8);
  const rows = Buffer.alloc(rowBytes * px);
  for (let module = -quietZone; module < side + quietZone; module++) {
    const first = (module + quietZone) * scale * rowBytes;
    const row = rows.subarray(first, first + rowBytes).fill(0xff, 1);
    if (module >= 0 && module < side) darken(row, data, module * side, { side, scale, quietZone });
    // What is below it within the module is the same: no difference.
    for (let below = 1; below < scale; below++) rows[first + below * rowBytes] = FILTER_UP;
  }
  return Buffer.concat([SIGNATURE, chunk('IHDR', header(px)), chunk('IDAT', deflateSync(rows, { level: 1 })), chunk('IEND', Buffer.alloc(0))]);
}

function darken(row: Buffer, data: ArrayLike<number>, at: number, { side, scale, quietZone }: { side: number; scale: number; quietZone: number }): void {
  for (let module = 0; module < side; module++) {
    if (data[at + module] !== 1) continue;
    const from = (quietZone + module) * scale;
    for (let x = from; x < from + scale; x++) row[1 + (x >> 3)] = (row[1 + (x >> 3)] as number) & ~(0x80 >> (x & 7));
  }
}

/** Width, height, bit depth 1, greyscale, the only compression and filter method there are, not interlaced (§11.2.2). */
function header(px: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(px, 0);
  bytes.writeUInt32BE(px, 4);
  bytes.writeUInt8(1, 8);
  return bytes;
}

/** Length, type, data, CRC of type and data (§5.3). */
function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
