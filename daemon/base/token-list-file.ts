import { createHash, type KeyObject } from 'node:crypto';
import { isBytes, isSecond, isWhole } from './bounds.ts';
import { decodeCbor, encodeCbor, type CborMap } from './cbor.ts';
import { readSign1, sign1, verifySign1, type Sign1 } from './cose-sign1.ts';
import type { Signer } from './ed25519.ts';
import { PosternError } from './errors.ts';
import { fieldsOf, mapOf } from './labelled-map.ts';
import { compareIds, encodeEntry, LIST_ENTRY_BYTES, orderProblem, type ListEntry } from './token-list-entry.ts';

export { decodeEntry, encodeEntry, LIST_ENTRY_BYTES, type ListEntry, type ListStatus } from './token-list-entry.ts';

/** What the signature of a token list covers, besides the digest of its entries. */
export interface ListHead {
  /** 16 bytes. */
  door: Uint8Array;
  /** Counts up from 1; a door takes no lower one than it ever accepted. */
  version: number;
  issuedAtS: number;
  expiresAtS: number;
  /** Per token key id (hex): the greatest issued-at in the snapshot the list was built from. At most 64 keys. */
  asOfS: Record<string, number>;
  count: number;
}

/**
 * The front of a list file, taken apart. The file is: 8 bytes of magic; 4 of head length (big-endian); the head, a
 * COSE_Sign1; then `count` entries of `LIST_ENTRY_BYTES`, strictly ascending by id, and nothing behind them.
 */
export interface UnverifiedList {
  head: ListHead;
  keyId: Uint8Array;
  /** Where the first entry begins, and how long the whole file must be. */
  entriesAt: number;
  fileBytes: number;
  /** SHA-256 of all entries. */
  entriesDigest: Uint8Array;
  signed: Sign1;
}

const KIND = 'postern token list 1';
const MAGIC = Buffer.from('PTLIST1\n');
const LEAD_BYTES = MAGIC.length + 4;
const MAX_HEAD_BYTES = 4096;
const DOOR_BYTES = 16;
const DIGEST_BYTES = 32;
const MAX_KEYS = 64;
/** 76 MB of entries [S9]. */
export const MAX_LIST_ENTRIES = 4_000_000;
/** Reading this much of a file, or all of a shorter one, is enough for `parseListHead`. */
export const LIST_FRONT_BYTES = LEAD_BYTES + MAX_HEAD_BYTES;

/** The payload is a map under these labels. */
const HEAD = { door: 1, version: 2, issuedAtS: 3, expiresAtS: 4, asOfS: 5, count: 6, entryBytes: 7, entriesDigest: 8 } as const;

/** Builds the whole file: signed head and fixed-size entries, sorted by id. Throws PosternError('list-bad', 'list-entry-bad'). */
export function buildTokenList(head: Omit<ListHead, 'count'>, entries: ListEntry[], signer: Signer): Uint8Array {
  const block = entryBlock(entries);
  return Buffer.concat([signListFront(head, block, signer), block]);
}

/**
 * What comes before `block` in the file, for a `block` of entries already encoded in ascending order
 * (a query `ORDER BY id` fills it row by row). Throws PosternError('list-bad').
 */
export function signListFront(head: Omit<ListHead, 'count'>, block: Uint8Array, signer: Signer): Uint8Array {
  const whole: ListHead = { ...head, count: block.length / LIST_ENTRY_BYTES };
  const problem = headProblem(whole) ?? orderProblem(block);
  if (problem) throw bad(problem);
  return signDigestFront(whole, sha256(block), signer);
}

/** The same for entries that somebody else put in order and hashed: `entriesDigest` is their SHA-256. Throws PosternError('list-bad'). */
export function signDigestFront(head: ListHead, entriesDigest: Uint8Array, signer: Signer): Uint8Array {
  const problem = headProblem(head);
  if (problem) throw bad(problem);
  const signed = sign1(encodeCbor(headMap(head, entriesDigest)), KIND, signer);
  const lead = Buffer.alloc(LEAD_BYTES);
  MAGIC.copy(lead);
  lead.writeUInt32BE(signed.length, MAGIC.length);
  return Buffer.concat([lead, signed]);
}

/** Reads the front of a list file, `LIST_FRONT_BYTES` of it or more. Throws PosternError('list-refused', why). */
export function parseListHead(front: Uint8Array): UnverifiedList {
  const bytes = Buffer.from(front.buffer, front.byteOffset, front.byteLength);
  if (bytes.length < LEAD_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw refused('it is no token list of a kind known here');
  const headBytes = bytes.readUInt32BE(MAGIC.length);
  if (headBytes > MAX_HEAD_BYTES) throw refused(`its head has more than ${MAX_HEAD_BYTES} bytes`);
  const entriesAt = LEAD_BYTES + headBytes;
  if (bytes.length < entriesAt) throw refused('it ends within its head');
  try {
    const signed = readSign1(bytes.subarray(LEAD_BYTES, entriesAt));
    const { head, entriesDigest } = readHead(signed.payload);
    return { head, keyId: signed.keyId, entriesAt, fileBytes: entriesAt + head.count * LIST_ENTRY_BYTES, entriesDigest, signed };
  } catch (thrown) {
    if (!(thrown instanceof PosternError) || thrown.code === 'list-refused') throw thrown;
    throw refused(thrown.message.replace(/\.$/, ''), thrown);
  }
}

/** Whether the head, and with it the digest of the entries, was signed by the holder of `publicKey`. */
export function verifyListHead(list: UnverifiedList, publicKey: KeyObject): boolean {
  return verifySign1(list.signed, KIND, publicKey);
}

/** The entries one behind the other, sorted by id; cheap when they come sorted. */
function entryBlock(entries: ListEntry[]): Uint8Array {
  const block = new Uint8Array(entries.length * LIST_ENTRY_BYTES);
  entries.forEach((entry, i) => encodeEntry(entry, block, i * LIST_ENTRY_BYTES));
  if (!orderProblem(block)) return block;
  const order = Uint32Array.from(entries, (_, i) => i * LIST_ENTRY_BYTES).sort((a, b) => compareIds(block, a, block, b));
  const sorted = new Uint8Array(block.length);
  order.forEach((from, i) => sorted.set(block.subarray(from, from + LIST_ENTRY_BYTES), i * LIST_ENTRY_BYTES));
  return sorted;
}

function headMap(head: ListHead, entriesDigest: Uint8Array): CborMap {
  return mapOf(HEAD, { ...head, asOfS: new Map(Object.entries(head.asOfS)), entryBytes: LIST_ENTRY_BYTES, entriesDigest });
}

function readHead(payload: Uint8Array): { head: ListHead; entriesDigest: Uint8Array } {
  const { asOfS, entryBytes, entriesDigest, ...plain } = fieldsOf(decodeCbor(payload), HEAD);
  if (entryBytes !== LIST_ENTRY_BYTES) throw refused(`its entries have not ${LIST_ENTRY_BYTES} bytes`);
  if (!isBytes(entriesDigest, DIGEST_BYTES)) throw refused(`its digest has not ${DIGEST_BYTES} bytes`);
  if (!(asOfS instanceof Map)) throw refused('its as-of times are not a map');
  // Of the wrong type, a field fails the bounds below; only here is it taken for what it should be.
  const head = { ...plain, asOfS: Object.fromEntries(asOfS) } as unknown as ListHead;
  const problem = headProblem(head);
  if (problem) throw refused(problem);
  // A key id as an integer of eight digits has become a text above.
  if (Buffer.compare(encodeCbor(headMap(head, entriesDigest)), payload) !== 0) throw refused('an as-of time is not under a text');
  return { head, entriesDigest };
}

/** The bounds of a head, for signing and reading alike; types are checked too, for what was read may be anything. */
function headProblem(head: ListHead): string | undefined {
  if (!isBytes(head.door, DOOR_BYTES)) return `its door has not ${DOOR_BYTES} bytes`;
  if (!isWhole(head.version, 1)) return 'its version is not a whole number from 1';
  if (!isSecond(head.issuedAtS)) return 'its issue time is no whole second';
  if (!isSecond(head.expiresAtS, head.issuedAtS + 1)) return 'its expiry is not a whole second after its issue';
  if (!isWhole(head.count, 0, MAX_LIST_ENTRIES)) return `it has not 0 to ${MAX_LIST_ENTRIES} entries`;
  const asOf = Object.entries(head.asOfS);
  if (asOf.length > MAX_KEYS) return `it has as-of times for more than ${MAX_KEYS} keys`;
  if (!asOf.every(([keyId]) => /^[0-9a-f]{8}$/.test(keyId))) return 'an as-of time is not under a key id (8 hex digits)';
  if (!asOf.every(([, second]) => isSecond(second))) return 'an as-of time is no whole second';
  return undefined;
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function bad(why: string): PosternError {
  return new PosternError('list-bad', `This token list cannot be signed: ${why}.`);
}

function refused(why: string, cause?: unknown): PosternError {
  return new PosternError('list-refused', `The token list was refused: ${why}.`, { cause });
}
