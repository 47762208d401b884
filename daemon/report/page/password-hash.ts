import { scrypt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { RandomSource } from '../../base/ids.ts';

/** 16 MiB and some 50 ms on a desktop, a quarter of a second on a small board; in Node's thread pool, so the door goes on. */
const COST = { logN: 14, r: 8, p: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

const base64 = (bytes: number): z.ZodType<string> => z.string().refine((text) => Buffer.from(text, 'base64').length === bytes);

/** scrypt (RFC 7914) with the parameters it was made with, so that better ones can come later. Bounded: a file must not cost the door its memory. */
export const passwordHash = z.strictObject({
  kind: z.literal('scrypt'),
  logN: z.int().min(10).max(16),
  r: z.int().min(1).max(8),
  p: z.int().min(1).max(4),
  salt: base64(SALT_BYTES),
  hash: base64(HASH_BYTES),
});
export type PasswordHash = z.output<typeof passwordHash>;

export async function hashOf(password: string, random: RandomSource): Promise<PasswordHash> {
  const salt = random(SALT_BYTES);
  const hash = await derived(password, salt, COST);
  return { kind: 'scrypt', ...COST, salt: Buffer.from(salt).toString('base64'), hash: hash.toString('base64') };
}

/** Whether the password is the one; takes as long either way. */
export async function isPassword(password: string, { salt, hash, ...cost }: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derived(password, Buffer.from(salt, 'base64'), cost), Buffer.from(hash, 'base64'));
}

/** Nobody's: what the password of an unknown user is held against, so that the answer takes as long as a known one's. */
export const nobodysHash: PasswordHash = { kind: 'scrypt', ...COST, salt: Buffer.alloc(SALT_BYTES).toString('base64'), hash: Buffer.alloc(HASH_BYTES).toString('base64') };

/** The same letters may be typed as different code points (é): NFKC makes them one (RFC 8265 §4.2 does so, too). */
function derived(password: string, salt: Uint8Array, { logN, r, p }: { logN: number; r: number; p: number }): Promise<Buffer> {
  const N = 2 ** logN;
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
