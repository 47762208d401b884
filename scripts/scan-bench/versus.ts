import type { Decoder } from './decoder.ts';
import { compare } from './comparison.ts';
import type { Material } from './material.ts';
import { openOpenCv, openZbar, openZxingCpp } from './native-decoders.ts';
import { PosternDecoder } from './postern-decoder.ts';
import { scoresOf } from './score.ts';
import type { Named } from './score-table.ts';
import { WasmDecoder } from './wasm-decoder.ts';

/** Bigger pictures are shrunk, for every decoder alike. */
const MAX_PIXELS = 25_000_000;

/** One lot of pictures and how each decoder did on it. */
export interface Versus {
  material: string;
  pictures: number;
  decoders: Named[];
  /** Decoders that are not here, and pictures that are none, a sentence each. */
  remarks: string[];
}

/** Where in `decoders` those stand that the others are measured by. */
export const PLAIN = 1;

export async function versus(material: Material, lookMs: number, onProgress?: (done: number, of: number) => void): Promise<Versus> {
  const opened = [await PosternDecoder.open(material.manner, lookMs), await WasmDecoder.open(), await PosternDecoder.openPlain(), await openZxingCpp(), await openZbar(), await openOpenCv()];
  const decoders = opened.filter((each): each is Decoder => 'read' in each);
  try {
    for (const decoder of decoders) await warmUp(decoder);
    const { rows, problems } = await compare(material, decoders, { maxPixels: MAX_PIXELS, ...(onProgress && { onProgress }) });
    const scores = scoresOf(rows, decoders.length, PLAIN);
    const missing = opened.flatMap((each) => ('why' in each ? [`${each.name}: ${each.why}`] : []));
    const named = decoders.map(({ name, about }, i) => ({ name, about, score: scores[i] as Named['score'] }));
    return { material: material.name, pictures: rows.length, decoders: named, remarks: [...missing, ...problems] };
  } finally {
    for (const decoder of decoders) await decoder.close();
  }
}

/** The first pictures would otherwise pay for the compiler of wasm and for pages of memory. */
async function warmUp(decoder: Decoder): Promise<void> {
  const [width, height] = [1280, 720];
  const data = Uint8Array.from({ length: width * height }, (_, i) => ((i * 2_654_435_761) >>> 24) ^ (i % 64));
  for (let n = 0; n < 5; n++) await decoder.read({ data, width, height });
}
