import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { PosternError } from './errors.ts';

/** Signs with one key; `keyId` is `keyIdOf` its public key, 4 bytes. */
export interface Signer {
  keyId: Uint8Array;
  privateKey: KeyObject;
}

export const KEY_BYTES = 32;
export const KEY_ID_BYTES = 4;
export const SIGNATURE_BYTES = 64;

// The DER that RFC 8410 §7 and §4 put before the 32 bytes of a private and of a public Ed25519 key.
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The private key of a 32-byte seed (RFC 8032 §5.1.5). Throws PosternError('key-bad'). */
export function privateKeyFromSeed(seed: Uint8Array): KeyObject {
  mustBeKeyBytes('seed', seed);
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

/** The public key of its 32 raw bytes. Throws PosternError('key-bad'). */
export function publicKeyFromRaw(raw: Uint8Array): KeyObject {
  mustBeKeyBytes('public key', raw);
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
}

/** The 32 raw bytes of an Ed25519 public key, or of the public half of a private one. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
}

/** What names a key in a signed header: the first 4 bytes of SHA-256 over its raw public key. */
export function keyIdOf(rawKey: Uint8Array): Uint8Array {
  return createHash('sha256').update(rawKey).digest().subarray(0, KEY_ID_BYTES);
}

/** The signer of a 32-byte seed, under its own key id. Throws PosternError('key-bad'). */
export function signerFromSeed(seed: Uint8Array): Signer {
  const privateKey = privateKeyFromSeed(seed);
  return { keyId: keyIdOf(rawPublicKey(privateKey)), privateKey };
}

/** 64 bytes; the same for the same message and key (RFC 8032 §5.1.6). */
export function signEd25519(message: Uint8Array, privateKey: KeyObject): Uint8Array {
  return sign(null, message, privateKey);
}

/** False for a key of another kind too, whose own algorithm Node would otherwise use. */
export function verifyEd25519(message: Uint8Array, publicKey: KeyObject, signature: Uint8Array): boolean {
  return publicKey.asymmetricKeyType === 'ed25519' && verify(null, message, publicKey, signature);
}

/** `verifyEd25519` beside the thread that asks: a verification takes a tenth of a millisecond, which others can use. */
export function verifyEd25519Aside(message: Uint8Array, publicKey: KeyObject, signature: Uint8Array): Promise<boolean> {
  if (publicKey.asymmetricKeyType !== 'ed25519') return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    verify(null, message, publicKey, signature, (error, isRight) => error ? reject(error) : resolve(isRight));
  });
}

function mustBeKeyBytes(what: string, bytes: Uint8Array): void {
  if (bytes.length === KEY_BYTES) return;
  throw new PosternError('key-bad', `An Ed25519 ${what} has ${KEY_BYTES} bytes, not ${bytes.length}.`);
}
