import type { KeyObject } from 'node:crypto';
import { isBytes } from './bounds.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { KEY_ID_BYTES, SIGNATURE_BYTES, signEd25519, verifyEd25519, verifyEd25519Aside, type Signer } from './ed25519.ts';
import { PosternError } from './errors.ts';
import { fieldsOf, mapOf } from './labelled-map.ts';

/**
 * What a signature is for. It is signed along (as external_aad, RFC 9052 §4.3) without taking a byte,
 * so that a signature over one kind never verifies as another kind.
 */
export type SignedKind = 'postern token 1' | 'postern key set 1' | 'postern token list 1' | 'postern command 1';

/** A COSE_Sign1 (RFC 9052 §4.2) as read, its signature not yet looked at. */
export interface Sign1 {
  keyId: Uint8Array;
  /** The protected header as the signature covers it. */
  protectedBytes: Uint8Array;
  payload: Uint8Array;
  /** 64 bytes. */
  signature: Uint8Array;
}

/** The header parameters of RFC 9052 §3.1 that we write, both of them protected. */
const HEADER = { alg: 1, keyId: 4 } as const;
/** RFC 9864 §2.2: fully specified, unlike the older -8 (EdDSA). */
const ED25519 = -19;

/** The untagged COSE_Sign1 of `payload`: alg and key id protected, nothing unprotected. */
export function sign1(payload: Uint8Array, kind: SignedKind, signer: Signer): Uint8Array {
  const protectedBytes = encodeCbor(mapOf(HEADER, { alg: ED25519, keyId: signer.keyId }));
  const signature = signEd25519(sigStructure(protectedBytes, Buffer.from(kind), payload), signer.privateKey);
  return encodeCbor([protectedBytes, new Map(), payload, signature]);
}

/**
 * Takes a COSE_Sign1 apart. Throws PosternError: 'cbor-malformed' or 'cose-malformed' for anything `sign1` would not
 * write, 'signed-too-new' for a protected header parameter unknown here, for it may restrict.
 */
export function readSign1(bytes: Uint8Array): Sign1 {
  const parts = decodeCbor(bytes);
  if (!Array.isArray(parts) || parts.length !== 4) throw malformed('it is not an array of four');
  const [protectedBytes, unprotected, payload, signature] = parts;
  if (!(protectedBytes instanceof Uint8Array)) throw malformed('the protected header is not a byte string');
  if (!(unprotected instanceof Map) || unprotected.size > 0) throw malformed('the unprotected header is not an empty map');
  if (!(payload instanceof Uint8Array)) throw malformed('the payload is not a byte string');
  if (!isBytes(signature, SIGNATURE_BYTES)) throw malformed('the signature has not 64 bytes');
  return { keyId: readProtected(protectedBytes), protectedBytes, payload, signature };
}

export function verifySign1(signed: Sign1, kind: SignedKind, publicKey: KeyObject): boolean {
  return verifyEd25519(sigStructure(signed.protectedBytes, Buffer.from(kind), signed.payload), publicKey, signed.signature);
}

/** `verifySign1` beside the thread that asks. */
export function verifySign1Aside(signed: Sign1, kind: SignedKind, publicKey: KeyObject): Promise<boolean> {
  return verifyEd25519Aside(sigStructure(signed.protectedBytes, Buffer.from(kind), signed.payload), publicKey, signed.signature);
}

/** What is really signed: the Sig_structure of RFC 9052 §4.4. */
export function sigStructure(protectedBytes: Uint8Array, externalAad: Uint8Array, payload: Uint8Array): Uint8Array {
  return encodeCbor(['Signature1', protectedBytes, externalAad, payload]);
}

function readProtected(bytes: Uint8Array): Uint8Array {
  const { alg, keyId } = fieldsOf(decodeCbor(bytes), HEADER);
  if (alg !== ED25519) throw malformed('the algorithm is not -19 (Ed25519)');
  if (!isBytes(keyId, KEY_ID_BYTES)) throw malformed('the key id has not 4 bytes');
  return keyId;
}

function malformed(why: string): PosternError {
  return new PosternError('cose-malformed', `This is not a COSE_Sign1 as we write it: ${why}.`);
}
