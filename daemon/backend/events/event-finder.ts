import type { Store } from '../store.ts';
import { People, type Person } from './people.ts';
import { mergeSlices, sliceQueries, type Place, type Slice } from './event-slices.ts';

export interface EventQuery {
  /** 16 bytes each; absent: all. */
  doors?: readonly Uint8Array[] | undefined;
  types?: readonly string[] | undefined;
  /** Tokens, 16 bytes each. */
  tokens?: readonly Uint8Array[] | undefined;
  /** Only what is about some token. */
  hasToken?: boolean;
  /** Part of a holder's name or e-mail address, or of the audit principal; upper and lower case are the same. */
  person?: string | undefined;
  /** By the doors' clocks; the first is included, the second is not. */
  fromMs?: number | undefined;
  beforeMs?: number | undefined;
  newestFirst: boolean;
  limit: number;
  /** Where the page before ended. */
  after?: Place | undefined;
}

/** An event as it was found. */
export interface FoundEvent {
  row: number;
  id: string;
  door: Buffer;
  type: string;
  atMs: number;
  receivedMs: number;
  token: Buffer | null;
  seq: number | null;
  fault: string | null;
  event: Record<string, unknown> & { type: string };
  person: Person | undefined;
}

type Row = Omit<FoundEvent, 'event' | 'person'> & { body: string };

/** So many events at a time are looked at, at most, when few of those there are fit. */
const LARGEST_STEP = 2_000;

/** Finds events a page at a time, by indexes, in the order of their own times. */
export class EventFinder {
  readonly #store: Store;
  readonly #people: People;

  constructor(store: Store) {
    this.#store = store;
    this.#people = new People(store);
  }

  /** The page, and where the next one begins; undefined when it was the last. */
  find(query: EventQuery): { events: FoundEvent[]; next: Place | undefined } {
    const { person } = query;
    if (person === undefined) return this.#page(query, query.limit, () => true);
    const tokens = this.#people.tokensOf(person);
    // Few tokens have few events, found by the token; with many tokens every so-manieth event fits.
    if (tokens) return this.#page({ ...query, tokens: both(query.tokens, tokens) }, query.limit, () => true);
    return this.#page({ ...query, hasToken: true }, query.limit, (row) => row.token !== null && this.#people.matches(row.token, person));
  }

  /** Walks on, each step larger than the one before, until the page is full. */
  #page(query: EventQuery, firstStep: number, fits: (row: Row) => boolean): { events: FoundEvent[]; next: Place | undefined } {
    const found: Row[] = [];
    for (let { after } = query, step = firstStep; ; step = Math.max(step, Math.min(2 * step, LARGEST_STEP))) {
      const rows = this.#rows({ ...query, after, limit: step });
      for (const row of rows.filter(fits)) {
        found.push(row);
        if (found.length === query.limit) return { events: found.map((one) => this.#read(one)), next: { atMs: row.atMs, row: row.row } };
      }
      const last = rows.at(-1);
      if (rows.length < step || !last) return { events: found.map((one) => this.#read(one)), next: undefined };
      after = { atMs: last.atMs, row: last.row };
    }
  }

  #rows(query: EventQuery): Row[] {
    const slices: Slice[][] = sliceQueries(query).map(({ sql, values }) => this.#store.prepare<unknown[], Slice>(sql).all(...values));
    const rows = mergeSlices(slices, query).map(({ row }) => row);
    const get = this.#store.prepare<[number], Row>('SELECT row, id, door, type, at_ms AS atMs, received_ms AS receivedMs, token, seq, fault, body FROM events WHERE row = ?');
    return rows.flatMap((row) => get.get(row) ?? []);
  }

  #read({ body, ...row }: Row): FoundEvent {
    return { ...row, event: JSON.parse(body) as FoundEvent['event'], person: row.token === null ? undefined : this.#people.ofToken(row.token) };
  }
}

function both(asked: readonly Uint8Array[] | undefined, tokens: Uint8Array[]): readonly Uint8Array[] {
  return asked ? tokens.filter((token) => asked.some((one) => Buffer.compare(one, token) === 0)) : tokens;
}
