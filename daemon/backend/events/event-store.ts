import type { Store } from '../store.ts';
import type { ChainFault, ChainState, Neighbours } from './chain-check.ts';

/** An event to be stored. */
export interface NewEvent {
  id: string;
  /** 16 bytes. */
  door: Uint8Array;
  type: string;
  atMs: number;
  receivedMs: number;
  token: Uint8Array | undefined;
  /** Of a denial. */
  reason?: string | undefined;
  /** Absent for what the backend itself tells. */
  place?: { epoch: number; seq: number; fault?: ChainFault | undefined };
  /** SHA-256 of `body`, hex. */
  hash: string;
  body: string;
}

interface ChainRow {
  epoch: number;
  began: ChainState['began'];
  firstHash: string | null;
  headSeq: number;
  headHash: string;
  toldSeq: number;
  toldHash: string;
  prunedThroughSeq: number;
}

/** What a row takes beside its body: measured over a million. */
const ROW_BYTES = 420;

/** The tables of events and of the doors' chains. Every writing call belongs into a transaction of the caller's. */
export class EventStore {
  readonly #statements;

  constructor(store: Store) {
    this.#statements = {
      isHere: store.prepare<[Uint8Array, Uint8Array], number>('SELECT 1 FROM events WHERE door = ? AND hash = ?').pluck(),
      insert: store.prepare('INSERT INTO events (id, door, type, at_ms, received_ms, token, reason, epoch, seq, hash, body, fault) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
      grow: store.prepare('UPDATE event_totals SET bytes = bytes + ?'),
      bytes: store.prepare<[], number>('SELECT bytes FROM event_totals').pluck(),
      chain: store.prepare<[Uint8Array], ChainRow>(`
        SELECT epoch, began, first_hash AS firstHash, head_seq AS headSeq, head_hash AS headHash, told_seq AS toldSeq, told_hash AS toldHash, pruned_through_seq AS prunedThroughSeq
        FROM door_chains WHERE door = ? ORDER BY epoch DESC LIMIT 1`),
      putChain: store.prepare(`
        INSERT INTO door_chains (door, epoch, began, first_hash, head_seq, head_hash, told_seq, told_hash, pruned_through_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (door, epoch) DO UPDATE SET head_seq = excluded.head_seq, head_hash = excluded.head_hash, told_seq = excluded.told_seq, told_hash = excluded.told_hash`),
      atSeq: store.prepare<[Uint8Array, number, number], Buffer>('SELECT hash FROM events WHERE door = ? AND epoch = ? AND seq = ?').pluck(),
      prevAtSeq: store.prepare<[Uint8Array, number, number], string>('SELECT body ->> \'prevHash\' FROM events WHERE door = ? AND epoch = ? AND seq = ?').pluck(),
      oldest: store.prepare<[number], { row: number; door: Buffer; epoch: number | null; seq: number | null; bytes: number; receivedMs: number }>(
        'SELECT row, door, epoch, seq, length(body) AS bytes, received_ms AS receivedMs FROM events ORDER BY row LIMIT ?'),
      deleteThrough: store.prepare('DELETE FROM events WHERE row <= ?'),
      pruned: store.prepare('UPDATE door_chains SET pruned_through_seq = max(pruned_through_seq, ?) WHERE door = ? AND epoch = ?'),
      uploaded: store.prepare('INSERT INTO door_uploads (door, last_ms) VALUES (?, ?) ON CONFLICT (door) DO UPDATE SET last_ms = max(last_ms, excluded.last_ms)'),
      uploads: store.prepare<[], { door: Buffer; lastMs: number }>('SELECT door, last_ms AS lastMs FROM door_uploads'),
    };
  }

  isHere(door: Uint8Array, hash: string): boolean {
    return this.#statements.isHere.get(door, Buffer.from(hash, 'hex')) !== undefined;
  }

  insert({ id, door, type, atMs, receivedMs, token, reason, place, hash, body }: NewEvent): void {
    this.#statements.insert.run(id, door, type, atMs, receivedMs, token ?? null, reason ?? null, place?.epoch ?? null, place?.seq ?? null, Buffer.from(hash, 'hex'), body, place?.fault ?? null);
    this.#statements.grow.run(Buffer.byteLength(body) + ROW_BYTES);
  }

  /** The door's present chain; undefined before its first upload. */
  chainOf(door: Uint8Array): ChainState | undefined {
    const row = this.#statements.chain.get(door);
    return row && {
      epoch: row.epoch, began: row.began, prunedThroughSeq: row.prunedThroughSeq, ...(row.firstHash !== null && { firstHash: row.firstHash }),
      head: { seq: row.headSeq, hash: row.headHash }, told: { seq: row.toldSeq, hash: row.toldHash },
    };
  }

  putChain(door: Uint8Array, { epoch, began, firstHash, head, told, prunedThroughSeq }: ChainState): void {
    this.#statements.putChain.run(door, epoch, began, firstHash ?? null, head.seq, head.hash, told.seq, told.hash, prunedThroughSeq);
  }

  neighbours(door: Uint8Array, epoch: number, seq: number): Neighbours {
    return {
      hasSameSeq: this.hashAt(door, epoch, seq) !== undefined,
      before: this.hashAt(door, epoch, seq - 1),
      after: this.#statements.prevAtSeq.get(door, epoch, seq + 1),
    };
  }

  /** Hex. */
  hashAt(door: Uint8Array, epoch: number, seq: number): string | undefined {
    return this.#statements.atSeq.get(door, epoch, seq)?.toString('hex');
  }

  /** What all events take, nearly. */
  get bytes(): number {
    return this.#statements.bytes.get() ?? 0;
  }

  /** Deletes up to `limit` of those that arrived first, as long as they arrived before `beforeMs` or take more than `maxBytes`; returns how many. */
  prune({ beforeMs, maxBytes, limit }: { beforeMs: number; maxBytes: number; limit: number }): number {
    let { bytes } = this;
    const gone = [];
    for (const event of this.#statements.oldest.all(limit)) {
      if (event.receivedMs >= beforeMs && bytes <= maxBytes) break;
      bytes -= event.bytes + ROW_BYTES;
      gone.push(event);
    }
    const last = gone.at(-1);
    if (!last) return 0;
    for (const { door, epoch, seq } of gone) if (epoch !== null) this.#statements.pruned.run(seq, door, epoch);
    this.#statements.grow.run(bytes - this.bytes);
    this.#statements.deleteThrough.run(last.row);
    return gone.length;
  }

  /** That a door was heard of. */
  heard(door: Uint8Array, atMs: number): void {
    this.#statements.uploaded.run(door, atMs);
  }

  /** When each door was last heard of, by the backend's clock. */
  lastHeard(): { door: Buffer; lastMs: number }[] {
    return this.#statements.uploads.all();
  }
}
