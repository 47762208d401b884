import { createHash, type KeyObject } from 'node:crypto';
import { decodeCbor, encodeCbor, type CborMap, type CborValue } from './cbor.ts';
import { readSign1, sign1, verifySign1, type Sign1 } from './cose-sign1.ts';
import type { Signer } from './ed25519.ts';
import { messageOf, PosternError } from './errors.ts';
import { compareIds, encodeEntry, hasStatus, LIST_ENTRY_BYTES, type ListEntry } from './token-list-entry.ts';

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
const MAX_KEYS = 64;
/** 76 MB of entries [S9]. */
export const MAX_LIST_ENTRIES = 4_000_000;
/** Reading this much of a file, or all of a shorter one, is enough for `parseListHead`. */
export const LIST_FRONT_BYTES = LEAD_BYTES + MAX_HEAD_BYTES;

// Payload: a map under these keys.
const HEAD = { door: 1, version: 2, issuedAtS: 3, expiresAtS: 4, asOfS: 5, count: 6, entryBytes: 7, entriesDigest: 8 } as const;
const KNOWN_HEAD = new Set<unknown>(Object.values(HEAD));

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
  if (problem) throw new PosternError('list-bad', `This token list cannot be signed: ${problem}.`);
  const signed = sign1(encodeCbor(headMap(whole, sha256(block))), KIND, signer);
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
    const { head, entriesDigest } = readHead(decodeCbor(signed.payload));
    return { head, keyId: signed.keyId, entriesAt, fileBytes: entriesAt + head.count * LIST_ENTRY_BYTES, entriesDigest, signed };
  } catch (thrown) {
    if (!(thrown instanceof PosternError) || thrown.code === 'list-refused') throw thrown;
    throw refused(messageOf(thrown), thrown);
  }
}

/** Whether the head, and with it the digest of the entries, was signed by the holder of `publicKey`. */
export function verifyListHead(list: UnverifiedList, publicKey: KeyObject): boolean {
  return verifySign1(list.signed, KIND, publicKey);
}

/** Checks the entries of a list as they stream by, in chunks of any size, against its verified head. */
export class EntriesCheck {
  readonly #list: UnverifiedList;
  readonly #hash = createHash('sha256');
  /** The last whole entry seen, and behind it the beginning of one that a chunk cut. */
  #rest: Uint8Array = new Uint8Array(0);
  #last: Uint8Array | undefined;
  #seen = 0;

  constructor(list: UnverifiedList) {
    this.#list = list;
  }

  /** Throws PosternError('list-refused') at the first entry that is out of order, of unknown status or too many. */
  add(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const whole = bytes.length - (bytes.length % LIST_ENTRY_BYTES);
    this.#seen += whole / LIST_ENTRY_BYTES;
    if (this.#seen > this.#list.head.count) throw refused('it has more entries than its head says');
    const problem = orderProblem(bytes.subarray(0, whole), this.#last);
    if (problem) throw refused(problem);
    if (whole > 0) this.#last = bytes.slice(whole - LIST_ENTRY_BYTES, whole);
    this.#rest = bytes.slice(whole);
  }

  /** Throws PosternError('list-refused') unless exactly the signed entries have gone by. */
  finish(): void {
    if (this.#rest.length > 0 || this.#seen !== this.#list.head.count) throw refused('it has not the entries its head says');
    if (Buffer.compare(this.#hash.digest(), this.#list.entriesDigest) !== 0) throw refused('its entries are not those that were signed');
  }
}

function orderProblem(block: Uint8Array, before?: Uint8Array): string | undefined {
  if (block.length > 0 && before && compareIds(before, 0, block, 0) >= 0) return 'its entries are not in ascending order';
  for (let at = 0; at < block.length; at += LIST_ENTRY_BYTES) {
    if (!hasStatus(block, at)) return 'an entry has a status not known here';
    if (at > 0 && compareIds(block, at - LIST_ENTRY_BYTES, block, at) >= 0) return 'its entries are not in ascending order, or one is there twice';
  }
  return undefined;
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
  return new Map<number, CborValue>([
    [HEAD.door, head.door],
    [HEAD.version, head.version],
    [HEAD.issuedAtS, head.issuedAtS],
    [HEAD.expiresAtS, head.expiresAtS],
    [HEAD.asOfS, new Map(Object.entries(head.asOfS))],
    [HEAD.count, head.count],
    [HEAD.entryBytes, LIST_ENTRY_BYTES],
    [HEAD.entriesDigest, entriesDigest],
  ]);
}

function readHead(payload: CborValue): { head: ListHead; entriesDigest: Uint8Array } {
  if (!(payload instanceof Map)) throw refused('its head is not a map');
  for (const key of payload.keys()) {
    if (!KNOWN_HEAD.has(key)) throw refused(`its head says something not known here (${key}): update this door`);
  }
  const asOf = payload.get(HEAD.asOfS);
  const entriesDigest = payload.get(HEAD.entriesDigest);
  // Of the wrong type, a field fails the bounds below; only here is it taken for what it should be.
  const head = {
    door: payload.get(HEAD.door),
    version: payload.get(HEAD.version),
    issuedAtS: payload.get(HEAD.issuedAtS),
    expiresAtS: payload.get(HEAD.expiresAtS),
    asOfS: asOf instanceof Map ? Object.fromEntries(asOf) : asOf,
    count: payload.get(HEAD.count),
  } as unknown as ListHead;
  const problem = headProblem(head);
  if (problem) throw refused(problem);
  if (payload.get(HEAD.entryBytes) !== LIST_ENTRY_BYTES) throw refused(`its entries have not ${LIST_ENTRY_BYTES} bytes`);
  if (!(entriesDigest instanceof Uint8Array) || entriesDigest.length !== 32) throw refused('its digest has not 32 bytes');
  return { head, entriesDigest };
}

/** The bounds of a head, for signing and reading alike; types are checked too, for what was read may be anything. */
function headProblem(head: ListHead): string | undefined {
  if (!((head.door as unknown) instanceof Uint8Array) || head.door.length !== 16) return 'its door has not 16 bytes';
  if (!isWhole(head.version, 1)) return 'its version is not a whole number from 1';
  if (!isWhole(head.issuedAtS, 0)) return 'its issue time is no whole second';
  if (!isWhole(head.expiresAtS, head.issuedAtS + 1)) return 'its expiry is not a whole second after its issue';
  if (!isWhole(head.count, 0) || head.count > MAX_LIST_ENTRIES) return `it has not 0 to ${MAX_LIST_ENTRIES} entries`;
  return asOfProblem(head.asOfS);
}

function asOfProblem(asOfS: unknown): string | undefined {
  if (typeof asOfS !== 'object' || asOfS === null) return 'its as-of times are not a map';
  const entries = Object.entries(asOfS);
  if (entries.length > MAX_KEYS) return `it has as-of times for more than ${MAX_KEYS} keys`;
  for (const [keyId, second] of entries) {
    if (!/^[0-9a-f]{8}$/.test(keyId)) return 'an as-of time is not under a key id (8 hex digits)';
    if (!isWhole(second, 0)) return 'an as-of time is no whole second';
  }
  return undefined;
}

function isWhole(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function refused(why: string, cause?: unknown): PosternError {
  return new PosternError('list-refused', `The token list was refused: ${why}.`, { cause });
}
