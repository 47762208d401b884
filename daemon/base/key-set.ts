import type { KeyObject } from 'node:crypto';
import { isBytes, isSecond, isWhole } from './bounds.ts';
import { decodeCbor, encodeCbor, type CborMap, type CborValue } from './cbor.ts';
import { readSign1, sign1, verifySign1 } from './cose-sign1.ts';
import { KEY_BYTES, KEY_ID_BYTES, keyIdOf, publicKeyFromRaw, type Signer } from './ed25519.ts';
import { PosternError } from './errors.ts';
import { fieldsOf, mapOf } from './labelled-map.ts';

export type KeyUse = 'token' | 'list' | 'command';
export type KeyState = 'active' | 'retired' | 'revoked';

export interface SetKey {
  /** `keyIdOf` the public key, 4 bytes. */
  id: Uint8Array;
  use: KeyUse;
  state: KeyState;
  /** Raw Ed25519 public key, 32 bytes. */
  publicKey: Uint8Array;
  notBeforeS: number;
  notAfterS: number;
}

/** The issuer's keys, signed by a root key that the device holds. */
export interface KeySet {
  /** Counts up from 1; a door takes only a higher one than it has. */
  version: number;
  issuedAtS: number;
  /** 1 to 64 keys, none twice; in a signed set they are in the order of their ids. */
  keys: SetKey[];
  /** The lowest token-list version a door must accept again after the key that signed a higher one was revoked. */
  listFloor: number;
  /** A root's signed successor: a further root public key the device takes on. */
  nextRoot?: Uint8Array;
}

const KIND = 'postern key set 1';
const MAX_KEYS = 64;
/** Far more than 64 keys take. */
const MAX_SET_BYTES = 16_384;
const USES: readonly KeyUse[] = ['token', 'list', 'command'];
const STATES: readonly KeyState[] = ['active', 'retired', 'revoked'];

/** The payload is a map under these labels; its keys are a list of maps under those of `KEY`. */
const SET = { version: 1, issuedAtS: 2, keys: 3, listFloor: 4, nextRoot: 5 } as const;
const KEY = { id: 1, use: 2, state: 3, publicKey: 4, notBeforeS: 5, notAfterS: 6 } as const;

/** The signed bytes, keys sorted by id. Throws PosternError('key-set-bad') for a set that no door would take. */
export function signKeySet(set: KeySet, root: Signer): Uint8Array {
  const sorted = { ...set, keys: set.keys.toSorted((a, b) => Buffer.compare(a.id, b.id)) };
  const problem = setProblem(sorted);
  if (problem) throw new PosternError('key-set-bad', `This key set cannot be signed: ${problem}.`);
  return sign1(encodeCbor(setMap(sorted)), KIND, root);
}

/** Reads and verifies under one of `roots` (raw 32-byte public keys). Throws PosternError('key-set-refused', why). */
export function readKeySet(bytes: Uint8Array, roots: Uint8Array[]): KeySet {
  try {
    if (bytes.length > MAX_SET_BYTES) throw refused(`it has more than ${MAX_SET_BYTES} bytes`);
    const signed = readSign1(bytes);
    const root = roots.find((key) => Buffer.compare(keyIdOf(key), signed.keyId) === 0);
    if (!root) throw refused('no root key of this door signed it');
    if (!verifySign1(signed, KIND, publicKeyFromRaw(root))) throw refused('its signature does not verify');
    return setOf(decodeCbor(signed.payload));
  } catch (thrown) {
    if (!(thrown instanceof PosternError) || thrown.code === 'key-set-refused') throw thrown;
    throw refused(thrown.message.replace(/\.$/, ''), thrown);
  }
}

/** Reads a set without asking who signed it, for whoever has no root key and trusts where it comes from. Throws PosternError('key-set-refused'). */
export function unverifiedKeySet(bytes: Uint8Array): KeySet {
  try {
    if (bytes.length > MAX_SET_BYTES) throw refused(`it has more than ${MAX_SET_BYTES} bytes`);
    return setOf(decodeCbor(readSign1(bytes).payload));
  } catch (thrown) {
    if (!(thrown instanceof PosternError) || thrown.code === 'key-set-refused') throw thrown;
    throw refused(thrown.message.replace(/\.$/, ''), thrown);
  }
}

export function publicKeyOf(key: SetKey): KeyObject {
  const made = publicKeys.get(key) ?? publicKeyFromRaw(key.publicKey);
  publicKeys.set(key, made);
  return made;
}

/** Making one takes as long as verifying with it; a key set's keys stay the same objects while it is in force. */
const publicKeys = new WeakMap<SetKey, KeyObject>();

function setMap(set: KeySet): CborMap {
  return mapOf(SET, { ...set, keys: set.keys.map((key) => mapOf(KEY, { ...key })) });
}

function setOf(payload: CborValue): KeySet {
  const fields = fieldsOf(payload, SET);
  if (!Array.isArray(fields.keys)) throw refused('its keys are not a list');
  // Of the wrong type, a field fails the bounds below; only here is it taken for what it should be.
  const set = { ...fields, keys: fields.keys.map((key) => fieldsOf(key, KEY)) } as unknown as KeySet;
  const problem = setProblem(set);
  if (problem) throw refused(problem);
  return set;
}

/** The bounds of a set, for signing and reading alike; types are checked too, for what was read may be anything. */
function setProblem(set: KeySet): string | undefined {
  if (!isWhole(set.version, 1)) return 'its version is not a whole number from 1';
  if (!isSecond(set.issuedAtS)) return 'its issue time is no whole second';
  if (!isWhole(set.listFloor, 0)) return 'its list floor is not a whole number';
  if (set.nextRoot !== undefined && !isBytes(set.nextRoot, KEY_BYTES)) return `its next root has not ${KEY_BYTES} bytes`;
  if (!isWhole(set.keys.length, 1, MAX_KEYS)) return `it has no key, or more than ${MAX_KEYS}`;
  for (const [i, key] of set.keys.entries()) {
    const problem = keyProblem(key);
    if (problem) return `of key ${i + 1}, ${problem}`;
    const before = set.keys[i - 1];
    if (before && Buffer.compare(before.id, key.id) >= 0) return 'two keys have one id, or the keys are not in the order of their ids';
  }
  return undefined;
}

function keyProblem(key: SetKey): string | undefined {
  if (!isBytes(key.publicKey, KEY_BYTES)) return `the public key has not ${KEY_BYTES} bytes`;
  if (!isBytes(key.id, KEY_ID_BYTES) || Buffer.compare(key.id, keyIdOf(key.publicKey)) !== 0) return 'the id is not that of its public key';
  if (!USES.includes(key.use)) return 'the use is not one of token, list, command';
  if (!STATES.includes(key.state)) return 'the state is not one of active, retired, revoked';
  if (!isSecond(key.notBeforeS) || !isSecond(key.notAfterS, key.notBeforeS + 1)) return 'the validity is not two whole seconds in order';
  return undefined;
}

function refused(why: string, cause?: unknown): PosternError {
  return new PosternError('key-set-refused', `The key set was refused: ${why}.`, { cause });
}
