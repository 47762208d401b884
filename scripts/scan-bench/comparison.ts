import { loadPicture } from '../../daemon/commands/picture-file.ts';
import { messageOf } from '../../daemon/base/errors.ts';
import type { GreyPicture } from '../../daemon/base/grey-picture.ts';
import type { Decoder, Read } from './decoder.ts';
import type { Item, Material } from './material.ts';

/** One picture and what each decoder made of it, in the decoders' order. */
export interface Row {
  item: Item;
  reads: Read[];
}

export interface Compared {
  rows: Row[];
  /** Files that are no pictures, a sentence each. */
  problems: string[];
}

export interface ComparisonOptions {
  /** Pictures of more pixels are shrunk. */
  maxPixels: number;
  onProgress?: (done: number, of: number) => void;
}

/** Repeated frames whose result is kept; a session that stands still is the same picture again and again. */
const MOST_KEPT = 10_000;

/**
 * Lets every decoder read every picture, one picture after the other and the decoders in turn, so that whatever else the
 * machine is at falls on all of them alike; who begins changes from picture to picture. The same file twice in a session
 * is read twice only by a decoder that looks at frames as they come, for it may look differently.
 */
export async function compare(material: Material, decoders: readonly Decoder[], { maxPixels, onProgress }: ComparisonOptions): Promise<Compared> {
  const kept = new Map<string, Read>();
  const compared: Compared = { rows: [], problems: [] };
  for (const [n, item] of material.items.entries()) {
    onProgress?.(n, material.items.length);
    try {
      const picture = await lumaOf(item.file, maxPixels);
      compared.rows.push({ item, reads: await readByAll(picture, item.file, n, decoders, kept) });
    } catch (thrown) {
      compared.problems.push(`${item.file} cannot be read: ${messageOf(thrown).split('\n', 1)[0]}.`);
    }
    if (kept.size > MOST_KEPT) kept.clear();
  }
  onProgress?.(material.items.length, material.items.length);
  return compared;
}

async function lumaOf(file: string, maxPixels: number): Promise<GreyPicture> {
  const { frame } = await loadPicture(file, maxPixels);
  return { data: frame.luma as Uint8Array, width: frame.width, height: frame.height };
}

async function readByAll(picture: GreyPicture, file: string, n: number, decoders: readonly Decoder[], kept: Map<string, Read>): Promise<Read[]> {
  const reads: Read[] = [];
  for (let i = 0; i < decoders.length; i++) {
    const at = (i + n) % decoders.length;
    const decoder = decoders[at] as Decoder;
    const key = `${at} ${file}`;
    const read = (decoder.remembers ? undefined : kept.get(key)) ?? await decoder.read(picture);
    kept.set(key, read);
    reads[at] = read;
  }
  return reads;
}
