import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { readToken, type UnverifiedToken } from '../../base/token.ts';
import type { ListStatus } from '../../base/token-list-file.ts';
import type { DenialReason } from '../../base/verdict.ts';
import { ApiError } from '../http/api-error.ts';
import type { Doors } from '../doors.ts';
import { rule, type Ruling, type RulingFacts } from './ruling.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';
import type { Store } from '../store.ts';

export interface Question {
  /** The door's own name for the attempt; asking again with it gets the same answer and counts nothing. */
  nonce: string;
  door: Uint8Array;
  /** What the QR code holds. */
  code: string;
  /** Wall milliseconds by the door's clock. */
  seenAtMs: number;
}

export interface Answer {
  nonce: string;
  verdict: 'granted' | 'denied';
  reason?: DenialReason;
  /** Release for the extended (accessibility) time. */
  extended?: boolean;
  serverTimeMs: number;
}

export interface ValidationOptions {
  store: Store;
  clock: Clock;
  keys: SigningKeys;
  doors: Doors;
  maxTokenDays: number;
}

interface OnRecord {
  status: ListStatus;
  spent: number;
  spentHere: number | null;
  lastCountedAtMs: number | null;
  lastStep: number | null;
}

/** Longer than any token lives, and so than any retry of an attempt with it. */
const ANSWERS_KEPT_MS = 400 * 86_400_000;

/** Answers doors. Looking up, ruling, counting and remembering the answer are one durable transaction. */
export class Validation {
  readonly #options: ValidationOptions;

  constructor(options: ValidationOptions) {
    this.#options = options;
  }

  /** Throws ApiError('nonce-reused') when the nonce named another attempt before. */
  answer(question: Question): Answer {
    return this.#options.store.transaction(() => this.#earlierAnswer(question) ?? this.#newAnswer(question)).immediate();
  }

  #earlierAnswer(question: Question): Answer | undefined {
    const row = this.#options.store.prepare<[string], { door: Buffer; digest: Buffer; answer: string }>('SELECT door, code_digest AS digest, answer FROM answers WHERE nonce = ?').get(question.nonce);
    if (!row) return undefined;
    if (!row.door.equals(question.door) || !row.digest.equals(digestOf(question.code))) {
      throw new ApiError(409, 'nonce-reused', 'This nonce was used for another door or code. Draw a new one for every attempt.');
    }
    return JSON.parse(row.answer) as Answer;
  }

  #newAnswer(question: Question): Answer {
    const nowMs = this.#options.clock.wallMs();
    const read = readToken(question.code);
    const ruling = read.ok ? this.#rule(read.token, question.door, nowMs) : { granted: false as const, reason: read.reason };
    const answer: Answer = ruling.granted
      ? { nonce: question.nonce, verdict: 'granted', extended: ruling.extended, serverTimeMs: nowMs }
      : { nonce: question.nonce, verdict: 'denied', reason: ruling.reason, serverTimeMs: nowMs };
    this.#remember(question, answer);
    return answer;
  }

  #rule(token: UnverifiedToken, door: Uint8Array, nowMs: number): Ruling {
    const { keys, maxTokenDays } = this.#options;
    const onRecord = this.#onRecord(token.claims.id, door);
    const facts: RulingFacts = {
      nowMs, door, maxTokenDays,
      key: keys.tokenKey(token.keyId),
      zoneMaster: keys.zoneMaster,
      status: onRecord?.status,
      spent: onRecord?.spent ?? 0,
      atDoor: { counted: onRecord?.spentHere ?? 0, lastCountedAtMs: onRecord?.lastCountedAtMs ?? undefined, lastStep: onRecord?.lastStep ?? undefined },
    };
    const ruling = rule(token, facts);
    if (ruling.granted) this.#spend(token.claims.id, door, ruling.counts, ruling.step, nowMs);
    return ruling;
  }

  #onRecord(token: Uint8Array, door: Uint8Array): OnRecord | undefined {
    return this.#options.store.prepare<[Uint8Array, Uint8Array], OnRecord>(`
      SELECT t.status, t.spent, d.spent AS spentHere, d.last_counted_ms AS lastCountedAtMs, d.last_step AS lastStep
      FROM tokens t LEFT JOIN token_doors d ON d.token = t.id AND d.door = ? WHERE t.id = ?`).get(door, token);
  }

  #spend(token: Uint8Array, door: Uint8Array, counts: 0 | 1, step: number | undefined, nowMs: number): void {
    const { store, doors } = this.#options;
    if (step !== undefined) store.prepare('UPDATE token_doors SET last_step = ? WHERE door = ? AND token = ?').run(step, door, token);
    if (counts === 0) return;
    store.prepare('UPDATE tokens SET spent = spent + 1 WHERE id = ?').run(token);
    store.prepare('UPDATE token_doors SET spent = spent + 1, last_counted_ms = ? WHERE door = ? AND token = ?').run(nowMs, door, token);
    // A door's list tells what was spent elsewhere: the use changes the lists of the token's other doors.
    const others = store.prepare<[Uint8Array, Uint8Array], Buffer>('SELECT door FROM token_doors WHERE token = ? AND door <> ?').pluck().all(token, door);
    for (const other of others) doors.listChanged(other, token);
  }

  #remember(question: Question, answer: Answer): void {
    const { store } = this.#options;
    store.prepare('INSERT INTO answers (nonce, door, code_digest, at_ms, seen_at_ms, answer) VALUES (?, ?, ?, ?, ?, ?)')
      .run(question.nonce, question.door, digestOf(question.code), answer.serverTimeMs, question.seenAtMs, JSON.stringify(answer));
    // Two out for one in, so that the table never outgrows its time [S9].
    store.prepare('DELETE FROM answers WHERE nonce IN (SELECT nonce FROM answers WHERE at_ms < ? LIMIT 2)').run(answer.serverTimeMs - ANSWERS_KEPT_MS);
  }
}

function digestOf(code: string): Buffer {
  return createHash('sha256').update(code).digest();
}
