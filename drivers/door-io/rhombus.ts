import { Backoff } from '../../daemon/base/backoff.ts';
import type { Clock, Timer } from '../../daemon/base/clock.ts';
import { InFlight } from '../../daemon/base/in-flight.ts';
import type { UnlockResult } from './controller-answer.ts';
import type { DoorControllerOptions } from './door-controller.ts';
import { DoorController } from './door-controller.ts';
import type { DoorInputs, DoorIo, DoorIoSink } from './door-io.ts';
import { relayError } from './order-book.ts';
import type { RelayLevel } from './relay-line.ts';

const LOOK_EVERY_MS = 60_000;
const LOOK_AGAIN = { firstMs: 1_000, maxMs: 15_000 };
/** One look that comes to nothing may be the network's; an order that does is told at once. */
const MISSES_BEFORE_TOLD = 2;

/**
 * A door whose lock belongs to a Rhombus door controller, which is only asked to unlock it.
 *
 * What `DoorIo` promises of leases is not to be had: the controller keeps the door released for a time of its own
 * (`unlockTimeSec` there) and relocks by itself, whatever lease was asked for. So
 * - `energise` asks once and resolves when the controller says SUCCESS. An order that has no connection within 2 s is
 *   dropped; none is repeated. Where no answer comes, whether the door was released is not known, and the error says so.
 * - `rest` and `stop` withdraw an order that is not out yet, and end no release that runs: the controller's time does.
 * - nothing can be held: no passage, no release by fire, no longer time for a token; the config refuses them, and so does the door.
 * - `relay` is what follows from the answers; nothing is read back. There is no guard, for there is no line to hold.
 * - contact, request to exit, lamps and light are not here: they are wired to the controller, which has events of its own.
 *
 * The door is looked for at the controller once a minute; a controller that does not answer for it is a fault of the relay.
 */
export class RhombusDoorIo implements DoorIo {
  readonly name: string;
  readonly cannotHold = 'The lock belongs to a door controller: it relocks by its own time, and a lockdown here neither ends a release that runs there nor stops the controller\'s own readers.';
  readonly inputs: DoorInputs = { contact: 'absent', rex: 'absent', fire: 'absent', tamper: 'absent' };
  readonly #controller: DoorController;
  readonly #clock: Clock;
  readonly #backoff = new Backoff(LOOK_AGAIN);
  readonly #inFlight = new InFlight();
  #sink: DoorIoSink | undefined;
  /** Ends the orders that are under way. */
  #withdrawal = new AbortController();
  #nextLook: Timer | undefined;
  #misses = 0;
  #fault: string | undefined;
  #unlockMs: number | undefined;
  #releasedUntilMs = 0;

  /** Throws PosternError('tls-files'). */
  constructor(options: DoorControllerOptions) {
    this.#clock = options.clock;
    this.#controller = new DoorController(options);
    this.name = `rhombus, door ${options.doorUuid} at ${options.url}`;
  }

  get warnings(): string[] {
    return [this.cannotHold];
  }

  get relay(): RelayLevel {
    return this.#clock.monotonicMs() < this.#releasedUntilMs ? 'energised' : 'rest';
  }

  /** There is no guard to be missed. */
  get guardHeardMs(): number {
    return this.#clock.monotonicMs();
  }

  /** Never rejects: a controller that is away for now is told as a fault. */
  async start(sink: DoorIoSink): Promise<void> {
    this.#sink = sink;
    this.#startLook();
  }

  async energise(leaseMs: number): Promise<void> {
    const result = await this.#inFlight.track(this.#controller.unlock(this.#withdrawal.signal));
    if (result === undefined) return;
    if (result.is === 'released') {
      this.#releasedUntilMs = this.#clock.monotonicMs() + (this.#unlockMs ?? leaseMs);
      return this.#becomeWell();
    }
    const sentence = sentenceOf(result);
    this.#tellFault(sentence);
    this.#lookIn(this.#backoff.nextMs());
    throw relayError(sentence);
  }

  async rest(): Promise<void> {
    this.#withdrawal.abort();
    this.#withdrawal = new AbortController();
  }

  async stop(): Promise<void> {
    this.#sink = undefined;
    this.#nextLook?.cancel();
    this.#withdrawal.abort();
    this.#controller.close();
    await this.#inFlight.idle();
  }

  // ---- Whether the controller is there ----

  #lookIn(delayMs: number): void {
    this.#nextLook?.cancel();
    if (this.#sink) this.#nextLook = this.#clock.after(delayMs, () => this.#startLook());
  }

  #startLook(): void {
    void this.#inFlight.track(this.#look());
  }

  async #look(): Promise<void> {
    const found = await this.#controller.look();
    if (typeof found !== 'string') {
      this.#unlockMs = found.unlockMs;
      return this.#becomeWell();
    }
    if (++this.#misses >= MISSES_BEFORE_TOLD) this.#tellFault(`The door controller cannot unlock this door: ${found}.`);
    this.#lookIn(this.#backoff.nextMs());
  }

  #becomeWell(): void {
    this.#misses = 0;
    this.#backoff.reset();
    this.#tellFault(undefined);
    this.#lookIn(LOOK_EVERY_MS);
  }

  #tellFault(detail: string | undefined): void {
    if (this.#fault === detail) return;
    this.#fault = detail;
    this.#sink?.relayFault(detail);
  }
}

function sentenceOf({ is, why }: Exclude<UnlockResult, { is: 'released' }>): string {
  return is === 'unknown' ? `The door controller was asked to unlock, and it is not known whether it did: ${why}.` : `The door controller did not unlock: ${why}.`;
}
