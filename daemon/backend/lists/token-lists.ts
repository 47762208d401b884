import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { encodeEntry, LIST_ENTRY_BYTES, signListFront, type ListHead, type ListStatus } from '../../base/token-list-file.ts';
import type { Doors } from '../doors.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';
import type { Store } from '../store.ts';

export interface TokenListsOptions {
  store: Store;
  clock: Clock;
  keys: SigningKeys;
  doors: Doors;
  /** A list is signed anew after this even if nothing changed, for a door trusts only what is signed to be recent. */
  resignAfterS: number;
  /** From issue to expiry. */
  lifeS: number;
}

/** A signed list as it is served. */
export interface SignedList {
  version: number;
  /** With its quotes, as in the HTTP header. */
  etag: string;
  /** Reads the file. */
  bytes: () => Uint8Array;
}

interface ListRow {
  version: number;
  issuedAtS: number;
  builtAtChanges: number;
  etag: string;
}

interface EntryRow {
  id: Buffer;
  status: ListStatus;
  spentElsewhere: number;
}

/** The signed list of each door, kept and rebuilt when something in it changed or it grew old. */
export class TokenLists {
  readonly #options: TokenListsOptions;

  constructor(options: TokenListsOptions) {
    this.#options = options;
  }

  /** The list of a door there is, at most `resignAfterS` old. A version, once given out, stays what it is. */
  current(door: Uint8Array): SignedList {
    const { store, clock, doors, resignAfterS } = this.#options;
    return store.transaction(() => {
      const nowS = Math.floor(clock.wallMs() / 1000);
      const kept = store.prepare<[Uint8Array], ListRow>('SELECT version, issued_at_s AS issuedAtS, built_at_changes AS builtAtChanges, etag FROM token_lists WHERE door = ?').get(door);
      const changes = doors.listChanges(door);
      const isFresh = kept && kept.builtAtChanges === changes && nowS >= kept.issuedAtS && nowS < kept.issuedAtS + resignAfterS;
      const { version, etag } = isFresh ? kept : this.#build(door, Math.max(kept?.version ?? 0, this.#options.keys.listFloor) + 1, nowS, changes);
      return { version, etag, bytes: () => this.#read(door, version) };
    }).immediate();
  }

  #build(door: Uint8Array, version: number, nowS: number, changes: number): ListRow {
    const block = this.#entries(door, nowS);
    const head: Omit<ListHead, 'count'> = { door, version, issuedAtS: nowS, expiresAtS: nowS + this.#options.lifeS, asOfS: this.#asOf() };
    const signed = Buffer.concat([signListFront(head, block, this.#options.keys.list), block]);
    const etag = `"${version}-${createHash('sha256').update(signed).digest('base64url').slice(0, 22)}"`;
    this.#options.store.prepare(`INSERT INTO token_lists (door, version, issued_at_s, built_at_changes, etag, signed) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (door) DO UPDATE SET version = excluded.version, issued_at_s = excluded.issued_at_s, built_at_changes = excluded.built_at_changes, etag = excluded.etag, signed = excluded.signed`)
      .run(door, version, nowS, changes, etag, signed);
    return { version, issuedAtS: nowS, builtAtChanges: changes, etag };
  }

  /** Encoded entries in ascending order of their ids; expired tokens are left out, for the door denies them by themselves. */
  #entries(door: Uint8Array, nowS: number): Uint8Array {
    const { store } = this.#options;
    const from = 'FROM token_doors d JOIN tokens t ON t.id = d.token WHERE d.door = ? AND t.expires_at_s > ?';
    const count = store.prepare<[Uint8Array, number], number>(`SELECT count(*) ${from}`).pluck().get(door, nowS) ?? 0;
    const block = new Uint8Array(count * LIST_ENTRY_BYTES);
    let at = 0;
    for (const row of store.prepare<[Uint8Array, number], EntryRow>(`SELECT d.token AS id, t.status, t.spent - d.spent AS spentElsewhere ${from} ORDER BY d.token`).iterate(door, nowS)) {
      encodeEntry({ id: row.id, status: row.status, spent: row.spentElsewhere }, block, at);
      at += LIST_ENTRY_BYTES;
    }
    return block;
  }

  /** Per token key the greatest issue time in this snapshot, over all doors; 0 for a key that has signed nothing yet. */
  #asOf(): Record<string, number> {
    const greatest = this.#options.store.prepare<[Uint8Array], number | null>('SELECT max(issued_at_s) FROM tokens WHERE key_id = ?').pluck();
    return Object.fromEntries(this.#options.keys.tokenKeyIds().map((id) => [Buffer.from(id).toString('hex'), greatest.get(id) ?? 0]));
  }

  #read(door: Uint8Array, version: number): Uint8Array {
    const signed = this.#options.store.prepare<[Uint8Array, number], Buffer>('SELECT signed FROM token_lists WHERE door = ? AND version = ?').pluck().get(door, version);
    if (!signed) throw new Error(`list ${version} was replaced while it was served`);
    return signed;
  }
}
