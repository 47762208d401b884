import { publicKeyOf, type KeySet } from '../base/key-set.ts';
import { verifyListHead, type UnverifiedList } from '../base/token-list-file.ts';
import { keyInForce } from './signing-key.ts';

/** The highest list a door ever accepted; it takes no lower one. */
export interface ListFloor {
  version: number;
  /** The list key that signed it, hex; null after that key was revoked. */
  keyId: string | null;
  /** SHA-256 of its signed front, hex; null when any list of this version will do. */
  sha256: string | null;
}

export interface ListFacts {
  /** SHA-256 of the offered list's signed front, hex. */
  sha256: string;
  /** Length of the offered file. */
  fileBytes: number;
  /** This door, 16 bytes. */
  door: Uint8Array;
  keys: KeySet | undefined;
  floor: ListFloor | undefined;
  /** The earliest and the latest it can be. */
  earliestMs: number;
  latestMs: number;
}

const ISSUED_AHEAD_MS = 60_000;

const KEY_REFUSALS = {
  'unknown-key': 'no list key of this door\'s key set signed it',
  'key-revoked': 'the key that signed it was revoked',
  'key-out-of-time': 'it was issued outside the time of the key that signed it',
} as const;

/** Why a door does not take a list it is offered; undefined when nothing but its entries is left to check. */
export function offerProblem(list: UnverifiedList, facts: ListFacts): string | undefined {
  return storedProblem(list, facts) ?? timeProblem(list, facts);
}

/** The same for the list that the door stored itself: it may have expired meanwhile, and its revocations still hold. */
export function storedProblem(list: UnverifiedList, facts: ListFacts): string | undefined {
  if (facts.fileBytes !== list.fileBytes) return `it has ${facts.fileBytes} bytes instead of ${list.fileBytes}`;
  return signatureProblem(list, facts) ?? doorProblem(list, facts) ?? versionProblem(list, facts);
}

function signatureProblem(list: UnverifiedList, { keys }: ListFacts): string | undefined {
  if (!keys) return 'this door has no keys yet';
  const found = keyInForce(keys, list.keyId, 'list', list.head.issuedAtS);
  if ('refusal' in found) return KEY_REFUSALS[found.refusal];
  return verifyListHead(list, publicKeyOf(found.key)) ? undefined : 'its signature does not verify';
}

function doorProblem(list: UnverifiedList, { door }: ListFacts): string | undefined {
  return Buffer.compare(list.head.door, door) === 0 ? undefined : 'it is the list of another door';
}

/**
 * A lower version is a recording. The same version with other bytes is refused too: a version names one list, and of two
 * under one name the door could not tell the newer, so whoever holds both could switch it to and fro.
 */
function versionProblem({ head }: UnverifiedList, { floor, sha256 }: ListFacts): string | undefined {
  if (!floor) return undefined;
  if (head.version < floor.version) return `its version ${head.version} is lower than ${floor.version}, which this door had before`;
  if (head.version === floor.version && floor.sha256 !== null && floor.sha256 !== sha256) return `this door has another list of version ${head.version}`;
  return undefined;
}

function timeProblem({ head }: UnverifiedList, { earliestMs, latestMs }: ListFacts): string | undefined {
  if (earliestMs >= head.expiresAtS * 1_000) return 'it has expired';
  if (head.issuedAtS * 1_000 > latestMs + ISSUED_AHEAD_MS) return 'it claims to be issued in the future; the issuer\'s clock or this door\'s is wrong';
  return undefined;
}
