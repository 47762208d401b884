import { editedEntries, editsTo, type ListEdits } from '../../base/token-list-edits.ts';
import { encodeEntry, LIST_ENTRY_BYTES, type ListStatus } from '../../base/token-list-entry.ts';
import type { Store } from '../store.ts';
import type { EntryBlocks } from './entry-blocks.ts';

/** A list's entries as they were read at some time. */
export interface ReadEntries {
  digest: Uint8Array;
  /** The door's count of changes in the snapshot. */
  changes: number;
  /** Tokens that had expired by then are not in it. */
  nowS: number;
}

export interface BuildRequest {
  door: Uint8Array;
  nowS: number;
  /** 4 bytes each. */
  tokenKeyIds: readonly Uint8Array[];
  /** The entries built before, to go on from; absent: all are read. */
  base: ReadEntries | undefined;
}

export interface BuiltEntries extends ReadEntries {
  count: number;
  /** Per token key (hex) the greatest issue time in the snapshot, over all doors; 0 for a key that has signed nothing yet. */
  asOfS: Record<string, number>;
  /** Whether all entries were read, rather than what changed since the base. */
  whole: boolean;
}

export interface EditsRequest {
  door: Uint8Array;
  from: ReadEntries;
  to: ReadEntries;
}

interface EntryRow {
  id: Buffer;
  status: ListStatus;
  spentElsewhere: number;
}

interface ChangedRow extends EntryRow {
  expiresAtS: number;
}

const ENTRY = 'd.token AS id, t.status, t.spent - d.spent AS spentElsewhere';

/**
 * Reads what lists are made of: from all tokens of a door, or from the list before and what changed since. Both give the same
 * bytes. Each reads one snapshot of the database. It holds its thread for as long as it takes (list-work.ts says which).
 */
export class ListReader {
  readonly #store: Store;
  readonly #blocks: EntryBlocks;

  constructor(store: Store, blocks: EntryBlocks) {
    this.#store = store;
    this.#blocks = blocks;
  }

  build(request: BuildRequest): BuiltEntries {
    return this.#store.transaction(() => {
      const { changes, unnamed } = this.#changesOf(request.door);
      const asOfS = this.#asOf(request.tokenKeyIds);
      const base = request.base && request.base.changes >= unnamed ? request.base : undefined;
      const edited = base && this.#edited(request, base);
      const { digest, count } = edited ?? this.#whole(request);
      return { digest, count, changes, asOfS, nowS: request.nowS, whole: !edited };
    })();
  }

  /**
   * What leads from one list to a later one: all tokens that may differ, as they are in the later one. Undefined when that is
   * not known any more, or is more than half of the list.
   */
  edits({ door, from, to }: EditsRequest): ListEdits | undefined {
    const block = this.#blocks.get(door, to.digest);
    if (!block) return undefined;
    const most = Math.max(1_000, block.length / LIST_ENTRY_BYTES / 2);
    const ids = this.#store.transaction(() => {
      if (from.changes < this.#changesOf(door).unnamed) return undefined;
      return this.#idsThatMayDiffer(door, from, to, Math.floor(most) + 1);
    })();
    return ids && ids.length <= most ? editsTo(block, Buffer.concat(ids)) : undefined;
  }

  #changesOf(door: Uint8Array): { changes: number; unnamed: number } {
    const row = this.#store.prepare<[Uint8Array], { changes: number; unnamed: number }>('SELECT list_changes AS changes, list_changed_unnamed AS unnamed FROM doors WHERE uuid = ?').get(door);
    return row ?? { changes: 0, unnamed: 0 };
  }

  #asOf(tokenKeyIds: readonly Uint8Array[]): Record<string, number> {
    const greatest = this.#store.prepare<[Uint8Array], number | null>('SELECT max(issued_at_s) FROM tokens WHERE key_id = ?').pluck();
    return Object.fromEntries(tokenKeyIds.map((id) => [Buffer.from(id).toString('hex'), greatest.get(id) ?? 0]));
  }

  /** Encoded entries in ascending order of their ids; expired tokens are left out, for the door denies them by themselves. */
  #whole({ door, nowS }: BuildRequest): { digest: Uint8Array; count: number } {
    const most = this.#store.prepare<[Uint8Array], number>('SELECT count(*) FROM token_doors WHERE door = ?').pluck().get(door) ?? 0;
    const block = new Uint8Array(most * LIST_ENTRY_BYTES);
    let to = 0;
    const rows = this.#store.prepare<[Uint8Array, number], EntryRow>(`SELECT ${ENTRY} FROM token_doors d JOIN tokens t ON t.id = d.token WHERE d.door = ? AND t.expires_at_s > ? ORDER BY d.token`);
    for (const row of rows.iterate(door, nowS)) {
      encodeRow(row, block, to);
      to += LIST_ENTRY_BYTES;
    }
    return { digest: this.#blocks.put(door, block.subarray(0, to)), count: to / LIST_ENTRY_BYTES };
  }

  /** The same, out of the entries before; undefined when they are gone. */
  #edited({ door, nowS }: BuildRequest, base: ReadEntries): { digest: Uint8Array; count: number } | undefined {
    const size = this.#blocks.size(door, base.digest);
    if (size === undefined) return undefined;
    const edits = this.#changedSince(door, base, nowS);
    if (edits.removed.length === 0 && edits.changed.length === 0) return { digest: base.digest, count: size / LIST_ENTRY_BYTES };
    const before = this.#blocks.get(door, base.digest);
    if (!before) return undefined;
    const block = Buffer.concat([...editedEntries([before], edits)]);
    return { digest: this.#blocks.put(door, block), count: block.length / LIST_ENTRY_BYTES };
  }

  #changedSince(door: Uint8Array, base: ReadEntries, nowS: number): ListEdits {
    const ids = this.#idsThatMayDiffer(door, base, { nowS }, Number.MAX_SAFE_INTEGER);
    const row = this.#store.prepare<[Uint8Array, Uint8Array], ChangedRow>(`SELECT ${ENTRY}, t.expires_at_s AS expiresAtS FROM token_doors d JOIN tokens t ON t.id = d.token WHERE d.door = ? AND d.token = ?`);
    const removed: Buffer[] = [];
    const changed: Uint8Array[] = [];
    for (const id of ids) {
      const found = row.get(door, id);
      if (found && found.expiresAtS > nowS) changed.push(encodeRow(found, new Uint8Array(LIST_ENTRY_BYTES), 0));
      else removed.push(id);
    }
    return { removed: Buffer.concat(removed), changed: Buffer.concat(changed) };
  }

  /**
   * Ascending: what changed after `from`, and what expired between the two times (whichever is the later: a clock may have been
   * set back). A token that changed after `to` was built is among them, too; as it is in `to`, it does no harm.
   */
  #idsThatMayDiffer(door: Uint8Array, from: ReadEntries, to: { nowS: number }, limit: number): Buffer[] {
    const [earlierS, laterS] = [Math.min(from.nowS, to.nowS), Math.max(from.nowS, to.nowS)];
    return this.#store.prepare<[{ door: Uint8Array; changes: number; earlierS: number; laterS: number; limit: number }], Buffer>(`
      SELECT token FROM token_doors WHERE door = :door AND list_change > :changes
      UNION
      SELECT t.id FROM tokens t CROSS JOIN token_doors d ON d.door = :door AND d.token = t.id WHERE t.expires_at_s > :earlierS AND t.expires_at_s <= :laterS
      ORDER BY 1 LIMIT :limit`).pluck().all({ door, changes: from.changes, earlierS, laterS, limit });
  }
}

function encodeRow(row: EntryRow, into: Uint8Array, at: number): Uint8Array {
  encodeEntry({ id: row.id, status: row.status, spent: row.spentElsewhere }, into, at);
  return into;
}
