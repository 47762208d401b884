import { createHash } from 'node:crypto';
import type { Store } from '../store.ts';
import { ApiError } from '../../base/http/api-error.ts';
import type { IssueRequest } from './issue-request.ts';

interface RequestRow {
  digest: Buffer;
  token: Buffer;
  expiresAtS: number;
}

/** What was asked for under a `requestId`, so that asking again, after an answer that was lost, issues nothing. */
export class RepeatedRequests {
  readonly #select;
  readonly #insert;
  readonly #prune;
  readonly #forget;

  constructor(store: Store) {
    this.#select = store.prepare<[string], RequestRow>('SELECT digest, token, expires_at_s AS expiresAtS FROM issue_requests WHERE id = ?');
    this.#insert = store.prepare('INSERT OR REPLACE INTO issue_requests (id, digest, token, expires_at_s) VALUES (?, ?, ?, ?)');
    this.#prune = store.prepare('DELETE FROM issue_requests WHERE id IN (SELECT id FROM issue_requests WHERE expires_at_s <= ? LIMIT 2)');
    this.#forget = store.prepare('DELETE FROM issue_requests WHERE id = ?');
  }

  /** The token that this very request got before; undefined for a new one. Throws ApiError(409 'request-id-reused') when its id named another request. */
  earlierToken(request: IssueRequest, doors: Uint8Array[], principal: string | undefined, nowS: number): Uint8Array | undefined {
    if (request.requestId === undefined) return undefined;
    const row = this.#select.get(request.requestId);
    if (!row || row.expiresAtS <= nowS) return undefined;
    if (row.digest.equals(digestOf(request, doors, principal))) return row.token;
    throw new ApiError(409, 'request-id-reused', 'This requestId was used for another request. Draw a new one for every code, and send it again only with the same request.');
  }

  /** To be called in the transaction that issues the token. */
  remember(request: IssueRequest, doors: Uint8Array[], principal: string | undefined, token: { id: Uint8Array; expiresAtS: number }, nowS: number): void {
    if (request.requestId === undefined) return;
    this.#insert.run(request.requestId, digestOf(request, doors, principal), token.id, token.expiresAtS);
    // Two out for one in, so that the table never outgrows the codes it is about [S9].
    this.#prune.run(nowS);
  }

  forget(requestId: string): void {
    this.#forget.run(requestId);
  }
}

/** Of everything that shapes the code, however its doors were written; not of how the answer shall look. */
function digestOf(request: IssueRequest, doors: Uint8Array[], principal: string | undefined): Buffer {
  const { validS, notBeforeMs, uses, reentryGraceS, hours, extended = false, rotating = false, holder = {} } = request;
  const shape = [doors.map((door) => Buffer.from(door).toString('hex')), validS, notBeforeMs, uses, reentryGraceS, hours, extended, rotating, holder.name, holder.email, principal];
  return createHash('sha256').update(JSON.stringify(shape.map((value) => value ?? null))).digest();
}
