import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { PosternError, messageOf } from '../../daemon/base/errors.ts';
import { readSessionSync } from '../../drivers/session.ts';
import type { Manner } from './postern-decoder.ts';

/** One picture to be read. */
export interface Item {
  file: string;
  /** Whether a code is in it; undefined: not known. */
  qr?: boolean;
  /** What the code says, where that is sure. */
  text?: string;
}

/** Pictures that are counted together. */
export interface Material {
  name: string;
  manner: Manner;
  items: Item[];
}

const truth = z.array(z.looseObject({ file: z.string().min(1), qr: z.boolean(), text: z.string().nullish() }));

/** What to read: a table for each folder of pictures, and one for all sessions together. Throws PosternError when there is nothing to read. */
export function materialOf(paths: readonly string[]): Material[] {
  const sessions = paths.filter((path) => existsSync(join(path, 'inputs.jsonl')));
  const folders = paths.filter((path) => !sessions.includes(path));
  return [...folders.map(picturesIn), ...(sessions.length > 0 ? [framesOf(sessions)] : [])];
}

/** The pictures of a folder with what `truth.json` says of them; without one every picture is taken to show a code. */
function picturesIn(folder: string): Material {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new PosternError('bench-input', `There is no folder ${folder}. Give a folder of pictures, or of a recorded session.`);
  }
  const truthFile = join(folder, 'truth.json');
  const rows = existsSync(truthFile) ? readTruth(truthFile) : namesIn(folder).map((file) => ({ file, qr: true, text: undefined }));
  if (rows.length === 0) throw new PosternError('bench-input', `No pictures are in ${folder}. It looks for .jpg, .png, .webp, .tif and .pgm files.`);
  const items = rows.map(({ file, qr, text }) => ({ file: join(folder, file), qr, ...(typeof text === 'string' && { text }) }));
  return { name: folder, manner: 'pictures', items };
}

function namesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => /\.(jpe?g|png|webp|tiff?|pgm)$/i.test(name)).sort();
}

function readTruth(file: string): z.infer<typeof truth> {
  try {
    return truth.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (thrown) {
    throw new PosternError('bench-input', `${file} cannot be used (${messageOf(thrown).split('\n', 1)[0]}). It is a list of {"file", "qr": true or false, "text": text or null}.`, { cause: thrown });
  }
}

/** Every frame of the sessions as it came, a picture that stood still as often as it was seen. */
function framesOf(dirs: readonly string[]): Material {
  const items = dirs.flatMap((dir) => readSessionSync(dir).inputs.flatMap((input) => ('frame' in input ? [{ file: resolve(dir, input.frame) }] : [])));
  return { name: dirs.length === 1 ? dirs[0] as string : `${dirs.length} sessions`, manner: 'frames', items };
}
