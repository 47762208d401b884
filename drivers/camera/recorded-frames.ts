import { readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { PosternError, messageOf } from '../../daemon/base/errors.ts';
import type { Session } from '../session.ts';
import { jpegSize } from './jpeg-size.ts';

/** One picture of a recorded session, in memory. */
export interface RecordedFrame {
  /** Milliseconds after the start of the session. */
  atMs: number;
  jpeg: Uint8Array;
  width: number;
  height: number;
}

/** What the pictures of one session may take of the memory [S9]. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Loads the pictures of `session`; one that is shown several times is held once. Throws PosternError('session-bad') that
 * names the picture when it is missing, lies outside the session's folder or makes them too big together.
 */
export function loadFrames(session: Session): RecordedFrame[] {
  const root = realpathSync(session.dir) + sep;
  const loaded = new Map<string, Omit<RecordedFrame, 'atMs'>>();
  let bytes = 0;
  return session.inputs.flatMap((input) => {
    if (!('frame' in input)) return [];
    let picture = loaded.get(input.frame);
    if (!picture) {
      const jpeg = readInside(root, join(session.dir, input.frame));
      bytes += jpeg.length;
      if (bytes > MAX_BYTES) throw new PosternError('session-bad', `The pictures of ${session.dir} have over ${MAX_BYTES} bytes. Replay it in parts.`);
      // Whatever the recorded camera gave, damaged pictures too, is given again.
      picture = { jpeg, ...(jpegSize(jpeg) ?? { width: session.width, height: session.height }) };
      loaded.set(input.frame, picture);
    }
    return [{ atMs: input.atMs, ...picture }];
  });
}

function readInside(root: string, file: string): Uint8Array {
  try {
    if (!realpathSync(file).startsWith(root)) throw new Error('it lies outside the folder of the session');
    return readFileSync(file);
  } catch (thrown) {
    throw new PosternError('session-bad', `The recorded picture ${file} cannot be read: ${messageOf(thrown)}.`, { cause: thrown });
  }
}
