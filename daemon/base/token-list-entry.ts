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
  if (entry.id.length !== LIST_ID_BYTES) throw bad(`an id has ${entry.id.length} bytes instead of ${LIST_ID_BYTES}`);
  if (!Number.isInteger(entry.spent) || entry.spent < 0 || entry.spent > MAX_SPENT) throw bad(`spent uses are not 0 to ${MAX_SPENT}`);
  into.set(entry.id, at);
  into[at + STATUS_AT] = STATUS_OF.indexOf(entry.status);
  into[at + SPENT_AT] = entry.spent >> 8;
  into[at + SPENT_AT + 1] = entry.spent & 0xff;
}

/** The entry that begins at `at`. Throws PosternError('list-entry-bad') for an unknown status. */
export function decodeEntry(bytes: Uint8Array, at = 0): ListEntry {
  const status = STATUS_OF[bytes[at + STATUS_AT] ?? 0];
  if (!status) throw bad('a status is not known');
  const spent = ((bytes[at + SPENT_AT] as number) << 8) | (bytes[at + SPENT_AT + 1] as number);
  return { id: bytes.slice(at, at + LIST_ID_BYTES), status, spent };
}

/** True when the byte at the place of a status stands for one. */
export function hasStatus(bytes: Uint8Array, at: number): boolean {
  return STATUS_OF[bytes[at + STATUS_AT] ?? 0] !== undefined;
}

/** The order of ids in two buffers: negative when that of `a` at `aAt` comes first, 0 when they are the same. */
export function compareIds(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  for (let i = 0; i < LIST_ID_BYTES; i++) {
    const difference = (a[aAt + i] as number) - (b[bAt + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function bad(why: string): PosternError {
  return new PosternError('list-entry-bad', `This is no entry of a token list: ${why}.`);
}
