import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { writeBarcode } from 'zxing-wasm/writer';
import type { Frame } from '../../daemon/base/frame.ts';
import type { QrSymbol } from '../../scripts/scene/qr-symbol.ts';
import { segment, symbolOfBits } from './qr-bits.ts';
import { drawQr, drawSymbol, flatPicture, jpegOf, qrPicture, type LumaPicture } from './qr-picture.ts';

/** What a camera gives. */
export type Picture = Omit<Frame, 'seq' | 'arrivedMs'>;

/** What comes of a picture: texts that are read, `nothing`, a code seen and not read (`located`), or a sentence why it was not looked at. */
export type Outcome = readonly string[] | 'nothing' | 'located' | RegExp;

export interface OddPicture {
  name: string;
  picture: () => Picture | Promise<Picture>;
  outcome: Outcome;
}

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const NOT_A_JPEG = /^The picture cannot be read: the picture is not a JPEG\.$/;
const OVER_THE_LIMIT = /^The picture .*limit/;

/** Some picture, for what is not about its content. */
const hello = (): Promise<LumaPicture> => qrPicture('HELLO');
const striped = (width: number, height: number): LumaPicture => ({ width, height, luma: Uint8Array.from({ length: width * height }, (_, i) => (i & 2 ? 220 : 30)) });
const asJpeg = async (make: (picture: Sharp) => Sharp): Promise<Picture> => {
  const { luma, width, height } = await hello();
  return { width, height, jpeg: await make(sharp(luma, { raw: { width, height, channels: 1 } })).toBuffer() };
};

function ofSymbol(symbol: QrSymbol, width = 640, height = 480): LumaPicture {
  const picture = flatPicture(width, height, 128);
  drawSymbol(picture, symbol, { scale: 4 });
  return picture;
}

const ofBits = (content: string) => (): Picture => ofSymbol(symbolOfBits(content));

async function sevenThousandDigits(): Promise<Picture> {
  const { symbol } = await writeBarcode('7'.repeat(7_000), { format: 'QRCode', options: 'ecLevel=L', addQuietZones: false, scale: 1 });
  return ofSymbol({ size: symbol.width, dark: Uint8Array.from(symbol.data, (value) => (value < 128 ? 1 : 0)) }, 900, 900);
}

const FORTY = Array.from({ length: 40 }, (_, n) => `CODE ${n}`);

async function fortyCodes(): Promise<Picture> {
  const picture = flatPicture(1280, 720, 128);
  for (const [n, text] of FORTY.entries()) await drawQr(picture, text, { scale: 4, at: { x: 30 + (n % 8) * 155, y: 25 + Math.floor(n / 8) * 138 } });
  return picture;
}

/** The frame header (ITU-T T.81, B.2.2) tells another size than there is. */
async function ofToldSize(width: number, height: number): Promise<Picture> {
  const jpeg = Buffer.from(await jpegOf(await hello()));
  const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt16BE(height, at + 5);
  jpeg.writeUInt16BE(width, at + 7);
  return { width, height, jpeg };
}

async function animated(format: 'gif' | 'webp'): Promise<Picture> {
  const { luma, width, height } = await hello();
  const page = { raw: { width, height: height * 2, channels: 1, pageHeight: height } } as const;
  const both = sharp(Buffer.concat([luma, luma]), page);
  return { width, height, jpeg: await both[format]({ loop: 0 }).toBuffer() };
}

/** Everything odd that a camera, or whoever has its place, may give, and what comes of it. */
export const oddPictures: readonly OddPicture[] = [
  { name: 'neither luma nor JPEG', picture: () => ({ width: 640, height: 480 }), outcome: /neither luma nor JPEG/ },
  { name: 'luma of no pixels', picture: () => ({ width: 0, height: 0, luma: new Uint8Array(0) }), outcome: /is not 0 × 0 pixels/ },
  { name: 'luma a byte short', picture: () => ({ width: 640, height: 480, luma: new Uint8Array(640 * 480 - 1) }), outcome: /is not 640 × 480 pixels/ },
  { name: 'luma a byte long', picture: () => ({ width: 640, height: 480, luma: new Uint8Array(640 * 480 + 1) }), outcome: /is not 640 × 480 pixels/ },
  { name: 'luma of two of its sides swapped', picture: async () => ({ ...(await hello()), width: 480, height: 640 }), outcome: 'nothing' },
  { name: 'luma of a negative size', picture: () => ({ width: -640, height: -480, luma: new Uint8Array(640 * 480) }), outcome: /is not -640 × -480 pixels/ },
  { name: 'luma of no size that is a number', picture: () => ({ width: Number.NaN, height: 480, luma: new Uint8Array(480) }), outcome: /is not NaN × 480 pixels/ },
  { name: 'luma one pixel wide', picture: () => striped(1, 100_000), outcome: 'nothing' },
  { name: 'luma one pixel high', picture: () => striped(100_000, 1), outcome: 'nothing' },
  { name: 'luma of one pixel', picture: () => striped(1, 1), outcome: 'nothing' },
  { name: 'luma two pixels wide', picture: () => striped(2, 10_000), outcome: 'nothing' },
  { name: 'luma of 100 megapixels', picture: () => ({ width: 10_000, height: 10_000, luma: new Uint8Array(100_000_000) }), outcome: OVER_THE_LIMIT },
  { name: 'a JPEG of no bytes', picture: () => ({ width: 640, height: 480, jpeg: new Uint8Array(0) }), outcome: NOT_A_JPEG },
  { name: 'a JPEG that tells 100 megapixels', picture: () => ofToldSize(10_000, 10_000), outcome: OVER_THE_LIMIT },
  { name: 'a JPEG that tells four times the lines it has', picture: () => ofToldSize(640, 1920), outcome: ['HELLO'] },
  { name: 'a JPEG that tells no lines', picture: () => ofToldSize(640, 0), outcome: /^The picture cannot be read/ },
  { name: 'a JPEG one pixel wide', picture: async () => ({ width: 1, height: 5_000, jpeg: await jpegOf(striped(1, 5_000)) }), outcome: 'nothing' },
  { name: 'a JPEG one pixel high', picture: async () => ({ width: 5_000, height: 1, jpeg: await jpegOf(striped(5_000, 1)) }), outcome: 'nothing' },
  { name: 'a JPEG in CMYK', picture: () => asJpeg((picture) => picture.toColourspace('cmyk').jpeg()), outcome: ['HELLO'] },
  { name: 'a progressive JPEG', picture: () => asJpeg((picture) => picture.jpeg({ progressive: true })), outcome: ['HELLO'] },
  { name: 'an animated GIF for a JPEG', picture: () => animated('gif'), outcome: NOT_A_JPEG },
  { name: 'an animated WebP for a JPEG', picture: () => animated('webp'), outcome: NOT_A_JPEG },
  { name: 'a PNG of 16 bits for a JPEG', picture: () => asJpeg((picture) => picture.toColourspace('grey16').png()), outcome: NOT_A_JPEG },
  { name: 'garbage for a JPEG', picture: () => ({ width: 640, height: 480, jpeg: Uint8Array.from({ length: 9_000 }, (_, i) => (i * 7919) & 255) }), outcome: NOT_A_JPEG },
  { name: 'garbage behind a JPEG\'s first bytes', picture: () => ({ width: 640, height: 480, jpeg: Uint8Array.from({ length: 9_000 }, (_, i) => [0xff, 0xd8, 0xff][i] ?? (i * 7919) & 255) }), outcome: /^The picture cannot be read/ },

  { name: 'a code in another character set by ECI', picture: ofBits(segment.eci(26) + segment.bytes(Buffer.from('äö'))), outcome: ['äö'] },
  { name: 'a code with an ECI that nobody knows', picture: ofBits(segment.eci(999_999) + segment.bytes(ascii('HELLO'))), outcome: ['HELLO'] },
  { name: 'a code of bytes by ECI', picture: ofBits(segment.eci(899) + segment.bytes(Uint8Array.of(0, 255, 1))), outcome: ['\u0000ÿ\u0001'] },
  { name: 'one of three codes that belong together', picture: ofBits(segment.append(1, 3) + segment.bytes(ascii('PART'))), outcome: ['PART'] },
  { name: 'a GS1 code', picture: ofBits(segment.gs1() + segment.bytes(ascii('01041'))), outcome: ['01041'] },
  { name: 'a code of bytes that are no text', picture: ofBits(segment.bytes(Uint8Array.of(0, 255, 254, 65, 0))), outcome: ['\u0000ÿþA\u0000'] },
  { name: 'a code of an empty text', picture: ofBits(segment.bytes(new Uint8Array(0))), outcome: 'located' },
  { name: 'a code without any content', picture: ofBits(''), outcome: 'located' },
  { name: 'a code in a mode that there is not', picture: ofBits('1111'.padEnd(80, '0')), outcome: 'located' },
  { name: 'a code that tells more bytes than it has', picture: ofBits('010011111111'.padEnd(120, '0')), outcome: 'located' },
  { name: 'a code of digits that are none', picture: ofBits('0001' + '0000000011' + '1111111111'), outcome: 'located' },
  { name: 'a code of 7,000 digits', picture: sevenThousandDigits, outcome: ['7'.repeat(7_000)] },
  { name: 'forty codes', picture: fortyCodes, outcome: FORTY },
];
