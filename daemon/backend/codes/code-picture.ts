import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { prepareZXingModule as prepareReader, readBarcodes } from 'zxing-wasm/reader';
import { prepareZXingModule as prepareWriter, writeBarcode } from 'zxing-wasm/writer';

/** Modules of white around the code (ISO/IEC 18004 §5.3.8). */
const QUIET_ZONE = 4;
const LEAST_PX = 600;

let prepared = false;

/** zxing-wasm would fetch its wasm from a CDN unless it is handed over. */
function prepare(): void {
  if (prepared) return;
  prepareReader({ overrides: { wasmBinary: wasm('zxing-wasm/reader/zxing_reader.wasm') } });
  prepareWriter({ overrides: { wasmBinary: wasm('zxing-wasm/writer/zxing_writer.wasm') } });
  prepared = true;
}

function wasm(specifier: string): ArrayBuffer {
  const bytes = readFileSync(fileURLToPath(import.meta.resolve(specifier)));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

/**
 * A QR code as a PNG: level M, every module the same whole number of pixels, quiet zone included, at least
 * 600 pixels a side. It is read again before it is handed out, so that nobody is mailed a code that no door can read.
 */
export async function codePicture(text: string): Promise<Uint8Array> {
  prepare();
  const { symbol, error } = await writeBarcode(text, { format: 'QRCode', options: 'ecLevel=M', scale: 1, addQuietZones: false });
  if (error !== '') throw new Error(`no QR code for a text of ${text.length} characters: ${error}`);
  const png = await drawn(symbol);
  const [read] = await readBarcodes(png, { formats: ['QRCode'], maxNumberOfSymbols: 1 });
  if (read?.text !== text) throw new Error('a QR code that was just drawn does not read back');
  return png;
}

/** `symbol` has one byte a module: 0 dark, 255 light. */
async function drawn(symbol: { data: Uint8ClampedArray; width: number; height: number }): Promise<Uint8Array> {
  const modules = symbol.width + 2 * QUIET_ZONE;
  const scale = Math.ceil(LEAST_PX / modules);
  const side = modules * scale;
  const pixels = Buffer.alloc(side * side, 255);
  for (let y = 0; y < symbol.height * scale; y++) {
    const row = symbol.data.subarray(Math.floor(y / scale) * symbol.width);
    const at = (y + QUIET_ZONE * scale) * side + QUIET_ZONE * scale;
    for (let x = 0; x < symbol.width * scale; x++) pixels[at + x] = row[Math.floor(x / scale)] as number;
  }
  return sharp(pixels, { raw: { width: side, height: side, channels: 1 } }).png({ palette: true, colours: 2 }).toBuffer();
}
