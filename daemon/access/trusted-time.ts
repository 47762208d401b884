import { z } from 'zod';
import type { Clock, Timer } from '../base/clock.ts';
import type { DurableState } from '../base/durable-state.ts';
import { messageOf } from '../base/errors.ts';
import type { ClockTrust } from '../base/events.ts';
import type { Logger } from '../base/logger.ts';
import { readingOf, withAgreement, withIssueTime, withoutSigner, type TimeKnowledge, type TimeReading } from './clock-trust.ts';

export interface TrustedTimeOptions {
  clock: Clock;
  state: DurableState;
  /** The board has a real-time clock with a battery, so that its time counts before anyone has agreed with it. */
  rtcHasBattery: boolean;
  log: Logger;
  onChange?: (trust: ClockTrust) => void;
}

const STATE_KEY = 'trusted-time';
/** How soon a change of trust is told when nobody asks for the time. */
const LOOK_EVERY_MS = 10_000;
/** How much of the elapsed time a power cut may take from the floor; each saving wears the card a little. */
const SAVE_EVERY_MS = 600_000;

const savedSchema = z.record(z.string().max(64), z.object({ floorMs: z.number().nonnegative(), newestIssueMs: z.number().nonnegative() }));

/**
 * The door's time and how far it is believed. A board may wake without a clock, and a thief may cut its power and its
 * network: so beside the clock stands a floor that rises only by verified issue times and by elapsed monotonic time,
 * and outlives a power cut. The rules are in clock-trust.ts; this keeps their state.
 */
export class TrustedTime {
  readonly #o: TrustedTimeOptions;
  #knowledge: TimeKnowledge;
  #told: ClockTrust;
  #savedAtMs: number;
  #timer: Timer | undefined;

  constructor(options: TrustedTimeOptions) {
    this.#o = options;
    this.#savedAtMs = options.clock.monotonicMs();
    this.#knowledge = { vouched: restored(options.state.get(STATE_KEY), this.#savedAtMs), heardOffsetMs: undefined, rtcHasBattery: options.rtcHasBattery };
    this.#told = this.read().trust;
  }

  /** Begins to look after the clock and to save the risen floor. */
  start(): void {
    this.#timer ??= this.#o.clock.after(LOOK_EVERY_MS, () => this.#tick());
  }

  /** Saves the floor once more; a failure is logged, for nothing is lost but the minutes since the last saving. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#saveQuietly();
  }

  read(): TimeReading {
    return readingOf(this.#knowledge, this.#o.clock.wallMs(), this.#o.clock.monotonicMs());
  }

  trust(): ClockTrust {
    return this.read().trust;
  }

  /** The best guess of the wall time, never behind what was verified. */
  nowMs(): number {
    return this.read().nowMs;
  }

  /** Something that `signer` (a list key id in hex, or `root`) signed was verified. Resolves when that is durable; rejects PosternError('storage'). */
  async raise(issuedMs: number, signer: string): Promise<void> {
    this.#learn(withIssueTime(this.#knowledge, issuedMs, signer, this.#o.clock.monotonicMs()));
    await this.#save();
  }

  /** The key of `signer` was revoked. Resolves when that is durable; rejects PosternError('storage'). */
  async distrust(signer: string): Promise<void> {
    const knowledge = withoutSigner(this.#knowledge, signer);
    if (knowledge === this.#knowledge) return;
    this.#learn(knowledge);
    await this.#save();
  }

  /** The backend, over a connection that proves who it is, said what time it is. */
  confirm(serverMs: number): void {
    this.#learn(withAgreement(this.#knowledge, serverMs, this.#o.clock.wallMs(), this.#o.clock.monotonicMs()));
  }

  #learn(knowledge: TimeKnowledge): void {
    this.#knowledge = knowledge;
    this.#tellChange();
  }

  #tick(): void {
    this.#timer = this.#o.clock.after(LOOK_EVERY_MS, () => this.#tick());
    this.#tellChange();
    if (this.#o.clock.monotonicMs() - this.#savedAtMs >= SAVE_EVERY_MS) void this.#saveQuietly();
  }

  #tellChange(): void {
    const trust = this.trust();
    if (trust === this.#told) return;
    this.#told = trust;
    this.#o.onChange?.(trust);
  }

  async #save(): Promise<void> {
    const nowMs = this.#o.clock.monotonicMs();
    this.#savedAtMs = nowMs;
    const saved = Object.entries(this.#knowledge.vouched).map(([signer, v]) => [signer, { floorMs: Math.max(0, v.floorOffsetMs + nowMs), newestIssueMs: v.newestIssueMs }]);
    await this.#o.state.set(STATE_KEY, Object.fromEntries(saved));
  }

  async #saveQuietly(): Promise<void> {
    await this.#save().catch((thrown: unknown) => this.#o.log.warn(`The floor under the clock could not be saved: ${messageOf(thrown)}`));
  }
}

/** The floor as it was saved: what passed while the power was off is not known. Unreadable means none, and so a suspect clock. */
function restored(saved: unknown, monotonicMs: number): TimeKnowledge['vouched'] {
  const parsed = savedSchema.safeParse(saved);
  if (!parsed.success) return {};
  return Object.fromEntries(Object.entries(parsed.data).map(([signer, v]) => [signer, { floorOffsetMs: v.floorMs - monotonicMs, newestIssueMs: v.newestIssueMs }]));
}
