import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

export interface FixtureComparison {
  /** One sentence each. */
  problems: string[];
  sameToTheByte: number;
  /** Pictures that differ in bytes but hardly in pixels. */
  sameToTheEye: number;
}

/** Mean difference of decoded pixels, of 255, that another version of the encoder or of the drawing library may make. */
const LARGEST_MEAN_DIFFERENCE = 1.5;

/** What replay adds to a session; it has a check of its own. */
const EVENTS = 'events.jsonl';

/**
 * Compares the committed fixtures with those just made. Text is the same to the byte always; so are pictures where the
 * libraries are `exact`ly those that made the committed ones. With others they must look the same: pixel by pixel, not by hash.
 */
export async function compareFixtures(committed: string, made: string, folders: string[], exact: boolean): Promise<FixtureComparison> {
  const result: FixtureComparison = { problems: [], sameToTheByte: 0, sameToTheEye: 0 };
  for (const folder of folders) {
    const files = await filesBelow(join(made, folder));
    const extra = (await filesBelow(join(committed, folder))).filter((file) => !files.includes(file) && !file.endsWith(EVENTS));
    result.problems.push(...extra.map((file) => `${join(folder, file)} is made by no plan; delete it.`));
    for (const file of files) await compareFile(join(folder, file), committed, made, exact, result);
  }
  return result;
}

async function compareFile(file: string, committed: string, made: string, exact: boolean, result: FixtureComparison): Promise<void> {
  if (!existsSync(join(committed, file))) {
    result.problems.push(`${file} is missing.`);
    return;
  }
  const [old, fresh] = await Promise.all([readFile(join(committed, file)), readFile(join(made, file))]);
  if (old.equals(fresh)) result.sameToTheByte++;
  else if (exact || !file.endsWith('.jpg')) result.problems.push(`${file} is not what the generator makes.`);
  else if (await meanDifference(old, fresh) > LARGEST_MEAN_DIFFERENCE) result.problems.push(`${file} looks different from what the generator makes.`);
  else result.sameToTheEye++;
}

/** Between the pixels of two pictures, of 255; infinite when they differ in size. */
async function meanDifference(a: Uint8Array, b: Uint8Array): Promise<number> {
  const [x, y] = await Promise.all([a, b].map((jpeg) => sharp(jpeg).raw().toBuffer({ resolveWithObject: true })));
  if (!x || !y || x.info.width !== y.info.width || x.info.height !== y.info.height) return Infinity;
  let sum = 0;
  for (let i = 0; i < x.data.length; i++) sum += Math.abs((x.data[i] as number) - (y.data[i] as number));
  return sum / x.data.length;
}

/** Paths below `dir`, with forward slashes, sorted. */
async function filesBelow(dir: string): Promise<string[]> {
  if (!existsSync(dir)) return [];
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1).replaceAll('\\', '/')).sort();
}
