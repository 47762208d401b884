import type { Store } from '../store.ts';

/** Who a token is for, and on whose behalf it was issued. */
export interface Person {
  name: string | null;
  email: string | null;
  auditPrincipal: string | null;
}

/** More tokens than this are not looked up one by one. */
const FEW = 200;
/** The index is of three characters at a time; for less, all people are looked through. */
const INDEXED_CHARS = 3;

/** The people behind tokens: personal data, for whoever may read events, never for a log line [S7]. */
export class People {
  readonly #ofToken;
  readonly #fit;
  readonly #fitShort;

  constructor(store: Store) {
    const COLUMNS = 'holder_name AS name, holder_email AS email, principal AS auditPrincipal';
    this.#ofToken = store.prepare<[Uint8Array], Person>(`SELECT ${COLUMNS} FROM tokens WHERE id = ?`);
    this.#fit = store.prepare<[string, number], Buffer>('SELECT p.token FROM people_search s JOIN token_people p ON p.number = s.rowid WHERE s.person MATCH ? LIMIT ?').pluck();
    this.#fitShort = store.prepare<[string, number], Buffer>('SELECT token FROM token_people WHERE person LIKE ? ESCAPE \'\\\' LIMIT ?').pluck();
  }

  ofToken(token: Uint8Array): Person | undefined {
    const person = this.#ofToken.get(token);
    return person && Object.values(person).some((value) => value !== null) ? person : undefined;
  }

  /** The tokens of whoever fits, when they are few; undefined when they are many. */
  tokensOf(part: string): Uint8Array[] | undefined {
    const tokens = [...part].length < INDEXED_CHARS
      ? this.#fitShort.all(`%${part.replaceAll(/[\\%_]/g, '\\$&')}%`, FEW + 1)
      : this.#fit.all(`"${part.replaceAll('"', '""')}"`, FEW + 1);
    return tokens.length > FEW ? undefined : tokens;
  }

  matches(token: Uint8Array, part: string): boolean {
    const person = this.ofToken(token);
    return person !== undefined && Object.values(person).some((value: string | null) => value !== null && folded(value).includes(folded(part)));
  }
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
