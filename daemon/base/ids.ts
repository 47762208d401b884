import { randomBytes } from 'node:crypto';

/** A source of random bytes; tests and replay pass a seeded one. */
export type RandomSource = (length: number) => Uint8Array;
export const systemRandom: RandomSource = (length) => randomBytes(length);

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID (26 Crockford base32 characters): 48 bits of wall time, 80 random bits; sorts by time. */
export function ulid(wallMs: number, random: RandomSource): string {
  let time = Math.max(0, Math.floor(wallMs));
  const out: string[] = new Array<string>(26);
  for (let i = 9; i >= 0; i--) {
    out[i] = CROCKFORD[time % 32] as string;
    time = Math.floor(time / 32);
  }
  let bits = 0;
  let held = 0;
  let at = 10;
  for (const byte of random(10)) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out[at++] = CROCKFORD[(held >> bits) & 31] as string;
    }
    held &= (1 << bits) - 1;
  }
  return out.join('');
}

/** 16 bytes as an RUUID: 22 base64url characters. */
export function ruuidOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** The 16 bytes of an RUUID or of a 36-character UUID; undefined when it is neither. */
export function uuidBytes(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)) {
    return Buffer.from(text.replaceAll('-', ''), 'hex');
  }
  // The last of 22 characters carries two bits only (16 bytes = 128 bits): A, Q, g or w.
  if (/^[A-Za-z0-9_-]{21}[AQgw]$/.test(text)) return Buffer.from(text, 'base64url');
  return undefined;
}

/** The 16 bytes of a ULID, which make it an RUUID too; undefined when it is none. */
export function ulidBytes(text: string): Uint8Array | undefined {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text)) return undefined;
  const bits = [...text].reduce((sum, digit) => (sum << 5n) | BigInt(CROCKFORD.indexOf(digit)), 0n);
  return Buffer.from(bits.toString(16).padStart(32, '0'), 'hex');
}
