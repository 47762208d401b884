import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPicture } from '../daemon/commands/picture-file.ts';
import { systemClock } from '../daemon/base/clock.ts';
import { QrReader } from '../daemon/scan/qr.ts';
import type { BenchRow } from './bench-rows.ts';

/** What is known of a picture: whether a code is in it and, where that is sure, what it says. */
export interface PictureTruth {
  file: string;
  qr: boolean;
  text: string | null;
}

/** What a reader made of one picture. */
export interface PictureRead {
  texts: string[];
  /** Time in the decoder, milliseconds. */
  ms: number;
  /** The look that read it; absent: the plain pass, or nothing was read. */
  look?: string;
}

export type PictureReader = (file: string) => Promise<PictureRead>;

/** The pictures of a folder with what `truth.json` says of them; without one every picture is taken to show a code. */
export function truthsOf(folder: string): PictureTruth[] {
  const names = readdirSync(folder);
  if (names.includes('truth.json')) return JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as PictureTruth[];
  return names.filter((name) => /\.(jpe?g|png|webp|tiff?)$/i.test(name)).sort().map((file) => ({ file, qr: true, text: null }));
}

/** Reads every picture of a folder, one after the other. */
export async function scanFolder(folder: string, read: PictureReader): Promise<{ truth: PictureTruth; result: PictureRead }[]> {
  const scanned = [];
  for (const truth of truthsOf(folder)) scanned.push({ truth, result: await read(join(folder, truth.file)) });
  return scanned;
}

/** Reads pictures as `postern scan` does: in every way, until two agree. */
export function posternReader(reader: QrReader): PictureReader {
  return async (file) => {
    const { frame } = await loadPicture(file, reader.maxPixels);
    const { codes, decodeMs, problem } = await reader.readThoroughly(frame);
    if (problem !== undefined) throw new Error(`${file}: ${problem}`);
    const look = codes[0]?.look;
    return { texts: codes.map(({ text }) => text), ms: decodeMs, ...(look !== undefined && { look }) };
  };
}

/** How many of a folder's pictures are read, rightly and wrongly, and what each kind of them costs. */
export async function benchScan(folder: string): Promise<BenchRow[]> {
  const reader = await QrReader.open({ clock: systemClock, deadlineMs: 10_000 });
  try {
    const scanned = await scanFolder(folder, posternReader(reader));
    const withCode = scanned.filter(({ truth }) => truth.qr);
    const read = withCode.filter(({ result }) => result.texts.length > 0);
    const plain = read.filter(({ result }) => result.look === undefined);
    const extra = read.filter(({ result }) => result.look !== undefined);
    const other = read.filter(({ truth, result }) => truth.text !== null && !result.texts.includes(truth.text));
    const count = (name: string, value: number, of: number): BenchRow => ({ name, value, unit: `of ${of}` });
    return [
      count('pictures read', read.length, withCode.length),
      count('read by an extra look', extra.length, withCode.length),
      count('another text than the known one', other.length, read.length),
      count('false positives', scanned.filter(({ truth, result }) => !truth.qr && result.texts.length > 0).length, scanned.length - withCode.length),
      ...times('read by the plain pass', plain.map(({ result }) => result.ms)),
      ...times('read by an extra look', extra.map(({ result }) => result.ms)),
      ...times('not read', scanned.filter(({ result }) => result.texts.length === 0).map(({ result }) => result.ms)),
    ];
  } finally {
    await reader.close();
  }
}

function times(name: string, ms: number[]): BenchRow[] {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return [{ name: `${name}, median`, value: at(0.5), unit: 'ms' }, { name: `${name}, p95`, value: at(0.95), unit: 'ms' }];
}
