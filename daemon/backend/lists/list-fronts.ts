import type { Store } from '../store.ts';

/** The signed front of one version of a door's list, and what it was built from. */
export interface ListFront {
  version: number;
  /** Tokens that had expired by then are not in it. */
  issuedAtS: number;
  /** The door's count of changes in its snapshot. */
  changes: number;
  entries: number;
  /** SHA-256 of its entries. */
  digest: Uint8Array;
  /** The list key that signed it, 4 bytes. */
  keyId: Uint8Array;
  /** When its entries, or those it grew out of by edits, were last read as a whole. */
  readWholeAtS: number;
  front: Uint8Array;
}

/** A version every 43 seconds for a day; older ones go before their time [S9]. */
const MOST_FRONTS = 2_000;
const SELECT = 'SELECT version, issued_at_s AS issuedAtS, changes, entries, digest, key_id AS keyId, read_whole_at_s AS readWholeAtS, front FROM list_fronts';

/** The versions of each door's list that were given out, for as long as deltas lead from them. */
export class ListFronts {
  readonly #store: Store;
  readonly #keptS: number;

  constructor(store: Store, keptS: number) {
    this.#store = store;
    this.#keptS = keptS;
  }

  newest(door: Uint8Array): ListFront | undefined {
    return this.#store.prepare<[Uint8Array], ListFront>(`${SELECT} WHERE door = ? ORDER BY version DESC LIMIT 1`).get(door);
  }

  get(door: Uint8Array, version: number): ListFront | undefined {
    return this.#store.prepare<[Uint8Array, number], ListFront>(`${SELECT} WHERE door = ? AND version = ?`).get(door, version);
  }

  /** The versions there are, newest first. */
  versions(door: Uint8Array, limit: number): number[] {
    return this.#store.prepare<[Uint8Array, number], number>('SELECT version FROM list_fronts WHERE door = ? ORDER BY version DESC LIMIT ?').pluck().all(door, limit);
  }

  /** The version after all there ever were, and above `floor`. To be called in the transaction that adds it. */
  nextVersion(door: Uint8Array, floor: number): number {
    return this.#store.prepare<[number, Uint8Array], number>('UPDATE doors SET list_version = max(list_version, ?) + 1 WHERE uuid = ? RETURNING list_version').pluck().get(floor, door) as number;
  }

  /** Adds a version, and lets those go that are too old. */
  add(door: Uint8Array, front: ListFront): void {
    this.#store.prepare('INSERT INTO list_fronts (door, version, issued_at_s, changes, entries, digest, key_id, read_whole_at_s, front) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(door, front.version, front.issuedAtS, front.changes, front.entries, front.digest, front.keyId, front.readWholeAtS, front.front);
    this.#store.prepare('DELETE FROM list_fronts WHERE door = ? AND version <> ? AND (issued_at_s < ? OR version <= ?)')
      .run(door, front.version, front.issuedAtS - this.#keptS, front.version - MOST_FRONTS);
  }
}
