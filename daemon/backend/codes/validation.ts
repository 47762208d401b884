import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { uuidBytes } from '../../base/ids.ts';
import { readToken, stepOf, verifyTokenAside, type ReadToken, type UnverifiedToken } from '../../base/token.ts';
import type { DenialReason } from '../../base/verdict.ts';
import { ApiError } from '../../base/http/api-error.ts';
import type { Doors } from '../doors.ts';
import type { OfflineCount, OfflineUse } from './offline-use.ts';
import { rule, type Ruling, type RulingFacts } from './ruling.ts';
import type { SharedCommits } from '../shared-commits.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';
import type { Store } from '../store.ts';
import { UseRows } from './use-rows.ts';

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
  /** The schedule of the door that the code is bound to. The door judges it, for only the door has it. */
  hours?: string;
  serverTimeMs: number;
}

export interface ValidationOptions {
  store: Store;
  commits: SharedCommits;
  clock: Clock;
  keys: SigningKeys;
  doors: Doors;
  maxTokenDays: number;
}

/** A code as it was shown, taken apart. */
interface ShownCode {
  read: ReadToken;
  isSigned: boolean;
  /** SHA-256 of its text. */
  digest: Buffer;
}

/** Longer than any token lives, and so than any retry of an attempt with it. */
const KEPT_MS = 400 * 86_400_000;

/** Answers doors, and counts what they granted by themselves. Looking up, ruling, counting and remembering are one transaction. */
export class Validation {
  readonly #options: ValidationOptions;
  readonly #rows: UseRows;

  constructor(options: ValidationOptions) {
    this.#options = options;
    this.#rows = new UseRows(options.store);
  }

  /**
   * Resolves when the answer, and what it counted, is on disk. Rejects with ApiError('nonce-reused') when the nonce named
   * another attempt before, and with the database's error when it cannot be put on disk: nothing was counted then.
   */
  answer(question: Question): Promise<Answer> {
    return this.#options.commits.runAfter(this.#codeOf(question), (code) => this.#earlierAnswer(question, code) ?? this.#newAnswer(question, code));
  }

  /** What needs no database, done before the transaction and the signature beside this thread. */
  async #codeOf({ code }: Question): Promise<ShownCode> {
    const read = readToken(code);
    const key = read.ok ? this.#options.keys.tokenKey(read.token.keyId) : undefined;
    const isSigned = read.ok && key !== undefined && await verifyTokenAside(read.token, key.publicKey);
    return { read, isSigned, digest: createHash('sha256').update(code).digest() };
  }

  /**
   * Counts what a door granted without an answer in time. Runs in the caller's transaction. One attempt (nonce, door and
   * token) counts once, whether its question or its report comes first. It denies nothing and throws for nothing that a
   * door can send: the visitor is in, and a use too many is told as `overspent`.
   */
  countOffline(use: OfflineUse): OfflineCount {
    const token = uuidBytes(use.tokenId);
    const found = token && this.#rows.token(token, use.door);
    if (!found) return { counted: false, overspent: false, status: 'unknown' };
    const { status } = found;
    const reported = this.#rows.offlineUse(use.nonce, use.door, token);
    if (reported) return { counted: false, overspent: reported.overspent === 1, status };
    const counted = this.#rows.countedOnline(use.nonce, use.door, token) === undefined;
    const counts = counted && use.counts === 1 && found.uses !== null;
    const overspent = counts && found.spent >= (found.uses ?? Infinity);
    const nowMs = this.#options.clock.wallMs();
    if (counts) this.#count(token, use.door, Math.max(found.lastCountedAtMs ?? 0, Math.min(use.atMs, nowMs)));
    // A door whose clock is ahead must not spend the steps to come.
    if (counted && use.step !== undefined && use.step <= stepOf(nowMs) + 1) this.#rows.spendStep(token, use.door, use.step);
    this.#rows.rememberOffline({ ...use, token, counted: counts, overspent, nowMs, keptFromMs: nowMs - KEPT_MS });
    return { counted: counts, overspent, status };
  }

  #earlierAnswer(question: Question, { digest }: ShownCode): Answer | undefined {
    const row = this.#rows.answer(question.nonce);
    if (!row) return undefined;
    if (!row.door.equals(question.door) || !row.digest.equals(digest)) {
      throw new ApiError(409, 'nonce-reused', 'This nonce was used for another door or code. Draw a new one for every attempt.');
    }
    return JSON.parse(row.answer) as Answer;
  }

  #newAnswer(question: Question, { read, isSigned, digest }: ShownCode): Answer {
    const nowMs = this.#options.clock.wallMs();
    const ruling = read.ok ? this.#rule(question, read.token, isSigned, nowMs) : { granted: false as const, reason: read.reason };
    const answer = answerOf(question.nonce, ruling, read, nowMs);
    this.#rows.remember({
      ...question, digest, token: read.ok ? read.token.claims.id : null, counted: ruling.granted ? ruling.counts : null,
      nowMs, answer: JSON.stringify(answer), keptFromMs: nowMs - KEPT_MS,
    });
    return answer;
  }

  #rule({ nonce, door }: Question, token: UnverifiedToken, isSigned: boolean, nowMs: number): Ruling {
    const { keys, maxTokenDays } = this.#options;
    const { id } = token.claims;
    const found = this.#rows.token(id, door);
    const facts: RulingFacts = {
      nowMs, door, maxTokenDays, isSigned,
      keyState: keys.tokenKey(token.keyId)?.state,
      zoneMaster: keys.zoneMaster,
      status: found?.status,
      spent: found?.spent ?? 0,
      atDoor: { counted: found?.spentHere ?? 0, lastCountedAtMs: found?.lastCountedAtMs ?? undefined, lastStep: found?.lastStep ?? undefined },
      isReported: this.#rows.offlineUse(nonce, door, id) !== undefined,
    };
    const ruling = rule(token, facts);
    if (ruling.granted && ruling.step !== undefined) this.#rows.spendStep(id, door, ruling.step);
    if (ruling.granted && ruling.counts === 1) this.#count(id, door, nowMs);
    return ruling;
  }

  /** A door's list tells what was spent elsewhere: the use changes the lists of the token's other doors. */
  #count(token: Uint8Array, door: Uint8Array, atMs: number): void {
    this.#rows.count(token, door, atMs);
    for (const other of this.#rows.otherDoors(token, door)) this.#options.doors.listChanged(other, token);
  }
}

function answerOf(nonce: string, ruling: Ruling, read: ReadToken, serverTimeMs: number): Answer {
  if (!ruling.granted) return { nonce, verdict: 'denied', reason: ruling.reason, serverTimeMs };
  const hours = read.ok ? read.token.claims.hours : undefined;
  return { nonce, verdict: 'granted', extended: ruling.extended, ...(hours !== undefined && { hours }), serverTimeMs };
}
