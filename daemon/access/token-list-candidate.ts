import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { messageOf, PosternError } from '../base/errors.ts';
import { DELTA_FRONT_BYTES, parseDeltaFront } from '../base/token-list-delta.ts';
import { LIST_FRONT_BYTES, parseListHead, type UnverifiedList } from '../base/token-list-file.ts';

/** A list file whose front has been read. */
export interface Candidate {
  path: string;
  front: Uint8Array;
  list: UnverifiedList;
  fileBytes: number;
  sha256: string;
}

/** A list that a delta is to make; its file is not there yet. */
export interface DeltaCandidate extends Candidate {
  /** The list that the delta is for. */
  from: { version: number; entriesDigest: Uint8Array };
}

/** Reads the front of a list file; undefined when there is no file. Rejects PosternError('list-refused', 'storage'). */
export async function readCandidate(path: string): Promise<Candidate | undefined> {
  const read = await readStart(path, LIST_FRONT_BYTES);
  if (!read) return undefined;
  const list = parseListHead(read.bytes);
  const front = Uint8Array.from(read.bytes.subarray(0, list.entriesAt));
  return { path, front, list, fileBytes: read.fileBytes, sha256: sha256(front) };
}

/** Reads the beginning of the delta file at `deltaPath`, which is to make a list at `path`. Rejects PosternError('delta-refused', 'storage'). */
export async function readDelta(deltaPath: string, path: string): Promise<DeltaCandidate> {
  const read = await readStart(deltaPath, DELTA_FRONT_BYTES);
  if (!read) throw deltaRefused('it is not there');
  const { front, list, fromVersion, fromDigest, fileBytes } = parseDeltaFront(read.bytes);
  if (read.fileBytes !== fileBytes) throw deltaRefused(`it has ${read.fileBytes} bytes instead of ${fileBytes}`);
  return { path, front, list, fileBytes: list.fileBytes, sha256: sha256(front), from: { version: fromVersion, entriesDigest: fromDigest } };
}

async function readStart(path: string, length: number): Promise<{ bytes: Buffer; fileBytes: number } | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return { bytes: buffer.subarray(0, bytesRead), fileBytes: size };
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new PosternError('storage', `The token list at ${path} cannot be read (${messageOf(thrown)}).`, { cause: thrown });
  } finally {
    await file?.close();
  }
}

function deltaRefused(why: string): PosternError {
  return new PosternError('delta-refused', `The delta was refused: ${why}.`);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
