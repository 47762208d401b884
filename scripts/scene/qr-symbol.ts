import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer';

/** The modules of a QR code without its quiet zone, row by row: 1 dark, 0 light. */
export interface QrSymbol {
  size: number;
  dark: Uint8Array;
}

// Without `wasmBinary` the module would fetch its wasm from a CDN.
const wasm = readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/writer/zxing_writer.wasm'));
prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer } });

/** The symbol of `text` at level M. The writer chooses alphanumeric mode where the text allows it, as an issuer's does. */
export async function qrSymbol(text: string): Promise<QrSymbol> {
  const { symbol, error } = await writeBarcode(text, { format: 'QRCode', options: 'ecLevel=M', addQuietZones: false, scale: 1 });
  if (error) throw new Error(`no QR code for this text: ${error}`);
  return { size: symbol.width, dark: Uint8Array.from(symbol.data, (value) => (value < 128 ? 1 : 0)) };
}
