import type { ListStatus } from '../../base/token-list-file.ts';
import type { Store } from '../store.ts';

/** What is on record of a token, seen from one door. */
export interface TokenAtDoor {
  status: ListStatus;
  uses: number | null;
  /** At all doors together. */
  spent: number;
  spentHere: number | null;
  lastCountedAtMs: number | null;
  lastStep: number | null;
}

interface AnswerRow {
  door: Buffer;
  digest: Buffer;
  answer: string;
}

export interface GivenAnswer {
  nonce: string;
  door: Uint8Array;
  digest: Uint8Array;
  token: Uint8Array | null;
  /** What a grant counted; null for a denial. */
  counted: 0 | 1 | null;
  nowMs: number;
  seenAtMs: number;
  answer: string;
  /** What was answered before that may be forgotten. */
  keptFromMs: number;
}

export interface ReportedUse {
  nonce: string;
  door: Uint8Array;
  token: Uint8Array;
  atMs: number;
  nowMs: number;
  counted: boolean;
  overspent: boolean;
  keptFromMs: number;
}

/** Uses, answers and reports in the database, one statement each made once: making one costs more than running it. */
export class UseRows {
  readonly #token;
  readonly #countToken;
  readonly #countDoor;
  readonly #spendStep;
  readonly #otherDoors;
  readonly #answer;
  readonly #remember;
  readonly #pruneAnswers;
  readonly #countedOnline;
  readonly #offlineUse;
  readonly #rememberOffline;
  readonly #pruneOffline;

  constructor(store: Store) {
    this.#token = store.prepare<[Uint8Array, Uint8Array], TokenAtDoor>(`
      SELECT t.status, t.uses, t.spent, d.spent AS spentHere, d.last_counted_ms AS lastCountedAtMs, d.last_step AS lastStep
      FROM tokens t LEFT JOIN token_doors d ON d.token = t.id AND d.door = ? WHERE t.id = ?`);
    this.#countToken = store.prepare('UPDATE tokens SET spent = spent + 1 WHERE id = ?');
    this.#countDoor = store.prepare('UPDATE token_doors SET spent = spent + 1, last_counted_ms = ? WHERE door = ? AND token = ?');
    this.#spendStep = store.prepare('UPDATE token_doors SET last_step = max(coalesce(last_step, 0), ?) WHERE door = ? AND token = ?');
    this.#otherDoors = store.prepare<[Uint8Array, Uint8Array], Buffer>('SELECT door FROM token_doors WHERE token = ? AND door <> ?').pluck();
    this.#answer = store.prepare<[string], AnswerRow>('SELECT door, code_digest AS digest, answer FROM answers WHERE nonce = ?');
    this.#remember = store.prepare('INSERT INTO answers (nonce, door, code_digest, at_ms, seen_at_ms, answer, token, counted) VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    // Two out for one in, so that neither table outgrows its time [S9].
    this.#pruneAnswers = store.prepare('DELETE FROM answers WHERE nonce IN (SELECT nonce FROM answers WHERE at_ms < ? LIMIT 2)');
    // Answers of before this column was there have no token.
    this.#countedOnline = store.prepare<[string, Uint8Array, Uint8Array], 0 | 1>('SELECT counted FROM answers WHERE nonce = ? AND door = ? AND (token = ? OR token IS NULL) AND counted IS NOT NULL').pluck();
    this.#offlineUse = store.prepare<[string, Uint8Array, Uint8Array], { overspent: 0 | 1 }>('SELECT overspent FROM offline_uses WHERE nonce = ? AND door = ? AND token = ?');
    this.#rememberOffline = store.prepare('INSERT INTO offline_uses (nonce, door, token, at_ms, reported_at_ms, counted, overspent) VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#pruneOffline = store.prepare('DELETE FROM offline_uses WHERE (nonce, door, token) IN (SELECT nonce, door, token FROM offline_uses WHERE reported_at_ms < ? LIMIT 2)');
  }

  token(token: Uint8Array, door: Uint8Array): TokenAtDoor | undefined {
    return this.#token.get(door, token);
  }

  count(token: Uint8Array, door: Uint8Array, atMs: number): void {
    this.#countToken.run(token);
    this.#countDoor.run(atMs, door, token);
  }

  spendStep(token: Uint8Array, door: Uint8Array, step: number): void {
    this.#spendStep.run(step, door, token);
  }

  otherDoors(token: Uint8Array, door: Uint8Array): Uint8Array[] {
    return this.#otherDoors.all(token, door);
  }

  answer(nonce: string): AnswerRow | undefined {
    return this.#answer.get(nonce);
  }

  remember(given: GivenAnswer): void {
    this.#remember.run(given.nonce, given.door, given.digest, given.nowMs, given.seenAtMs, given.answer, given.token, given.counted);
    this.#pruneAnswers.run(given.keptFromMs);
  }

  /** What the grant of this attempt counted; undefined when the backend did not grant it. */
  countedOnline(nonce: string, door: Uint8Array, token: Uint8Array): 0 | 1 | undefined {
    return this.#countedOnline.get(nonce, door, token);
  }

  offlineUse(nonce: string, door: Uint8Array, token: Uint8Array): { overspent: 0 | 1 } | undefined {
    return this.#offlineUse.get(nonce, door, token);
  }

  rememberOffline(use: ReportedUse): void {
    this.#rememberOffline.run(use.nonce, use.door, use.token, use.atMs, use.nowMs, use.counted ? 1 : 0, use.overspent ? 1 : 0);
    this.#pruneOffline.run(use.keptFromMs);
  }
}
