import { isWhole } from './bounds.ts';
import { EntriesCheck } from './entries-check.ts';
import { messageOf, PosternError } from './errors.ts';
import { editedEntries, editsProblem, type ListEdits } from './token-list-edits.ts';
import { LIST_ENTRY_BYTES, LIST_ID_BYTES } from './token-list-entry.ts';
import { LIST_FRONT_BYTES, parseListHead, type UnverifiedList } from './token-list-file.ts';

/**
 * The beginning of a delta file. The file is: 8 bytes of magic; 4 of front length; the front of the new list, exactly as its
 * full file has it; 8 of the version it applies to and 32 of SHA-256 over the entries it applies to; 4 and 4 of how many ids
 * are removed and entries changed; these ids and entries (token-list-edits.ts), and nothing behind them. Numbers are big-endian.
 *
 * It has no signature of its own: the front is signed, and what comes of the edits must be exactly the entries it signs.
 */
export interface DeltaFront {
  /** The new list's front, to be verified like any. */
  front: Uint8Array;
  list: UnverifiedList;
  fromVersion: number;
  /** SHA-256 of the entries of the list it applies to. */
  fromDigest: Uint8Array;
  removed: number;
  changed: number;
  /** Where the removed ids begin, and how long the whole file must be. */
  editsAt: number;
  fileBytes: number;
}

export interface ListDelta extends DeltaFront {
  edits: ListEdits;
}

const MAGIC = Buffer.from('PTLDLT1\n');
const LEAD_BYTES = MAGIC.length + 4;
const DIGEST_BYTES = 32;
const BASE_BYTES = 8 + DIGEST_BYTES + 4 + 4;
/** Reading this much of a file, or all of a shorter one, is enough for `parseDeltaFront`. */
export const DELTA_FRONT_BYTES = LEAD_BYTES + LIST_FRONT_BYTES + BASE_BYTES;
/** 440,000 changed entries; whoever is further behind fetches the full list [S9]. A door holds one in memory. */
export const MAX_DELTA_BYTES = 8 * 1024 * 1024;

/** The delta file from a list to the one whose front and edits are given; undefined when it would be too long. */
export function encodeDelta(from: { version: number; entriesDigest: Uint8Array }, front: Uint8Array, { removed, changed }: ListEdits): Uint8Array | undefined {
  const lead = Buffer.alloc(LEAD_BYTES);
  MAGIC.copy(lead);
  lead.writeUInt32BE(front.length, MAGIC.length);
  const base = Buffer.alloc(BASE_BYTES);
  base.writeBigUInt64BE(BigInt(from.version));
  base.set(from.entriesDigest, 8);
  base.writeUInt32BE(removed.length / LIST_ID_BYTES, 8 + DIGEST_BYTES);
  base.writeUInt32BE(changed.length / LIST_ENTRY_BYTES, 8 + DIGEST_BYTES + 4);
  const bytes = Buffer.concat([lead, front, base, removed, changed]);
  return bytes.length > MAX_DELTA_BYTES ? undefined : bytes;
}

/** Reads the beginning of a delta file, `DELTA_FRONT_BYTES` of it or more. Throws PosternError('delta-refused', why). */
export function parseDeltaFront(start: Uint8Array): DeltaFront {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  if (bytes.length < LEAD_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw refused('it is no delta of a kind known here');
  const frontBytes = bytes.readUInt32BE(MAGIC.length);
  if (frontBytes > LIST_FRONT_BYTES) throw refused(`its front has more than ${LIST_FRONT_BYTES} bytes`);
  const baseAt = LEAD_BYTES + frontBytes;
  if (bytes.length < baseAt + BASE_BYTES) throw refused('it ends within its front');
  const front = Uint8Array.from(bytes.subarray(LEAD_BYTES, baseAt));
  const list = frontOf(front);
  const fromVersion = Number(bytes.readBigUInt64BE(baseAt));
  if (!isWhole(fromVersion, 1)) throw refused('the version it is for is not a whole number from 1');
  const removed = bytes.readUInt32BE(baseAt + 8 + DIGEST_BYTES);
  const changed = bytes.readUInt32BE(baseAt + 8 + DIGEST_BYTES + 4);
  if (changed > list.head.count) throw refused('it changes more entries than the new list has');
  const editsAt = baseAt + BASE_BYTES;
  const fileBytes = editsAt + removed * LIST_ID_BYTES + changed * LIST_ENTRY_BYTES;
  if (fileBytes > MAX_DELTA_BYTES) throw refused(`it has more than ${MAX_DELTA_BYTES} bytes`);
  return { front, list, fromVersion, fromDigest: Uint8Array.from(bytes.subarray(baseAt + 8, baseAt + 8 + DIGEST_BYTES)), removed, changed, editsAt, fileBytes };
}

/** Reads a whole delta file. Throws PosternError('delta-refused', why). */
export function readDelta(bytes: Uint8Array): ListDelta {
  const start = parseDeltaFront(bytes);
  if (bytes.length !== start.fileBytes) throw refused(`it has ${bytes.length} bytes instead of ${start.fileBytes}`);
  const changedAt = start.editsAt + start.removed * LIST_ID_BYTES;
  const edits = { removed: bytes.subarray(start.editsAt, changedAt), changed: bytes.subarray(changedAt) };
  const problem = editsProblem(edits);
  if (problem) throw refused(problem);
  return { ...start, edits };
}

/**
 * The entries of the new list, for those of the old as they stream by (chunks of any size, cut anywhere). Nothing of it may be
 * used before it has come to its end: only then has it been checked against the count and digest of the new head. Throws
 * PosternError('delta-refused').
 */
export function* applyDelta(delta: ListDelta, entries: Iterable<Uint8Array>): Generator<Uint8Array> {
  const check = new EntriesCheck(delta.list);
  try {
    for (const chunk of editedEntries(entries, delta.edits)) {
      check.add(chunk);
      yield chunk;
    }
    check.finish();
  } catch (thrown) {
    if (!(thrown instanceof PosternError) || thrown.code !== 'list-refused') throw thrown;
    throw refused('what comes of it is not the list that was signed', thrown);
  }
}

function frontOf(front: Uint8Array): UnverifiedList {
  try {
    const list = parseListHead(front);
    if (list.entriesAt !== front.length) throw refused('something stands behind the signed head of its front');
    return list;
  } catch (thrown) {
    if (!(thrown instanceof PosternError) || thrown.code !== 'list-refused') throw thrown;
    throw refused(messageOf(thrown).replace(/^.*: |\.$/g, ''), thrown);
  }
}

function refused(why: string, cause?: unknown): PosternError {
  return new PosternError('delta-refused', `The delta was refused: ${why}.`, { cause });
}
