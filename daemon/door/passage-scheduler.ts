import type { Clock, Timer } from '../base/clock.ts';
import type { DurableState } from '../base/durable-state.ts';
import { PosternError } from '../base/errors.ts';
import { InFlight } from '../base/in-flight.ts';
import type { Logger } from '../base/logger.ts';
import { openUntil, type Schedule } from '../base/schedule.ts';
import type { Door } from './door.ts';

export interface PassageSchedulerOptions {
  door: Pick<Door, 'startPassage' | 'endPassage'> & { readonly view: Pick<Door['view'], 'passage'> };
  /** The schedule's name in the config, and its hours. */
  name: string;
  schedule: Schedule;
  timeZone: string;
  clock: Clock;
  /** Whether the wall clock may be believed: one that may be wrong opens no door. */
  clockIsBelieved: () => boolean;
  state: DurableState;
  log: Logger;
}

const LOOK_EVERY_MS = 15_000;
/** Hours without an end are passage for so long, and lengthened on the way. */
const LOOK_AHEAD_MS = 48 * 3_600_000;
/** An end that differs by less is the same: clocks are put right by seconds all the time. */
const SAME_END_MS = 60_000;
const LENGTHEN_FROM_MS = 12 * 3_600_000;
/** Until when the present opening has been seen to. */
const STATE_KEY = 'passage-seen-to-until';

/**
 * Starts passage when a schedule opens and lets it end when it closes, by what the clock on the wall shows.
 *
 * Each opening is begun once: a passage that somebody ends, or that a lockdown ends, stays ended until the schedule opens
 * the next time, over a restart too. One that somebody has started by command is left alone while it lasts.
 */
export class PassageScheduler {
  readonly #o: PassageSchedulerOptions;
  readonly #by: string;
  readonly #inFlight = new InFlight();
  #timer: Timer | undefined;
  #isLooking = false;
  /** False where a passage stands that a restart would forget. */
  #isStored = true;

  constructor(options: PassageSchedulerOptions) {
    this.#o = options;
    this.#by = `the schedule ${options.name}`;
  }

  start(): void {
    this.#timer = this.#o.clock.after(LOOK_EVERY_MS, () => this.start());
    if (!this.#isLooking) void this.#inFlight.track(this.#lookOnce());
  }

  /** Resolves when nothing is being started or ended. */
  idle(): Promise<void> {
    return this.#inFlight.idle();
  }

  /** A passage that runs goes on: it is an order of its own. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.idle();
  }

  async #lookOnce(): Promise<void> {
    this.#isLooking = true;
    try {
      await this.#look();
    } catch (thrown) {
      // Tried again at the next look.
      if (!(thrown instanceof PosternError)) throw thrown;
      this.#o.log.warn(thrown.message);
    } finally {
      this.#isLooking = false;
    }
  }

  async #look(): Promise<void> {
    const { door, schedule, timeZone, clock, clockIsBelieved } = this.#o;
    if (!clockIsBelieved()) return;
    const nowMs = clock.wallMs();
    const untilMs = openUntil(schedule, timeZone, nowMs, LOOK_AHEAD_MS);
    const { passage } = door.view;
    const isOurs = passage?.by === this.#by;
    if (untilMs === undefined) {
      // The wall clock was put forward, and a passage ends by the monotonic one.
      if (isOurs) await door.endPassage(this.#by);
      return;
    }
    if (passage && !isOurs) return;
    const stands = isOurs && this.#isStored && !this.#differs(nowMs + passage.leftMs, untilMs, nowMs);
    if (stands || (!isOurs && this.#isSeenTo(nowMs))) await this.#seeTo(untilMs, nowMs);
    else await this.#begin(untilMs);
  }

  async #begin(untilMs: number): Promise<void> {
    this.#isStored = false;
    const outcome = await this.#o.door.startPassage(untilMs, this.#by, 'schedule');
    this.#isStored = true;
    // In a lockdown it is tried again until one of the two ends.
    if (outcome === 'released' || outcome === 'relay-fault') await this.#o.state.set(STATE_KEY, untilMs);
  }

  /** An opening that lasts longer than was looked ahead is still the same. */
  async #seeTo(untilMs: number, nowMs: number): Promise<void> {
    if (this.#differs(this.#seenToUntilMs, untilMs, nowMs)) await this.#o.state.set(STATE_KEY, untilMs);
  }

  #isSeenTo(nowMs: number): boolean {
    const untilMs = this.#seenToUntilMs;
    return nowMs < untilMs && untilMs <= nowMs + LOOK_AHEAD_MS + SAME_END_MS;
  }

  get #seenToUntilMs(): number {
    const stored = this.#o.state.get(STATE_KEY);
    return typeof stored === 'number' ? stored : 0;
  }

  #differs(knownMs: number, untilMs: number, nowMs: number): boolean {
    const isOpenEnded = untilMs - nowMs >= LOOK_AHEAD_MS;
    return Math.abs(untilMs - knownMs) > (isOpenEnded ? LENGTHEN_FROM_MS : SAME_END_MS);
  }
}
