import { editedEntries, editsTo, type ListEdits } from '../../base/token-list-edits.ts';
import { encodeEntry, LIST_ENTRY_BYTES, type ListStatus } from '../../base/token-list-entry.ts';
import type { Store } from '../store.ts';
import type { EntryBlocks } from './entry-blocks.ts';

/** A list's entries as they were read at some time. */
export interface ReadEntries {
  digest: Uint8Array;
  count: number;
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
  /** Per token key (hex) the greatest issue time in the snapshot, over all doors; 0 for a key that has signed nothing yet. */
  asOfS: Record<string, number>;
  /** Whether all entries were read, rather than what changed since the base. */
  whole: boolean;
}

/** What was built, and when its entries are stored; undefined when they are those of the base. */
export interface Built {
  entries: BuiltEntries;
  stored: Promise<void> | undefined;
}

type PlacedEntries = Pick<BuiltEntries, 'digest' | 'count'> & Pick<Built, 'stored'>;

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

/** Of a token that may have changed; of one that is no more the id alone. */
type ChangedRow = { id: Buffer } & ({ status: ListStatus; spentElsewhere: number; expiresAtS: number } | { status: null });

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

  build(request: BuildRequest): Built {
    return this.#store.transaction(() => {
      const { changes, unnamed } = this.#changesOf(request.door);
      const asOfS = this.#asOf(request.tokenKeyIds);
      const base = request.base && request.base.changes >= unnamed ? request.base : undefined;
      const edited = base && this.#edited(request, base);
      const { digest, count, stored } = edited ?? this.#whole(request);
      return { stored, entries: { digest, count, changes, asOfS, nowS: request.nowS, whole: !edited } };
    })();
  }

  /**
   * What leads from one list to a later one: all tokens that may differ, as they are in the later one. Undefined when that is
   * not known any more, or is more than half of the list.
   */
  edits({ door, from, to }: EditsRequest): ListEdits | undefined {
    const block = this.#blocks.get(door, to.digest);
    if (block?.length !== to.count * LIST_ENTRY_BYTES) return undefined;
    const most = Math.max(1_000, to.count / 2);
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
  #whole({ door, nowS }: BuildRequest): PlacedEntries {
    const most = this.#store.prepare<[Uint8Array], number>('SELECT count(*) FROM token_doors WHERE door = ?').pluck().get(door) ?? 0;
    const block = new Uint8Array(most * LIST_ENTRY_BYTES);
    let to = 0;
    const rows = this.#store.prepare<[Uint8Array, number], EntryRow>(`SELECT ${ENTRY} FROM token_doors d JOIN tokens t ON t.id = d.token WHERE d.door = ? AND t.expires_at_s > ? ORDER BY d.token`);
    for (const row of rows.iterate(door, nowS)) {
      encodeRow(row, block, to);
      to += LIST_ENTRY_BYTES;
    }
    return { ...this.#blocks.put(door, block.subarray(0, to)), count: to / LIST_ENTRY_BYTES };
  }

  /** The same, out of the entries before; undefined when they are gone, or cut off as a fallen disk may leave them. */
  #edited({ door, nowS }: BuildRequest, base: ReadEntries): PlacedEntries | undefined {
    if (this.#blocks.size(door, base.digest) !== base.count * LIST_ENTRY_BYTES) return undefined;
    const edits = this.#changedSince(door, base, nowS);
    if (edits.removed.length === 0 && edits.changed.length === 0) return { digest: base.digest, count: base.count, stored: undefined };
    const before = this.#blocks.get(door, base.digest);
    if (!before) return undefined;
    const [first = new Uint8Array(0), ...rest] = editedEntries([before], edits);
    const block = rest.length === 0 ? first : Buffer.concat([first, ...rest]);
    return { ...this.#blocks.put(door, block), count: block.length / LIST_ENTRY_BYTES };
  }

  #changedSince(door: Uint8Array, base: ReadEntries, nowS: number): ListEdits {
    const rows = this.#store.prepare<[Changes], ChangedRow>(`
      SELECT c.token AS id, t.status, t.spent - d.spent AS spentElsewhere, t.expires_at_s AS expiresAtS
      FROM (${MAY_DIFFER}) c LEFT JOIN token_doors d ON d.door = :door AND d.token = c.token LEFT JOIN tokens t ON t.id = d.token ORDER BY 1`);
    const removed: Buffer[] = [];
    const changed: Uint8Array[] = [];
    for (const row of rows.iterate(changesBetween(door, base, nowS))) {
      if (row.status !== null && row.expiresAtS > nowS) changed.push(encodeRow(row, new Uint8Array(LIST_ENTRY_BYTES), 0));
      else removed.push(row.id);
    }
    return { removed: Buffer.concat(removed), changed: Buffer.concat(changed) };
  }

  /** Ascending. A token that changed after `to` was built is among them, too; as it is in `to`, it does no harm. */
  #idsThatMayDiffer(door: Uint8Array, from: ReadEntries, to: ReadEntries, limit: number): Buffer[] {
    return this.#store.prepare<[Changes & { limit: number }], Buffer>(`${MAY_DIFFER} ORDER BY 1 LIMIT :limit`).pluck().all({ ...changesBetween(door, from, to.nowS), limit });
  }
}

interface Changes {
  door: Uint8Array;
  changes: number;
  earlierS: number;
  laterS: number;
}

/** What changed after a count of changes, and what expired between two times. */
const MAY_DIFFER = `
  SELECT token FROM token_doors WHERE door = :door AND list_change > :changes
  UNION
  SELECT t.id FROM tokens t CROSS JOIN token_doors d ON d.door = :door AND d.token = t.id WHERE t.expires_at_s > :earlierS AND t.expires_at_s <= :laterS`;

/** Whichever of the times is the later: a clock may have been set back. */
function changesBetween(door: Uint8Array, from: ReadEntries, nowS: number): Changes {
  return { door, changes: from.changes, earlierS: Math.min(from.nowS, nowS), laterS: Math.max(from.nowS, nowS) };
}

function encodeRow(row: Pick<EntryRow, 'id' | 'status' | 'spentElsewhere'>, into: Uint8Array, at: number): Uint8Array {
  encodeEntry({ id: row.id, status: row.status, spent: row.spentElsewhere }, into, at);
  return into;
}
