import type { KeySet, KeyUse, SetKey } from '../base/key-set.ts';

export type KeyFound = { key: SetKey } | { refusal: 'unknown-key' | 'key-revoked' | 'key-out-of-time' };

/**
 * The key of `set` that may have signed something for `use`, issued at `issuedAtS`.
 *
 * A retired key signs nothing new, and what it signed before stays good: its validity was ended when it was retired, and
 * it is the issue time that must lie within it, not the present. A thief who dates back with a retired key gains
 * little, for a token lives `maxTokenDays` from its issue and a list `maxListAge`; a key that was stolen is revoked
 * instead, and then nothing of it counts, whenever it was signed.
 */
export function keyInForce(set: KeySet, id: Uint8Array, use: KeyUse, issuedAtS: number): KeyFound {
  const key = set.keys.find((k) => Buffer.compare(k.id, id) === 0);
  if (!key || key.use !== use) return { refusal: 'unknown-key' };
  if (key.state === 'revoked') return { refusal: 'key-revoked' };
  if (issuedAtS < key.notBeforeS || issuedAtS > key.notAfterS) return { refusal: 'key-out-of-time' };
  return { key };
}
