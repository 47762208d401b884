import type { Clock } from '../../base/clock.ts';
import { KEY_BYTES, signerFromSeed } from '../../base/ed25519.ts';
import { PosternError } from '../../base/errors.ts';
import type { RandomSource } from '../../base/ids.ts';
import type { Actor, Audit } from '../audit.ts';
import type { Store } from '../store.ts';
import { KEY_LIFE_S, OVERLAP_S, readIssuerKeys, signingKeyAt, waitingKey, type IssuerKey, type IssuerKeyState, type IssuerKeyUse } from './issuer-keys.ts';
import { issueKeySet } from './key-set-issue.ts';

export interface KeyRotationOptions {
  store: Store;
  clock: Clock;
  random: RandomSource;
  audit: Audit;
}

/** A key that takes over. */
export interface Successor {
  /** 8 hex digits. */
  id: string;
  /** When it begins to sign. */
  fromS: number;
}

/**
 * Changes the issuer's keys. Each change is one transaction that ends with a new key set signed by the root; doors follow
 * with their next fetch, running backends at their next signature.
 */
export class KeyRotation {
  readonly #o: KeyRotationOptions;

  constructor(options: KeyRotationOptions) {
    this.#o = options;
  }

  /**
   * A new key for tokens or lists. It is published at once and signs `leadS` from now, when every door has it: to a door that
   * has not, its codes would be of an unknown key. The old one is retired and verifies what it signed.
   * Throws PosternError('rotation-under-way').
   */
  rotate(use: 'token' | 'list', leadS: number, actor: Actor = {}): Successor {
    return this.#change((keys, nowS) => {
      const waiting = waitingKey(keys, use, nowS);
      if (waiting) throw new PosternError('rotation-under-way', `The ${use} key ${idOf(waiting)} takes over at ${timeOf(startOf(waiting))} already. Wait until then, or revoke it.`);
      const fromS = nowS + leadS;
      for (const key of keys) {
        if (key.use === use && key.state === 'active') this.#set(key, 'retired', key.notBeforeS, Math.min(key.notAfterS, fromS + OVERLAP_S));
      }
      const id = this.#add(use, 'active', fromS);
      this.#o.audit.write('signing-key-rotated', id, actor);
      return { id, fromS };
    });
  }

  /**
   * Revokes a token or list key for good: nothing it signed counts at a door any longer, whenever it was signed. Where it was
   * the one that signs, another takes over at once. Throws PosternError('signing-key-unknown', 'signing-key-revoked', 'signing-key-root').
   */
  revoke(id: string, actor: Actor = {}): void {
    this.#change((keys, nowS) => {
      const key = mustBeRevocable(keys, id);
      this.#set(key, 'revoked', key.notBeforeS, Math.max(key.notBeforeS + 1, Math.min(key.notAfterS, nowS)));
      this.#ensureSigner(key.use, nowS);
      this.#o.audit.write('signing-key-revoked', id, actor);
      return key.use;
    }, (use) => (use === 'list' ? this.#floorOfAllDoors() : undefined));
  }

  /** A further root, told to every door by key sets that the present one signs. Throws PosternError('root-announced'). */
  announceRoot(actor: Actor = {}): string {
    return this.#change((keys, nowS) => {
      const spare = keys.find((key) => key.use === 'root' && key.state === 'spare');
      if (spare) throw new PosternError('root-announced', `The root ${idOf(spare)} was announced at ${timeOf(startOf(spare))} already. Once every door has fetched its keys since: postern backend rotate-key root --take-over`);
      const id = this.#add('root', 'spare', nowS);
      this.#o.audit.write('root-announced', id, actor);
      return id;
    });
  }

  /** The announced root signs from now on. A door that never heard of it takes no key set any longer. Throws PosternError('no-root-announced'). */
  takeOverRoot(actor: Actor = {}): string {
    return this.#change((keys) => {
      const spare = keys.find((key) => key.use === 'root' && key.state === 'spare');
      if (!spare) throw new PosternError('no-root-announced', 'No further root was announced yet. First: postern backend rotate-key root');
      for (const key of keys) {
        if (key.use === 'root' && key.state === 'active') this.#set(key, 'retired', key.notBeforeS, key.notAfterS);
      }
      this.#set(spare, 'active', spare.notBeforeS, spare.notAfterS);
      this.#o.audit.write('root-changed', idOf(spare), actor);
      return idOf(spare);
    });
  }

  #change<T>(change: (keys: IssuerKey[], nowS: number) => T, listFloorOf?: (result: T) => number | undefined): T {
    const { store, clock } = this.#o;
    return store.transaction(() => {
      const nowS = Math.floor(clock.wallMs() / 1000);
      const result = change(readIssuerKeys(store), nowS);
      issueKeySet(store, nowS, listFloorOf?.(result));
      return result;
    }).immediate();
  }

  /** Someone must sign now, and someone later: a waiting key is brought forward, else another is made. */
  #ensureSigner(use: RevocableUse, nowS: number): void {
    const keys = readIssuerKeys(this.#o.store);
    const now = signingKeyAt(keys, use, nowS);
    const next = waitingKey(keys, use, nowS);
    if (!now && next) this.#set(next, 'active', nowS - OVERLAP_S, next.notAfterS);
    else if (now?.state !== 'active' && !next) this.#add(use, 'active', now ? now.notAfterS - OVERLAP_S : nowS);
  }

  /**
   * The floor for doors whose highest list the revoked key signed: the lowest version that any door's next list can have, so
   * that each takes its own again. Lists that another key signed than the one that signs are made anew by themselves.
   */
  #floorOfAllDoors(): number {
    return this.#o.store.prepare<[], number | null>('SELECT min(list_version) FROM doors').pluck().get() ?? 0;
  }

  #add(use: IssuerKeyUse, state: IssuerKeyState, fromS: number): string {
    const seed = this.#o.random(KEY_BYTES);
    const { keyId } = signerFromSeed(seed);
    this.#o.store.prepare('INSERT INTO signing_keys (id, use, state, seed, not_before_s, not_after_s) VALUES (?, ?, ?, ?, ?, ?)')
      .run(keyId, use, state, seed, fromS - OVERLAP_S, fromS + KEY_LIFE_S);
    return Buffer.from(keyId).toString('hex');
  }

  #set(key: IssuerKey, state: IssuerKeyState, notBeforeS: number, notAfterS: number): void {
    this.#o.store.prepare('UPDATE signing_keys SET state = ?, not_before_s = ?, not_after_s = ? WHERE id = ?').run(state, notBeforeS, notAfterS, key.signer.keyId);
  }
}

type RevocableUse = Exclude<IssuerKeyUse, 'root'>;

function mustBeRevocable(keys: IssuerKey[], id: string): IssuerKey & { use: RevocableUse } {
  const key = keys.find((it) => idOf(it) === id);
  if (!key) throw new PosternError('signing-key-unknown', `There is no signing key "${id}". postern backend signing-keys lists them.`);
  if (key.use === 'root') throw new PosternError('signing-key-root', 'A root cannot be revoked from afar: doors trust it by their own root keys file. Announce another (rotate-key root), let it take over, then take the old one out of the doors\' files.');
  if (key.state === 'revoked') throw new PosternError('signing-key-revoked', `The key ${id} was revoked already.`);
  return { ...key, use: key.use };
}

/** What names a signing key to people: 8 hex digits. */
export function idOf(key: IssuerKey): string {
  return Buffer.from(key.signer.keyId).toString('hex');
}

/** When a key begins to sign. */
export function startOf(key: IssuerKey): number {
  return key.notBeforeS + OVERLAP_S;
}

function timeOf(second: number): string {
  return new Date(second * 1000).toISOString();
}
