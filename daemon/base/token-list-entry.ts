import { isBytes, isWhole } from './bounds.ts';
import { PosternError } from './errors.ts';

export type ListStatus = 'active' | 'suspended' | 'revoked';
export interface ListEntry {
  /** 16 bytes. */
  id: Uint8Array;
  status: ListStatus;
  /** Uses already spent elsewhere, as the issuer knows, 0 to 65535. */
  spent: number;
}

/** An entry in the file: 16 bytes of id, 1 of status, 2 of spent uses (big-endian). */
export const LIST_ENTRY_BYTES = 19;
export const LIST_ID_BYTES = 16;
const STATUS_AT = 16;
const SPENT_AT = 17;
const MAX_SPENT = 0xffff;

/** By its byte in the file. None is 0, so that a hole in a damaged file is no entry. */
const STATUS_OF: readonly (ListStatus | undefined)[] = [undefined, 'active', 'suspended', 'revoked'];

/** Writes `entry` into `into` at `at`. Throws PosternError('list-entry-bad'). */
export function encodeEntry(entry: ListEntry, into: Uint8Array, at = 0): void {
  if (!isBytes(entry.id, LIST_ID_BYTES)) throw bad(`an id has not ${LIST_ID_BYTES} bytes`);
  if (!isWhole(entry.spent, 0, MAX_SPENT)) throw bad(`spent uses are not 0 to ${MAX_SPENT}`);
  const status = STATUS_OF.indexOf(entry.status);
  if (status < 1) throw bad('a status is not known');
  into.set(entry.id, at);
  into[at + STATUS_AT] = status;
  into[at + SPENT_AT] = entry.spent >> 8;
  into[at + SPENT_AT + 1] = entry.spent & 0xff;
}

/** The entry that begins at `at`. Throws PosternError('list-entry-bad') for an unknown status. */
export function decodeEntry(bytes: Uint8Array, at = 0): ListEntry {
  const status = STATUS_OF[bytes[at + STATUS_AT] ?? 0];
  if (!status) throw bad('a status is not known');
  const spent = ((bytes[at + SPENT_AT] as number) << 8) | (bytes[at + SPENT_AT + 1] as number);
  // `slice` of a Buffer would share its memory.
  return { id: new Uint8Array(bytes.subarray(at, at + LIST_ID_BYTES)), status, spent };
}

/** The order of ids at places in two buffers: negative when the first comes first, 0 when they are the same. */
export function compareIds(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  for (let i = 0; i < LIST_ID_BYTES; i++) {
    const difference = (a[aAt + i] as number) - (b[bAt + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Why `block`, whole entries one behind the other, is not part of a list; `before` is the entry it follows on. */
export function orderProblem(block: Uint8Array, before?: Uint8Array): string | undefined {
  for (let at = 0; at < block.length; at += LIST_ENTRY_BYTES) {
    if (!STATUS_OF[block[at + STATUS_AT] as number]) return 'an entry has a status not known here';
    const [previous, previousAt] = at > 0 ? [block, at - LIST_ENTRY_BYTES] : [before, 0];
    if (previous && compareIds(previous, previousAt, block, at) >= 0) return 'its entries are not in ascending order, or one is there twice';
  }
  return undefined;
}

function bad(why: string): PosternError {
  return new PosternError('list-entry-bad', `This is no entry of a token list: ${why}.`);
}
