import { signKeySet } from '../../base/key-set.ts';
import type { Store } from '../store.ts';
import { KEPT_AFTER_END_S, publishedKeys, readIssuerKeys } from './issuer-keys.ts';

/** The newest key set as it is kept. */
export interface IssuedKeySet {
  version: number;
  /** As doors fetch it. */
  signed: Uint8Array;
  listFloor: number;
}

const NEWEST = 'SELECT version, signed, list_floor AS listFloor FROM key_sets ORDER BY version DESC LIMIT 1';

export function newestKeySet(store: Store): IssuedKeySet | undefined {
  return store.prepare<[], IssuedKeySet>(NEWEST).get();
}

/**
 * Signs the keys as they stand as a further version, with the active root. To be called last in the transaction that
 * changed them; keys whose last code has long expired are deleted first, so that years of rotation fit into a set. Its
 * version is how other processes see that there is something new. `listFloor` stays when it is not given.
 * Throws PosternError('key-set-bad') when there are too many.
 */
export function issueKeySet(store: Store, nowS: number, listFloor?: number): void {
  const before = newestKeySet(store);
  store.prepare('DELETE FROM signing_keys WHERE use <> \'root\' AND not_after_s < ?').run(nowS - KEPT_AFTER_END_S);
  const keys = readIssuerKeys(store);
  const root = keys.find((key) => key.use === 'root' && key.state === 'active');
  if (!root) throw new Error('there is no active root key');
  const spare = keys.find((key) => key.use === 'root' && key.state === 'spare');
  const version = (before?.version ?? 0) + 1;
  const floor = listFloor ?? before?.listFloor ?? 0;
  // In every set while it is spare, for a door that was away sees only the newest.
  const signed = signKeySet({ version, issuedAtS: nowS, keys: publishedKeys(keys), listFloor: floor, ...(spare && { nextRoot: spare.publicKey }) }, root.signer);
  store.prepare('INSERT INTO key_sets (version, signed, list_floor) VALUES (?, ?, ?)').run(version, signed, floor);
}
