import { PosternError } from './errors.ts';
import { compareIds, LIST_ENTRY_BYTES, LIST_ID_BYTES, orderProblem } from './token-list-entry.ts';

/** What turns the entries of one list into those of another. Each half ascending by id, no id in both. */
export interface ListEdits {
  /** Ids, 16 bytes each. One that is not there is no fault. */
  removed: Uint8Array;
  /** Entries, 19 bytes each: new ones, or in the place of the one with their id. */
  changed: Uint8Array;
}

/** Of records that begin with their id, ascending, the place of the first in `[from, end)` that is not before `id`. */
function placeOf(id: Uint8Array, idAt: number, records: Uint8Array, recordBytes: number, from = 0): number {
  let low = from / recordBytes;
  let high = records.length / recordBytes;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareIds(records, middle * recordBytes, id, idAt) < 0) low = middle + 1;
    else high = middle;
  }
  return low * recordBytes;
}

/** Why `edits` are none; undefined when they are. */
export function editsProblem({ removed, changed }: ListEdits): string | undefined {
  if (removed.length % LIST_ID_BYTES !== 0 || changed.length % LIST_ENTRY_BYTES !== 0) return 'a removed id or changed entry is cut off';
  for (let at = LIST_ID_BYTES; at < removed.length; at += LIST_ID_BYTES) {
    if (compareIds(removed, at - LIST_ID_BYTES, removed, at) >= 0) return 'its removed ids are not in ascending order, or one is there twice';
  }
  const problem = orderProblem(changed);
  if (problem) return problem;
  for (let at = 0; at < removed.length; at += LIST_ID_BYTES) {
    if (holds(changed, removed, at)) return 'an id is both removed and changed';
  }
  return undefined;
}

/**
 * The edits that bring any list whose entries differ from those of `block` at most in `ids` (16 bytes each, ascending) to
 * `block`. Ids too many cost bytes and do no harm, so whoever does not have the old list any more may name all that may differ.
 */
export function editsTo(block: Uint8Array, ids: Uint8Array): ListEdits {
  const removed = new Uint8Array(ids.length);
  const changed = new Uint8Array((ids.length / LIST_ID_BYTES) * LIST_ENTRY_BYTES);
  let removedTo = 0;
  let changedTo = 0;
  let from = 0;
  for (let at = 0; at < ids.length; at += LIST_ID_BYTES) {
    from = placeOf(ids, at, block, LIST_ENTRY_BYTES, from);
    if (from < block.length && compareIds(block, from, ids, at) === 0) {
      changed.set(block.subarray(from, from + LIST_ENTRY_BYTES), changedTo);
      changedTo += LIST_ENTRY_BYTES;
    } else {
      removed.set(ids.subarray(at, at + LIST_ID_BYTES), removedTo);
      removedTo += LIST_ID_BYTES;
    }
  }
  return { removed: removed.subarray(0, removedTo), changed: changed.subarray(0, changedTo) };
}

/**
 * The entries after the edits, for those before as they stream by: chunks of any size, cut anywhere, each copied before the next
 * is asked for. Throws PosternError('delta-refused') when they end within an entry.
 */
export function* editedEntries(entries: Iterable<Uint8Array>, edits: ListEdits): Generator<Uint8Array> {
  const cursor = new EditCursor(edits);
  let rest = new Uint8Array(0);
  for (const chunk of entries) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const whole = bytes.length - (bytes.length % LIST_ENTRY_BYTES);
    if (whole > 0) yield editedBlock(bytes.subarray(0, whole), cursor);
    rest = new Uint8Array(bytes.subarray(whole));
  }
  if (rest.length > 0) throw new PosternError('delta-refused', 'The delta was refused: the list it is for ends within an entry.');
  const behind = cursor.remainingEntries();
  if (behind.length > 0) yield behind;
}

/** Goes through removed and changed together, in the order of their ids. */
class EditCursor {
  readonly #edits: ListEdits;
  #removedAt = 0;
  #changedAt = 0;

  constructor(edits: ListEdits) {
    this.#edits = edits;
  }

  /** The next edit if its id is not after the one at `lastAt` of `block`. */
  next(block: Uint8Array, lastAt: number): { ids: Uint8Array; at: number; entry: Uint8Array | undefined } | undefined {
    const { removed, changed } = this.#edits;
    const removes = this.#removedAt < removed.length && (this.#changedAt >= changed.length || compareIds(removed, this.#removedAt, changed, this.#changedAt) < 0);
    const [ids, at] = removes ? [removed, this.#removedAt] : [changed, this.#changedAt];
    if (at >= ids.length || compareIds(ids, at, block, lastAt) > 0) return undefined;
    if (removes) this.#removedAt += LIST_ID_BYTES;
    else this.#changedAt += LIST_ENTRY_BYTES;
    return { ids, at, entry: removes ? undefined : changed.subarray(at, at + LIST_ENTRY_BYTES) };
  }

  /** How many bytes of entries come in before or at the entry at `lastAt` of `block`. */
  entryBytesUpTo(block: Uint8Array, lastAt: number): number {
    const { changed } = this.#edits;
    const at = placeOf(block, lastAt, changed, LIST_ENTRY_BYTES, this.#changedAt);
    const isThere = at < changed.length && compareIds(changed, at, block, lastAt) === 0;
    return at - this.#changedAt + (isThere ? LIST_ENTRY_BYTES : 0);
  }

  remainingEntries(): Uint8Array {
    return this.#edits.changed.slice(this.#changedAt);
  }
}

function editedBlock(block: Uint8Array, cursor: EditCursor): Uint8Array {
  const lastAt = block.length - LIST_ENTRY_BYTES;
  const out = new Uint8Array(block.length + cursor.entryBytesUpTo(block, lastAt));
  let from = 0;
  let to = 0;
  for (let edit = cursor.next(block, lastAt); edit; edit = cursor.next(block, lastAt)) {
    const at = placeOf(edit.ids, edit.at, block, LIST_ENTRY_BYTES, from);
    out.set(block.subarray(from, at), to);
    to += at - from;
    if (edit.entry) {
      out.set(edit.entry, to);
      to += LIST_ENTRY_BYTES;
    }
    from = at < block.length && compareIds(block, at, edit.ids, edit.at) === 0 ? at + LIST_ENTRY_BYTES : at;
  }
  out.set(block.subarray(from), to);
  return out.subarray(0, to + block.length - from);
}

function holds(changed: Uint8Array, ids: Uint8Array, idAt: number): boolean {
  const at = placeOf(ids, idAt, changed, LIST_ENTRY_BYTES);
  return at < changed.length && compareIds(changed, at, ids, idAt) === 0;
}
