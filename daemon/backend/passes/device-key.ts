import { constants, createHash, createPublicKey, publicEncrypt, type KeyObject } from 'node:crypto';
import { ApiError } from '../../base/http/api-error.ts';

/** What a device gave to have a secret wrapped for it. */
export interface DeviceKey {
  publicKey: KeyObject;
  /** SHA-256 of the public key's DER, 32 bytes: the device's name here. */
  digest: Uint8Array;
}

const MODULUS_BITS = [2048, 3072, 4096];

/** Reads a public key as WebCrypto exports it: SPKI in base64url, RSA of 2048 to 4096 bits. Throws ApiError(400 'device-key-bad'). */
export function readDeviceKey(spki: string): DeviceKey {
  const der = Buffer.from(spki, 'base64url');
  const publicKey = keyIn(der);
  const { modulusLength = 0, publicExponent } = publicKey?.asymmetricKeyDetails ?? {};
  if (publicKey?.asymmetricKeyType !== 'rsa' || !MODULUS_BITS.includes(modulusLength) || publicExponent !== 65_537n) {
    throw new ApiError(400, 'device-key-bad', 'publicKey must be an RSA key of 2048, 3072 or 4096 bits with the exponent 65537, as SPKI in base64url.');
  }
  return { publicKey, digest: createHash('sha256').update(der).digest() };
}

/** RSA-OAEP with SHA-256 (RFC 8017 §7.1): only WebCrypto's `unwrapKey` on the device opens it. */
export function wrapFor({ publicKey }: DeviceKey, secret: Uint8Array): Uint8Array {
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, secret);
}

/** One key, one text: with bytes behind it the same key would be another device. */
function keyIn(der: Buffer): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return key.export({ format: 'der', type: 'spki' }).equals(der) ? key : undefined;
  } catch {
    return undefined;
  }
}
