import type { Store } from '../store.ts';
import type { Around, Attempt, History } from './alert-rule.ts';

interface Row {
  id: string;
  door: Buffer;
  atMs: number;
  type: string;
  reason: string | null;
  token: Buffer | null;
}

const COLUMNS = 'SELECT id, door, at_ms AS atMs, type, reason, token FROM events INDEXED BY';
const TYPES = ['access-granted', 'access-denied'];

/** Attempts in the table of events, found by its indexes. */
export class AttemptHistory implements History {
  readonly #atDoor: Nearest;
  readonly #ofToken: Nearest;
  readonly #ofTokenFor: Nearest;

  constructor(store: Store) {
    this.#atDoor = nearest(store, 'events_by_door_and_type', 'door = ? AND type = ?');
    this.#ofToken = nearest(store, 'events_by_token', `token = ? AND type IN ('${TYPES.join('\', \'')}')`);
    this.#ofTokenFor = nearest(store, 'events_by_token', 'token = ? AND reason = ?');
  }

  atDoor(door: Uint8Array, around: Around): Attempt[] {
    // By type, for so the index has each in order; of both the nearest are kept.
    const both = TYPES.map((type) => this.#atDoor([door, type], around));
    const before = inOrder(both.flatMap((rows) => rows.before)).slice(-around.each);
    const after = inOrder(both.flatMap((rows) => rows.after)).slice(0, around.each);
    return [...before, ...after].map(attemptOf);
  }

  ofToken(token: Uint8Array, around: Around): Attempt[] {
    const { before, after } = around.reason === undefined ? this.#ofToken([token], around) : this.#ofTokenFor([token, around.reason], around);
    return inOrder([...before, ...after]).map(attemptOf);
  }
}

type Nearest = (values: unknown[], around: Around) => { before: Row[]; after: Row[] };

/** The index is named, for SQLite, which knows nothing of how the events are spread, would take another. */
function nearest(store: Store, index: string, where: string): Nearest {
  const before = store.prepare<unknown[], Row>(`${COLUMNS} ${index} WHERE ${where} AND at_ms <= ? AND at_ms >= ? ORDER BY at_ms DESC LIMIT ?`);
  const after = store.prepare<unknown[], Row>(`${COLUMNS} ${index} WHERE ${where} AND at_ms > ? AND at_ms <= ? ORDER BY at_ms LIMIT ?`);
  return (values, { atMs, withinMs, each }) => ({
    before: before.all(...values, atMs, atMs - withinMs, each),
    after: after.all(...values, atMs, atMs + withinMs, each),
  });
}

function inOrder(rows: Row[]): Row[] {
  return rows.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
}

function attemptOf({ type, reason, token, ...row }: Row): Attempt {
  return { ...row, outcome: type === 'access-granted' ? 'granted' : 'denied', reason: reason ?? undefined, token: token ?? undefined };
}
