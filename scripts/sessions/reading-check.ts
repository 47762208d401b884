import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { CodeFinder } from '../../daemon/scan/code-finder.ts';
import { readSession } from '../../drivers/session.ts';

/** In how many of a session's frames each code was read, and when. */
export interface Reading {
  text: string;
  frames: number;
  firstMs: number;
  lastMs: number;
}

/** Reads every frame of the session in `dir` with the daemon's own decoder. In the order in which codes were first read. */
export async function readingsOf(dir: string): Promise<Reading[]> {
  const finder = await CodeFinder.open();
  const seen = new Map<string, string[]>();
  const readings = new Map<string, Reading>();
  for (const input of (await readSession(dir)).inputs) {
    if (!('frame' in input)) continue;
    if (!seen.has(input.frame)) seen.set(input.frame, await textsIn(finder, await readFile(join(dir, input.frame))));
    for (const text of seen.get(input.frame) ?? []) {
      const reading = readings.get(text) ?? { text, frames: 0, firstMs: input.atMs, lastMs: 0 };
      readings.set(text, { ...reading, frames: reading.frames + 1, lastMs: input.atMs });
    }
  }
  return [...readings.values()];
}

async function textsIn(finder: CodeFinder, jpeg: Uint8Array): Promise<string[]> {
  const { data, info } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true });
  finder.room(data.length).set(data);
  return finder.find(info.width, info.height).map(({ text }) => text);
}
