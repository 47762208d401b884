import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import type { ListStatus } from '../../base/token-list-file.ts';
import type { Store } from '../store.ts';

/** Which codes; what is left out restricts nothing. */
export interface CodeFilter {
  /** Codes for this door, be it their first or another. */
  door?: Uint8Array | undefined;
  status?: ListStatus | undefined;
  principal?: string | undefined;
  includeExpired: boolean;
}

/** Codes are listed by their end and, of the same end, by their id: an order that nothing changes. */
export interface CodePlace {
  expiresAtS: number;
  /** RUUID. */
  id: string;
}

export interface ListedCode extends CodePlace {
  /** RUUID of the first of its doors. */
  door: string;
  principal: string | null;
  status: ListStatus;
  /** Null for a code without a limit. */
  uses: number | null;
  /** Uses counted at all doors together. */
  spent: number;
}

export interface CodePage {
  codes: ListedCode[];
  /** Where the next page begins; undefined when this was the last. */
  next: CodePlace | undefined;
}

/** Ids in hex: as text they cost a fraction of what a buffer each costs. */
interface Row extends ListedCode {
  fits: 0 | 1;
}

/** So many codes are looked at in one turn of the loop, so that no door waits long for its answer. */
const TURN = 500;
/** A page that passed over so many which do not fit ends with what it has: no question costs more than this [S9]. */
const MOST_PASSED_OVER = 2_000;
const AFTER_ALL_IDS = Buffer.alloc(17, 0xff).toString('base64url');

/** Lists codes a page at a time, however many there are. */
export class CodeListing {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async page(filter: CodeFilter, size: number, after?: CodePlace): Promise<CodePage> {
    const codes: ListedCode[] = [];
    let place = this.#beginning(filter, after);
    for (let passedOver = 0; passedOver < MOST_PASSED_OVER;) {
      const rows = this.#rows(filter, place);
      for (const { fits, ...row } of rows) {
        const code = { ...row, id: ruuidOfHex(row.id), door: ruuidOfHex(row.door) };
        place = code;
        if (fits === 1) codes.push(code);
        else passedOver++;
        if (codes.length === size) return { codes, next: place };
      }
      if (rows.length < TURN) return { codes, next: undefined };
      await nextTurn();
    }
    return { codes, next: place };
  }

  #beginning({ includeExpired }: CodeFilter, after: CodePlace | undefined): CodePlace {
    const earliest = includeExpired ? -1 : Math.floor(this.#clock.wallMs() / 1000);
    return after && after.expiresAtS > earliest ? after : { expiresAtS: earliest, id: AFTER_ALL_IDS };
  }

  /** Goes along the order of the filter that leaves the fewest and tells of each whether it fits the others. */
  #rows(filter: CodeFilter, { expiresAtS, id }: CodePlace): Row[] {
    const { from, where, order } = orderOf(filter);
    return this.#store.prepare<[Record<string, unknown>], Row>(`
      SELECT hex(t.id) AS id, hex(t.first_door) AS door, t.expires_at_s AS expiresAtS, t.principal, t.status, t.uses, t.spent,
        (:status IS NULL OR t.status = :status) AND (:door IS NULL OR EXISTS (SELECT 1 FROM token_doors d WHERE d.door = :door AND d.token = t.id)) AS fits
      FROM ${from} WHERE ${where} (${order}) > (:expiresAtS, :id) ORDER BY ${order} LIMIT ${TURN}`)
      .all({ door: filter.door ?? null, status: filter.status ?? null, principal: filter.principal ?? null, expiresAtS, id: Buffer.from(id, 'base64url') });
  }
}

function ruuidOfHex(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url');
}

/** Most codes are active, so that this leaves more than a door. */
function orderOf({ principal, door, status }: CodeFilter): { from: string; where: string; order: string } {
  const order = 't.expires_at_s, t.id';
  if (principal !== undefined) return { from: 'tokens t', where: 't.principal = :principal AND', order };
  if (door && (!status || status === 'active')) return { from: 'listed_by_door l JOIN tokens t ON t.id = l.token', where: 'l.door = :door AND', order: 'l.expires_at_s, l.token' };
  if (status) return { from: 'tokens t', where: 't.status = :status AND', order };
  return { from: 'tokens t', where: '', order };
}
