import { createHmac } from 'node:crypto';
import { PosternError } from './errors.ts';

/** How long one code of a rotating token is the current one. */
export const STEP_MS = 15_000;
export const STEP_CODE_DIGITS = 8;
export const ZONE_MASTER_BYTES = 32;

/** HMAC-SHA-256(zone master, token id), 32 bytes: the key of a rotating token. Throws PosternError('zone-master-bad'). */
export function rotatingKey(zoneMaster: Uint8Array, tokenId: Uint8Array): Uint8Array {
  if (zoneMaster.length !== ZONE_MASTER_BYTES) {
    throw new PosternError('zone-master-bad', `A zone master has ${ZONE_MASTER_BYTES} bytes, not ${zoneMaster.length}.`);
  }
  return createHmac('sha256', zoneMaster).update(tokenId).digest();
}

/** The time step T of RFC 6238 §4.2 at `wallMs`, with T0 = 1970-01-01T00:00Z. */
export function stepOf(wallMs: number): number {
  return Math.floor(wallMs / STEP_MS);
}

/** The eight digits of `step`: HOTP (RFC 4226 §5.3) with HMAC-SHA-256, as RFC 6238 §1.2 allows. */
export function stepCodeOf(key: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha256', key).update(counter).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0x0f;
  const truncated = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(truncated % 10 ** STEP_CODE_DIGITS).padStart(STEP_CODE_DIGITS, '0');
}
