import type { Clock } from './base/clock.ts';
import { PosternError, messageOf } from './base/errors.ts';
import type { EventDraft } from './base/events.ts';
import type { CodeSeen, Frame, Quad } from './base/frame.ts';
import { InFlight } from './base/in-flight.ts';
import type { Logger } from './base/logger.ts';
import { showingKey } from './base/token.ts';
import type { Verdict } from './base/verdict.ts';
import type { Decision, Validator } from './access/validator.ts';
import type { Door, ReleaseOutcome } from './door/door.ts';
import type { Evidence } from './record/evidence.ts';
import type { EventLog } from './record/event-log.ts';
import type { GarbageTally } from './record/garbage-tally.ts';
import type { QrReader } from './scan/qr.ts';
import type { ScanResult } from './scan/scan-result.ts';
import type { Showing, ShowingFilter } from './scan/showing-filter.ts';
import { isStale } from './scan/staleness.ts';

export interface PipelineOptions {
  qr: Pick<QrReader, 'read'>;
  showings: ShowingFilter;
  validator: Pick<Validator, 'decide'>;
  garbage: GarbageTally;
  events: Pick<EventLog, 'append' | 'newId'>;
  evidence: Pick<Evidence, 'remember' | 'capture'>;
  door: Pick<Door, 'grant'> & { readonly view: Pick<Door['view'], 'state'> };
  clock: Clock;
  log: Logger;
  maxFrameAgeMs: number;
  /** Told what each look at a frame came to, before anything is made of it; returns at once. */
  onLook?: (frame: Frame, seen: ScanResult) => void;
  /** Told what each try of a showing came to, the relay's part included; returns at once. */
  onOutcome?: (outcome: Verdict['outcome']) => void;
  /** Told of each stage's time; for the benchmark. */
  onTiming?: (stage: 'decode' | 'decide' | 'commit' | 'relay', ms: number) => void;
}

/** How many showings of one unsigned or forged token are logged one by one before they are only counted. */
const LOGGED_FORGERIES = 10;

/**
 * The flow, from a frame to the relay, top to bottom:
 *
 *     offer ─▶ look ─▶ attempt ─▶ decide ─▶ commit ─▶ release
 *     newest   decode   one per    verdict    event,    relay
 *     wins     codes    showing               then …
 *
 * One frame is worked on at a time. While it is, the newest that arrives waits and older ones are let go.
 */
export class Pipeline {
  readonly #o: PipelineOptions;
  readonly #inFlight = new InFlight();
  #waiting: Frame | undefined;
  #running = false;
  #stopped = false;

  constructor(options: PipelineOptions) {
    this.#o = options;
  }

  /** Takes a frame from the camera; returns at once. */
  offer(frame: Frame): void {
    if (this.#stopped) return;
    this.#waiting = frame;
    if (!this.#running) void this.#inFlight.track(this.#run());
  }

  /** Resolves when no frame is being worked on. */
  idle(): Promise<void> {
    return this.#inFlight.idle();
  }

  /** Takes no further frame, lets the one under way come to its end, and tells what was only counted. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting = undefined;
    await this.idle();
    this.#o.garbage.sumUp();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      for (let frame = this.#take(); frame; frame = this.#take()) await this.#look(frame);
    } finally {
      this.#running = false;
    }
  }

  #take(): Frame | undefined {
    const frame = this.#waiting;
    this.#waiting = undefined;
    return frame;
  }

  async #look(frame: Frame): Promise<void> {
    if (this.#tooOld(frame)) return;
    const seen = await this.#seen(frame);
    // Where nothing has changed, nothing is to be made of it anew.
    if (seen.problem === undefined && seen.gated !== 'unchanged') this.#o.onLook?.(frame, seen);
    const quads = seen.codes.map((code: CodeSeen) => code.quad);
    this.#o.evidence.remember(frame, quads);
    // A picture that could not be looked at does not say that a code has gone: no showing ends by it.
    if (seen.problem !== undefined || seen.gated === 'unchanged') return;
    for (const showing of this.#o.showings.see(seen.codes, frame.arrivedMs, seen.located.map(({ quad }) => quad))) {
      // [S4] A code that had to wait for another's answer is tried on a later frame instead.
      if (this.#tooOld(frame)) return;
      const outcome = await this.#attempt(showing, frame, quads);
      this.#o.showings.settle(showing, outcome, frame.arrivedMs);
      this.#o.onOutcome?.(outcome);
      if (outcome === 'granted') return;
    }
  }

  /** What is to be seen in a frame. One in which nothing is new goes past the decoder, unless a code in it is to be tried now. */
  async #seen(frame: Frame): Promise<ScanResult> {
    const seen = await this.#timed('decode', () => this.#o.qr.read(frame));
    if (seen.stillSinceMs === undefined || !this.#o.showings.stay(seen.stillSinceMs, frame.arrivedMs)) return seen;
    return this.#timed('decode', () => this.#o.qr.read(frame, { insist: true }));
  }

  async #attempt(showing: Showing, frame: Frame, quads: Quad[]): Promise<Verdict['outcome']> {
    const attemptId = this.#o.events.newId();
    const decision = await this.#timed('decide', () => this.#decide(showing.text, attemptId));
    if (!this.#admits(decision)) return decision.verdict.outcome;
    const verdict = await this.#timed('commit', () => this.#commit(attemptId, decision));
    const release = verdict.outcome === 'granted' ? this.#o.door.grant({ attemptId, extended: verdict.extended }) : undefined;
    this.#o.evidence.capture(attemptId, verdict.outcome, frame, quads);
    const released = await this.#timed('relay', async () => release);
    return released === undefined || released === 'released' ? verdict.outcome : this.#notReleased(attemptId, decision, released);
  }

  /** Granted, its use spent [S3], and yet the door stays shut. The door has told why; the visitor is tried again while the code is shown. */
  async #notReleased(attemptId: string, { tokenId }: Decision, why: Exclude<ReleaseOutcome, 'released'>): Promise<Verdict['outcome']> {
    const verdict: Verdict = why === 'lockdown' ? { outcome: 'denied', source: 'local', reason: 'lockdown' } : { outcome: 'unavailable', cause: 'door-fault' };
    await this.#o.events.append(draftOf(attemptId, { verdict, ...(tokenId !== undefined && { tokenId }) })).catch((thrown: unknown) => {
      if (!(thrown instanceof PosternError)) throw thrown;
      this.#o.log.error(`The attempt's end could not be written: ${messageOf(thrown)}`);
    });
    return verdict.outcome;
  }

  /** The validator asks the log to keep the nonce; a log that cannot is no bug but an attempt without an answer. */
  async #decide(text: string, attemptId: string): Promise<Decision> {
    // A grant would spend a use [S3] on a relay that is known not to move.
    if (this.#o.door.view.state === 'fault') return { verdict: { outcome: 'unavailable', cause: 'door-fault' }, digest: showingKey(text) };
    try {
      return await this.#o.validator.decide(text, attemptId);
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      this.#o.log.error(`The attempt could not be decided: ${messageOf(thrown)}`);
      return { verdict: { outcome: 'unavailable', cause: 'storage' } };
    }
  }

  /** [S3] The event and the use of the token are on disk before the relay moves; if they are not, it does not move. */
  async #commit(attemptId: string, decision: Decision): Promise<Verdict> {
    const { verdict } = decision;
    try {
      await this.#o.events.append(draftOf(attemptId, decision), verdict.outcome === 'granted' ? verdict.use : undefined, attemptId);
      return verdict;
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      this.#o.log.error(`The attempt could not be written: ${messageOf(thrown)}`);
      return { outcome: 'unavailable', cause: 'storage' };
    }
  }

  /** [S6] What no issuer signed must not fill the log. */
  #admits({ verdict, digest }: Decision): boolean {
    if (digest === undefined) return true;
    const isGarbage = verdict.outcome === 'denied' && verdict.reason === 'garbage';
    return this.#o.garbage.admit(digest, isGarbage ? 1 : LOGGED_FORGERIES);
  }

  #tooOld(frame: Frame): boolean {
    return isStale(frame, this.#o.clock.monotonicMs(), this.#o.maxFrameAgeMs);
  }

  async #timed<T>(stage: 'decode' | 'decide' | 'commit' | 'relay', work: () => Promise<T>): Promise<T> {
    const startedMs = this.#o.clock.monotonicMs();
    const result = await work();
    this.#o.onTiming?.(stage, this.#o.clock.monotonicMs() - startedMs);
    return result;
  }
}

function draftOf(attemptId: string, { verdict, tokenId, digest }: Decision): EventDraft {
  const token = tokenId === undefined ? {} : { tokenId };
  switch (verdict.outcome) {
    case 'granted':
      return {
        type: 'access-granted', attemptId, tokenId: tokenId ?? '', source: verdict.source, rule: verdict.rule,
        extended: verdict.extended, counted: verdict.use?.counts ?? 0, ...(verdict.use?.step !== undefined && { step: verdict.use.step }),
      };
    case 'denied':
      return { type: 'access-denied', attemptId, ...token, source: verdict.source, reason: verdict.reason, ...(digest === undefined ? {} : { digest }) };
    case 'unavailable':
      return { type: 'access-unavailable', attemptId, ...token, cause: verdict.cause };
  }
}
