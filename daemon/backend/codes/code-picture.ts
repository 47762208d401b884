import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader';
import { codeModules } from './code-modules.ts';
import { codePng } from './code-png.ts';

/** Modules of white around the code (ISO/IEC 18004 §5.3.8). */
const QUIET_ZONE = 4;
const LEAST_PX = 600;
/** The picture has no noise, tilt or second code: what a camera needs would find nothing more and take four times as long. */
const READ_BACK: ReaderOptions = { formats: ['QRCode'], maxNumberOfSymbols: 1, isPure: true, binarizer: 'FixedThreshold', tryHarder: false, tryRotate: false, tryInvert: false, tryDownscale: false };

let prepared = false;

/** zxing-wasm would fetch its wasm from a CDN unless it is handed over. */
function prepare(): void {
  if (prepared) return;
  const bytes = readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
  prepareZXingModule({ overrides: { wasmBinary: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) } });
  prepared = true;
}

/** A picture and what it says when its very bytes are read again. */
export interface DrawnCode {
  png: Uint8Array;
  readsAs: string | undefined;
}

/**
 * A QR code as a PNG: level M, every module the same whole number of pixels, quiet zone included, at least 600 pixels a
 * side. It is written and read by two programs that know nothing of each other. It computes for milliseconds: a backend has
 * `CodePictures` do it in a thread.
 */
export async function drawnCode(text: string): Promise<DrawnCode> {
  const modules = codeModules(text);
  const scale = Math.ceil(LEAST_PX / (modules.side + 2 * QUIET_ZONE));
  const png = codePng(modules, { scale, quietZone: QUIET_ZONE });
  return { png, readsAs: await textIn(png) };
}

/** What a picture made here says; undefined when it cannot be read. */
export async function textIn(png: Uint8Array): Promise<string | undefined> {
  prepare();
  return (await readBarcodes(png, READ_BACK))[0]?.text;
}
