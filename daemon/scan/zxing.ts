import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  binarizers, characterSets, defaultReaderOptions, eanAddOnSymbols, encodeFormats, prepareZXingModule, textModes,
} from 'zxing-wasm/reader';
import type { CodeSeen, Quad } from '../base/frame.ts';
import { isAmong } from './same-place.ts';

/** One result as the wasm module gives it. */
interface ZxingResult {
  isValid: boolean;
  /** Empty when the code was read. */
  error: string;
  text: string;
  bytes: Uint8Array;
  isMirrored: boolean;
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
const plain = {
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
  // Where a code is that cannot be read; it costs nothing and changes no reading.
  returnErrors: true,
};

/** How a picture is made black and white, and how long it is searched. */
const ways = {
  plain,
  /** Light codes on dark ground are passed over, which saves a quarter of the time. */
  darkOnLight: { ...plain, tryInvert: false },
  /** As dark on light, by one threshold for the whole picture. */
  globalHistogram: { ...plain, tryInvert: false, binarizer: binarizers.indexOf('GlobalHistogram') },
  /** For a picture that is black and white already. */
  drawn: { ...plain, binarizer: binarizers.indexOf('FixedThreshold'), tryHarder: false, tryInvert: false, tryDownscale: false },
};

export type Way = keyof typeof ways;

/** What one pass over one picture found. */
export interface Reading {
  codes: CodeSeen[];
  /** Where codes are that could not be read. */
  unread: Quad[];
}

/** Memory inside the wasm module: `picture` for the camera's, `look` for what looks make of it. */
export type Room = 'picture' | 'look';

/** The decoder: one wasm memory with two rooms for pictures, on the thread that calls it. */
export class Zxing {
  readonly #module: ZxingModule;
  readonly #rooms: Record<Room, { at: number; capacity: number }> = { picture: { at: 0, capacity: 0 }, look: { at: 0, capacity: 0 } };

  private constructor(module: ZxingModule) {
    this.#module = module;
  }

  /** Loads the installed `zxing_reader.wasm`; without these bytes the package would fetch it from a CDN. */
  static async open(): Promise<Zxing> {
    const wasmBinary = await readFile(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
    const module: unknown = await prepareZXingModule({ overrides: { wasmBinary } as object, fireImmediately: true });
    return new Zxing(module as ZxingModule);
  }

  /** Room for `length` bytes inside wasm memory. The memory may move with the next call of anything here, and the view goes dead. */
  room(room: Room, length: number): Uint8Array {
    const own = this.#rooms[room];
    if (length > own.capacity) {
      this.#module._free(own.at);
      own.at = this.#module._malloc(length);
      own.capacity = own.at === 0 ? 0 : length;
      if (own.at === 0) throw new Error(`no wasm memory for a picture of ${length} bytes`);
    }
    return this.#module.HEAPU8.subarray(own.at, own.at + length);
  }

  /** The codes in the `width * height` bytes of luma in a room. */
  read(room: Room, width: number, height: number, way: Way): Reading {
    // The module throws at a picture without pixels, and what its room holds beyond the picture is another one's.
    if (!(width > 0 && height > 0 && width * height <= this.#rooms[room].capacity)) return { codes: [], unread: [] };
    const results = this.#module.readBarcodesFromPixmap(this.#rooms[room].at, width, height, ways[way]);
    const reading: Reading = { codes: [], unread: [] };
    for (let i = 0; i < results.size(); i++) {
      const result = results.get(i);
      if (result?.isValid) reading.codes.push(codeOf(result));
      // A picture it cannot use comes back as one result without a place.
      else if (result && hasPlace(result)) reading.unread.push(quadOf(result));
    }
    results.delete();
    return { ...reading, unread: onceEach(reading) };
  }
}

/** It tries each code in several sizes: where it failed in one it may have read another, or failed again. */
function onceEach({ codes, unread }: Reading): Quad[] {
  const places: Quad[] = [];
  for (const quad of unread) if (!isAmong(quad, codes.map((code) => code.quad)) && !isAmong(quad, places)) places.push(quad);
  return places;
}

function codeOf(result: ZxingResult): CodeSeen {
  return { text: textOf(result.text, result.bytes), quad: quadOf(result) };
}

/** Of a mirrored code the module tells the corners as they would be in the mirror. */
function quadOf({ position: p, isMirrored }: ZxingResult): Quad {
  return isMirrored ? [p.topLeft, p.bottomLeft, p.bottomRight, p.topRight] : [p.topLeft, p.topRight, p.bottomRight, p.bottomLeft];
}

function hasPlace({ position: { topLeft, bottomRight } }: ZxingResult): boolean {
  return topLeft.x !== bottomRight.x || topLeft.y !== bottomRight.y;
}

/** A code's text; content in no known character set reads as Latin-1, so that every code has a text and always the same. */
export function textOf(text: string, bytes: Uint8Array): string {
  return text !== '' ? text : Buffer.from(bytes).toString('latin1');
}
