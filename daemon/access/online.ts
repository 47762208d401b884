import type { Clock, Timer } from '../base/clock.ts';
import { InFlight } from '../base/in-flight.ts';
import type { StatusBoard } from '../base/status.ts';
import { BackendConnection, type BackendAddress } from './backend-connection.ts';
import { readAnswer, readFailure, refusalOf, type NoAnswer, type OnlineAnswer } from './online-answer.ts';

export interface OnlineOptions extends BackendAddress {
  /** This door, as the backend lists it (RUUID). */
  doorUuid: string;
  /** How long a visitor waits for the backend. */
  deadlineMs: number;
  clock: Clock;
  status: StatusBoard;
  /** Told of the time in every answer; the connection proves who said it. */
  onServerTime?: (serverMs: number) => void;
}

export interface OnlineQuestion {
  /** The attempt's id; the backend counts one nonce once. */
  nonce: string;
  /** What the QR code holds. */
  text: string;
  tokenId: string;
  /** Told when a verdict comes after the deadline. */
  onLate: (answer: OnlineAnswer) => void;
}

const VALIDATE_PATH = '/api/accesscontrol/qr/validateQRAccessCode';
const WARM_PATH = '/api/postern/keyset';
const MAX_ANSWER_BYTES = 16_384;
/** How long a late answer is waited for, and how many of them at a time [S9]. */
const LATE_MS = 10_000;
const MAX_LATE = 4;
/** More often than servers close a connection that is not used (commonly 60 s). */
const WARM_EVERY_MS = 30_000;
const WARM_LIMIT_MS = 5_000;

/** Asks the backend for a verdict: one attempt inside a deadline. It never rejects; what became of it is in the answer. */
export class OnlineValidator {
  readonly #o: OnlineOptions;
  readonly #connection: BackendConnection;
  readonly #inFlight = new InFlight();
  readonly #requests = new Set<AbortController>();
  /** Those of them whose deadline is over, oldest first. */
  readonly #late = new Set<AbortController>();
  #fault: NoAnswer | undefined;
  #warmTimer: Timer | undefined;

  constructor(options: OnlineOptions) {
    this.#o = options;
    this.#connection = new BackendConnection(options);
  }

  /** Opens a connection now and keeps one open, so that it is there before anyone comes. */
  start(): void {
    this.#warmTimer = this.#o.clock.after(WARM_EVERY_MS, () => this.start());
    void this.warm();
  }

  /** Opens a connection, and finds out how the backend is. */
  async warm(): Promise<void> {
    const abort = new AbortController();
    const timer = this.#o.clock.after(WARM_LIMIT_MS, () => abort.abort());
    const fault = await this.#track(this.#greet(abort.signal), abort);
    timer.cancel();
    if (fault) this.#report(fault);
    // That it is there again says nothing of how it answers: such a fault stands until an answer mends it.
    else if (this.#fault === undefined || this.#fault.kind === 'timeout' || this.#fault.kind === 'unreachable') this.#report(undefined);
  }

  /** Resolves by the deadline. */
  async validate(question: OnlineQuestion): Promise<OnlineAnswer> {
    const abort = new AbortController();
    const asked = this.#track(this.#ask(question, abort.signal), abort);
    const inTime = await this.#withDeadline(asked);
    if (!inTime) this.#awaitLate(asked, abort, question);
    const answer = inTime ?? { kind: 'timeout', detail: `The backend did not answer within ${this.#o.deadlineMs} ms.` };
    this.#report('detail' in answer ? answer : undefined);
    this.#tellTime(answer);
    return answer;
  }

  /** Resolves when no request is under way. */
  idle(): Promise<void> {
    return this.#inFlight.idle();
  }

  /** Ends what is under way and lets go of the connections. */
  async close(): Promise<void> {
    this.#warmTimer?.cancel();
    for (const request of this.#requests) request.abort();
    this.#connection.close();
    await this.idle();
  }

  async #ask(question: OnlineQuestion, signal: AbortSignal): Promise<OnlineAnswer> {
    try {
      const { nonce, text: code, tokenId } = question;
      const json = { nonce, doorUuid: this.#o.doorUuid, code, tokenId, timestampMs: Math.round(this.#o.clock.wallMs()) };
      const response = await this.#connection.request({ path: VALIDATE_PATH, json, signal, maxBytes: MAX_ANSWER_BYTES });
      if (response.status === 200) return readAnswer(await response.text(), nonce);
      return await refusalOf(response);
    } catch (thrown) {
      return readFailure(thrown);
    }
  }

  /** The key set is small, and behind the same door of the backend as everything else. */
  async #greet(signal: AbortSignal): Promise<NoAnswer | undefined> {
    try {
      const response = await this.#connection.request({ path: WARM_PATH, signal, maxBytes: MAX_ANSWER_BYTES });
      if (!response.ok) return await refusalOf(response);
      await response.arrayBuffer();
      return undefined;
    } catch (thrown) {
      return readFailure(thrown);
    }
  }

  /** The answer, or undefined when the deadline was first. */
  #withDeadline(asked: Promise<OnlineAnswer>): Promise<OnlineAnswer | undefined> {
    return new Promise((resolve) => {
      const timer = this.#o.clock.after(this.#o.deadlineMs, () => resolve(undefined));
      void asked.then((answer) => {
        timer.cancel();
        resolve(answer);
      });
    });
  }

  #awaitLate(asked: Promise<OnlineAnswer>, abort: AbortController, question: OnlineQuestion): void {
    this.#late.add(abort);
    if (this.#late.size > MAX_LATE) this.#giveUp([...this.#late][0] as AbortController);
    const timer = this.#o.clock.after(LATE_MS, () => this.#giveUp(abort));
    void this.#inFlight.track(asked.then((answer) => {
      timer.cancel();
      this.#late.delete(abort);
      if ('detail' in answer) return;
      this.#tellTime(answer);
      question.onLate(answer);
    }));
  }

  #giveUp(late: AbortController): void {
    this.#late.delete(late);
    late.abort();
  }

  #tellTime(answer: OnlineAnswer): void {
    if ('serverTimeMs' in answer) this.#o.onServerTime?.(answer.serverTimeMs);
  }

  #report(fault: NoAnswer | undefined): void {
    this.#fault = fault;
    const { tlsProblem } = this.#connection;
    const detail = [fault?.detail ?? '', tlsProblem && `${tlsProblem} The old ones stay in use.`].filter((sentence) => sentence !== '').join(' ');
    this.#o.status.report('backend', detail === '' ? 'ok' : 'degraded', detail);
  }

  #track<T>(work: Promise<T>, abort: AbortController): Promise<T> {
    this.#requests.add(abort);
    return this.#inFlight.track(work.finally(() => this.#requests.delete(abort)));
  }
}
