import type { DoorIo, DoorIoSink } from '../../drivers/door-io/door-io.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { DurableState } from '../base/durable-state.ts';
import { PosternError } from '../base/errors.ts';
import type { EventDraft } from '../base/events.ts';
import { InFlight } from '../base/in-flight.ts';
import type { Logger } from '../base/logger.ts';
import type { StatusBoard } from '../base/status.ts';
import { nextDeadlineMs, transition } from './door-machine.ts';
import type { DoorSettings } from './door-settings.ts';
import type { DoorState } from './door-state.ts';
import { unstarted } from './door-state.ts';
import { healthOf } from './door-status.ts';
import type { DoorView } from './door-view.ts';
import { viewOf } from './door-view.ts';
import { ORDERS_KEY, ordersFrom, storable } from './stored-orders.ts';
import { Tamper } from './tamper.ts';
import type { DoorEffect, DoorInput, Refusal } from './transition-rule.ts';

export interface DoorOptions {
  io: DoorIo;
  clock: Clock;
  settings: DoorSettings;
  state: DurableState;
  status: StatusBoard;
  log: Logger;
  onEvent: (draft: EventDraft) => void;
  /** Whether the wall clock may be believed at the start; where it may not, a stored passage waits for an entry. */
  clockIsBelieved?: () => boolean;
}

/** What came of asking for a release. `relay-fault`: the relay is at rest as far as can be known, and `relay-failed` was told. */
export type ReleaseOutcome = 'released' | Refusal;

/** What did not come through of an input's effects: a refusal, or a store that failed. */
type Trouble = Refusal | PosternError;

/** Timers of more than 2^31 ms fire at once; one that comes early changes nothing. */
const LONGEST_TIMER_MS = 3_600_000;
const PART = 'door';

/** Feeds the door machine with what happens and performs what it says; it decides nothing itself. */
export class Door {
  readonly #o: DoorOptions;
  readonly #inFlight = new InFlight();
  readonly #tamper: Tamper;
  readonly #waiting: { input: DoorInput; resolve: (performed: Promise<Trouble[]>) => void }[] = [];
  #state: DoorState = unstarted;
  #timer: Timer | undefined;
  #feeding = false;
  #running = false;
  #persisted: Promise<void> = Promise.resolve();

  constructor(options: DoorOptions) {
    this.#o = options;
    this.#tamper = new Tamper(options);
  }

  /** Brings the relay to rest, then takes up a stored lockdown or passage. Rejects as `DoorIo.start` does. */
  async start(): Promise<void> {
    const { io, clock, state, clockIsBelieved = () => true } = this.#o;
    this.#running = true;
    try {
      await io.start(this.#sink());
    } catch (thrown) {
      this.#running = false;
      throw thrown;
    }
    const now = { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs(), clockIsBelieved: clockIsBelieved() };
    const { contact, rex, fire, tamper } = io.inputs;
    this.#tamper.become(tamper);
    await this.#feed({ type: 'start', contact, rex, orders: { ...ordersFrom(state.get(ORDERS_KEY), now), fire: fire === 'alarm' } });
  }

  /** Releases for a granted attempt; resolves when the relay has been energised and read back, or has not. */
  async grant(o: { attemptId: string; extended: boolean }): Promise<ReleaseOutcome> {
    return outcomeOf(await this.#feed({ type: 'grant', ...o }));
  }

  /** Releases by command, for the plain unlock time. */
  async release(by: string): Promise<ReleaseOutcome> {
    return outcomeOf(await this.#feed({ type: 'release', by }));
  }

  /** Energises the relay for half a second, in lockdown too. Only for an admin who tries it out: whoever calls has checked that. */
  async testPulse(by: string): Promise<ReleaseOutcome> {
    return outcomeOf(await this.#feed({ type: 'test-pulse', by }));
  }

  /**
   * The relay rests at once; resolves when the lockdown would survive a power cut. Rejects PosternError('storage')
   * when it would not: it stands all the same until the daemon ends, and calling again tries again.
   */
  async lockDown(by: string): Promise<void> {
    throwUnstored(await this.#feed({ type: 'lockdown-on', by }));
  }

  /** Only for an admin: whoever calls has checked that. Rejects as `lockDown` does. */
  async endLockdown(by: string): Promise<void> {
    throwUnstored(await this.#feed({ type: 'lockdown-off', by }));
  }

  /**
   * Holds the door released until `untilWallMs`, by schedule after the first entry where the settings ask for one.
   * Rejects as `lockDown` does.
   */
  async startPassage(untilWallMs: number, by: string, cause: 'schedule' | 'command' = 'command'): Promise<ReleaseOutcome> {
    const sinceWallMs = this.#o.clock.wallMs();
    const untilMs = this.#o.clock.monotonicMs() + untilWallMs - sinceWallMs;
    const troubles = await this.#feed({ type: 'passage-start', by, cause, untilMs, untilWallMs, sinceWallMs });
    throwUnstored(troubles);
    return outcomeOf(troubles);
  }

  /** Rejects as `lockDown` does. */
  async endPassage(by: string): Promise<void> {
    throwUnstored(await this.#feed({ type: 'passage-end', why: 'command', by }));
  }

  get view(): DoorView {
    return viewOf(this.#state, this.#o.io, this.#o.clock.monotonicMs());
  }

  /** Has the machine do what has fallen due, which is mostly nothing; resolves when it has. For the watchdog [S10]. */
  async tick(): Promise<void> {
    await this.#feed({ type: 'timer-due' });
  }

  /** Monotonic milliseconds when the relay guard last answered. */
  get guardHeardMs(): number {
    return this.#o.io.guardHeardMs;
  }

  /** Resolves when no effect is under way. */
  idle(): Promise<void> {
    return this.#inFlight.idle();
  }

  /** Rests the relay and lets go of it. A lockdown or passage stays stored. Calling it again is harmless. */
  async stop(): Promise<void> {
    if (this.#running) void this.#feed({ type: 'stop' });
    this.#running = false;
    this.#timer?.cancel();
    await this.idle();
    await this.#o.io.stop();
  }

  #sink(): DoorIoSink {
    return {
      contact: (now) => this.#happened({ type: now === 'open' ? 'contact-open' : 'contact-closed' }),
      rex: (now) => this.#happened({ type: now === 'active' ? 'rex-active' : 'rex-idle' }),
      fire: (now) => this.#happened({ type: now === 'alarm' ? 'fire-on' : 'fire-off' }),
      tamper: (now) => this.#tamper.become(now),
      inputFault: (detail) => this.#o.status.report('inputs', detail === undefined ? 'ok' : 'down', detail),
      relayFault: (detail) => this.#happened(detail === undefined ? { type: 'relay-recovered' } : { type: 'relay-fault', detail }),
    };
  }

  /** What nobody waits for. */
  #happened(input: DoorInput): void {
    void this.#feed(input);
  }

  /** One input after the other, also when performing one brings up the next. Resolves when its effects are performed. */
  #feed(input: DoorInput): Promise<Trouble[]> {
    if (!this.#running) return Promise.resolve(['over']);
    const performed = new Promise<Trouble[]>((resolve) => this.#waiting.push({ input, resolve }));
    if (!this.#feeding) this.#drain();
    return this.#inFlight.track(performed);
  }

  #drain(): void {
    this.#feeding = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next.resolve(this.#take(next.input));
    this.#feeding = false;
  }

  #take(input: DoorInput): Promise<Trouble[]> {
    const { state, effects } = transition(this.#state, input, this.#o.clock.monotonicMs(), this.#o.settings);
    this.#state = state;
    this.#setTimer();
    const performed = this.#perform(effects);
    const { state: health, reason } = healthOf(state);
    this.#o.status.report(PART, health, reason);
    return performed;
  }

  #setTimer(): void {
    this.#timer?.cancel();
    const dueMs = nextDeadlineMs(this.#state, this.#o.settings);
    if (dueMs === undefined) return;
    const delayMs = Math.min(dueMs - this.#o.clock.monotonicMs(), LONGEST_TIMER_MS);
    this.#timer = this.#o.clock.after(delayMs, () => this.#happened({ type: 'timer-due' }));
  }

  /** Begins every effect at once, in order; comes to its end when all are done. */
  async #perform(effects: DoorEffect[]): Promise<Trouble[]> {
    const troubles = await Promise.all(effects.map((effect) => this.#begin(effect)));
    return troubles.filter((trouble) => trouble !== undefined);
  }

  async #begin(effect: DoorEffect): Promise<Trouble | undefined> {
    const { io, onEvent } = this.#o;
    switch (effect.type) {
      case 'energise-relay': return (await this.#failureOf(io.energise(effect.forMs))) && 'relay-fault';
      case 'rest-relay': return (await this.#failureOf(io.rest())) && 'relay-fault';
      case 'persist': return this.#failureOf(this.#persist(storable(effect.orders)));
      case 'tell': return void onEvent(effect.event);
      case 'refuse': return effect.why;
    }
  }

  /** A failing environment is an outcome, a bug is thrown on. The machine hears of a failing relay from the driver. */
  async #failureOf(done: Promise<void>): Promise<PosternError | undefined> {
    try {
      await done;
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      this.#o.log.warn(thrown.message);
      return thrown;
    }
  }

  /** One after the other, so that the last that was asked for is what stays. */
  #persist(orders: unknown): Promise<void> {
    const write = (): Promise<void> => this.#o.state.set(ORDERS_KEY, orders);
    this.#persisted = this.#persisted.then(write, write);
    return this.#persisted;
  }
}

function outcomeOf(troubles: Trouble[]): ReleaseOutcome {
  return troubles.find((trouble) => typeof trouble === 'string') ?? 'released';
}

function throwUnstored(troubles: Trouble[]): void {
  const unstored = troubles.find((trouble) => trouble instanceof PosternError);
  if (unstored) throw unstored;
}
