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

const COLUMNS = 'SELECT id, door, at_ms AS atMs, type, body ->> \'reason\' AS reason, token FROM events';
const TYPES = ['access-granted', 'access-denied'];

/** Attempts in the table of events, found by its indexes. */
export class AttemptHistory implements History {
  readonly #atDoor;
  readonly #ofToken;

  constructor(store: Store) {
    const both = (where: string): { before: string; after: string } => ({
      before: `${COLUMNS} WHERE ${where} AND at_ms <= ? AND at_ms >= ? ORDER BY at_ms DESC LIMIT ?`,
      after: `${COLUMNS} WHERE ${where} AND at_ms > ? AND at_ms <= ? ORDER BY at_ms LIMIT ?`,
    });
    const byDoor = both('door = ? AND type = ?');
    const byToken = both(`token = ? AND type IN ('${TYPES.join('\', \'')}')`);
    this.#atDoor = { before: store.prepare<unknown[], Row>(byDoor.before), after: store.prepare<unknown[], Row>(byDoor.after) };
    this.#ofToken = { before: store.prepare<unknown[], Row>(byToken.before), after: store.prepare<unknown[], Row>(byToken.after) };
  }

  atDoor(door: Uint8Array, { atMs, withinMs, each }: Around): Attempt[] {
    // By type, for so the index has each in order; of both the nearest are kept.
    const before = TYPES.flatMap((type) => this.#atDoor.before.all(door, type, atMs, atMs - withinMs, each));
    const after = TYPES.flatMap((type) => this.#atDoor.after.all(door, type, atMs, atMs + withinMs, each));
    return inOrder([...inOrder(before).slice(-each), ...inOrder(after).slice(0, each)]).map(attemptOf);
  }

  ofToken(token: Uint8Array, { atMs, withinMs, each }: Around): Attempt[] {
    const before = this.#ofToken.before.all(token, atMs, atMs - withinMs, each);
    const after = this.#ofToken.after.all(token, atMs, atMs + withinMs, each);
    return inOrder([...before, ...after]).map(attemptOf);
  }
}

function inOrder(rows: Row[]): Row[] {
  return rows.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
}

function attemptOf({ type, reason, token, ...row }: Row): Attempt {
  return { ...row, outcome: type === 'access-granted' ? 'granted' : 'denied', reason: reason ?? undefined, token: token ?? undefined };
}
