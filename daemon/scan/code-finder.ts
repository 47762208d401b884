import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  binarizers, characterSets, defaultReaderOptions, eanAddOnSymbols, encodeFormats, prepareZXingModule, textModes,
} from 'zxing-wasm/reader';
import type { CodeSeen } from '../base/frame.ts';

/** One result as the wasm module gives it. */
interface ZxingResult {
  isValid: boolean;
  text: string;
  bytes: Uint8Array;
  position: Record<'topLeft' | 'topRight' | 'bottomRight' | 'bottomLeft', { x: number; y: number }>;
}

/** The module below zxing-wasm's public functions, which copy a picture three times and leak the vector of results. */
interface ZxingModule {
  HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(at: number): void;
  readBarcodesFromPixmap(at: number, width: number, height: number, options: object): {
    size(): number;
    get(index: number): ZxingResult | undefined;
    delete(): void;
  };
}

/** Only QR codes of today's model: the wider `QRCode` reads noise as Micro QR, and all formats cost ten times as much. */
const options = {
  ...defaultReaderOptions,
  formats: encodeFormats(['QRCodeModel2']),
  tryHarder: true,
  tryInvert: true,
  // What reads codes off the pixels of a telephone's screen.
  tryDownscale: true,
  // QR codes are found at any angle without it.
  tryRotate: false,
  binarizer: binarizers.indexOf('LocalAverage'),
  textMode: textModes.indexOf('Plain'),
  characterSet: characterSets.indexOf('Unknown'),
  eanAddOnSymbol: eanAddOnSymbols.indexOf('Ignore'),
};

/** Finds QR codes in luma pictures, one at a time, on the thread that calls it. Owns one wasm memory. */
export class CodeFinder {
  readonly #zxing: ZxingModule;
  #at = 0;
  #capacity = 0;

  private constructor(zxing: ZxingModule) {
    this.#zxing = zxing;
  }

  /** Loads the installed `zxing_reader.wasm`; without these bytes the package would fetch it from a CDN. */
  static async open(): Promise<CodeFinder> {
    const wasmBinary = await readFile(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
    const zxing: unknown = await prepareZXingModule({ overrides: { wasmBinary } as object, fireImmediately: true });
    return new CodeFinder(zxing as ZxingModule);
  }

  /** Room for the `length` bytes of a picture inside wasm memory; good until the next call of anything here. */
  room(length: number): Uint8Array {
    if (length > this.#capacity) {
      this.#zxing._free(this.#at);
      this.#at = this.#zxing._malloc(length);
      if (this.#at === 0) throw new Error(`no wasm memory for a picture of ${length} bytes`);
      this.#capacity = length;
    }
    return this.#zxing.HEAPU8.subarray(this.#at, this.#at + length);
  }

  /** The codes in the picture that `room` was filled with. */
  find(width: number, height: number): CodeSeen[] {
    const results = this.#zxing.readBarcodesFromPixmap(this.#at, width, height, options);
    const codes: CodeSeen[] = [];
    for (let i = 0; i < results.size(); i++) {
      const result = results.get(i);
      // A picture it cannot use comes back as one result that is not valid.
      if (result?.isValid) codes.push(codeOf(result));
    }
    results.delete();
    return codes;
  }
}

function codeOf({ text, bytes, position: p }: Omit<ZxingResult, 'isValid'>): CodeSeen {
  return { text: textOf(text, bytes), quad: [p.topLeft, p.topRight, p.bottomRight, p.bottomLeft] };
}

/** A code's text; content in no known character set reads as Latin-1, so that every code has a text and always the same. */
export function textOf(text: string, bytes: Uint8Array): string {
  return text !== '' ? text : Buffer.from(bytes).toString('latin1');
}
