import sharp from 'sharp';
import { qrSymbol, type QrSymbol } from '../../scripts/scene/qr-symbol.ts';

export interface QrPictureOptions {
  width?: number;
  height?: number;
  /** Pixels a module. */
  scale?: number;
  /** Top left corner of the code without its quiet zone; in the middle unless told. */
  at?: { x: number; y: number };
  dark?: number;
  light?: number;
  /** Luma around the code. */
  around?: number;
}

/** A luma picture; `width * height` bytes. */
export interface LumaPicture {
  luma: Uint8Array;
  width: number;
  height: number;
}

export function flatPicture(width: number, height: number, value: number): LumaPicture {
  return { width, height, luma: new Uint8Array(width * height).fill(value) };
}

/** A picture of the QR code of `text`, seen straight on. */
export async function qrPicture(text: string, o: QrPictureOptions = {}): Promise<LumaPicture> {
  const picture = flatPicture(o.width ?? 640, o.height ?? 480, o.around ?? 128);
  await drawQr(picture, text, o);
  return picture;
}

/** Draws the code, with its quiet zone of four modules, into `picture`. */
export async function drawQr(picture: LumaPicture, text: string, options: QrPictureOptions = {}): Promise<void> {
  drawSymbol(picture, await qrSymbol(text), options);
}

/** As `drawQr`, of a symbol made elsewhere. */
export function drawSymbol({ luma, width, height }: LumaPicture, { size, dark: modules }: QrSymbol, { scale = 4, dark = 0, light = 255, at }: QrPictureOptions = {}): void {
  const left = at?.x ?? Math.round((width - size * scale) / 2);
  const top = at?.y ?? Math.round((height - size * scale) / 2);
  const quiet = 4 * scale;
  for (let y = -quiet; y < size * scale + quiet; y++) {
    for (let x = -quiet; x < size * scale + quiet; x++) {
      const [row, column] = [Math.floor(y / scale), Math.floor(x / scale)];
      const isDark = row >= 0 && column >= 0 && row < size && column < size && modules[row * size + column] === 1;
      luma[(top + y) * width + left + x] = isDark ? dark : light;
    }
  }
}

export async function jpegOf({ luma, width, height }: LumaPicture): Promise<Uint8Array> {
  return sharp(luma, { raw: { width, height, channels: 1 } }).jpeg({ quality: 90 }).toBuffer();
}
