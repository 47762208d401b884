/** What a door's wires tell. Levels are logical: polarity and pull are the driver's affair. */
export interface DoorInputs {
  /** The door position switch; `absent` when none is wired. */
  contact: 'closed' | 'open' | 'absent';
  /** Request to exit; held as long as the button or sensor is active. */
  rex: 'idle' | 'active' | 'absent';
  /** The fire panel's contact. It is supervised: an open wire is an alarm. */
  fire: 'normal' | 'alarm' | 'absent';
  /** The housing's or reader's contact; an open wire is an alarm. */
  tamper: 'normal' | 'alarm' | 'absent';
}

export interface DoorIoSink {
  /** The door was opened or closed. Told on change, after debouncing. */
  contact(now: 'closed' | 'open'): void;
  /** REX began or ended; the beginning is told on its leading edge. */
  rex(now: 'idle' | 'active'): void;
  fire(now: 'normal' | 'alarm'): void;
  tamper?(now: 'normal' | 'alarm'): void;
  /** The inputs cannot be relied on: they stay as last read. `undefined` when they are well again. The relay is another matter. */
  inputFault?(detail: string | undefined): void;
  /** The relay cannot be relied on: its level, read back, is not what was asked for, or its guard is gone. `undefined` when it is well again. */
  relayFault(detail: string | undefined): void;
}

export type OutputName = 'green' | 'red' | 'buzzer' | 'light';

/** A line that shows, sounds or lights something at the door. It has nothing to do with the relay, whatever becomes of it. */
export interface Output {
  /**
   * Takes some microseconds. Throws a `PosternError` that names the pin or file and the mend when the line cannot be opened
   * or written, or reads back as something else; called again, it tries again from the beginning. A line that another
   * process has is switched a moment later, and what fails there is thrown by the next call.
   */
  set(on: boolean): void;
}

/**
 * The lock relay and the inputs of one door.
 *
 * The relay is `energised` (released: the door can be opened) or at rest. The daemon never holds it:
 * it asks for leases, and the relay guard, a process of its own, ends them by its own monotonic clock [S1].
 *
 * - `start` leaves the relay at rest, whatever it found, before it resolves; then the inputs' present
 *   state is in `inputs` and changes go to the sink. It rejects with a `PosternError` that names the
 *   pin or file and the mend. A relay that reads back energised all the same is told as a fault, for
 *   a daemon that does not start tells nobody.
 * - `energise(leaseMs)` energises the relay for at most `leaseMs` from the call. Called again while
 *   energised it *replaces* the running lease, shorter or longer: nothing adds up. An order that
 *   reaches the guard over 1 s late is dropped and told as a fault. Resolves when the guard has
 *   written the level and read it back; rejects when it could not, with the relay at rest as far as
 *   can be known.
 * - `rest()` de-energises at once; idempotent; resolves when read back, else rejects.
 * - Whatever rejects has told the sink of a fault before. The driver alone knows when the relay is well
 *   again, and tells so; a `rest()` that comes through is one way to find out.
 * - The relay comes to rest without the daemon's doing: at the end of the lease, when the daemon
 *   ends in any way, is stopped (SIGSTOP) or stalls. If the guard dies, the driver rests the relay,
 *   starts another guard, and tells the sink.
 * - `start` and `stop` leave every output off as far as can be. One that fails is no failure of the door and does not
 *   reject: whoever uses it hears of it from `set`.
 * - `stop` rests the relay, ends the guard, and lets go of the inputs; a relay line may stay driven to rest.
 *   Calling it again is harmless.
 */
export interface DoorIo {
  readonly name: string;
  /** What the installer should know of the wiring; the door works all the same. */
  readonly warnings?: readonly string[];
  /**
   * Set where the relay is another controller's, which is only asked to release the door: what therefore cannot be had, in a
   * sentence. Such a relay is released for the controller's own time, whatever the lease, and passage is not to be had.
   */
  readonly cannotHold?: string;
  start(sink: DoorIoSink): Promise<void>;
  readonly inputs: DoorInputs;
  /** The relay's level as last read back; of another controller's, as its answers have it. */
  readonly relay: 'energised' | 'rest';
  /** Monotonic milliseconds when the relay guard last answered; it is asked every 5 s at least. Before `start`: 0. The present where there is none. */
  readonly guardHeardMs: number;
  /** Those that are wired. Usable from `start` to `stop`; afterwards they stay off, whatever is asked. */
  readonly outputs?: Readonly<Partial<Record<OutputName, Output>>>;
  energise(leaseMs: number): Promise<void>;
  rest(): Promise<void>;
  stop(): Promise<void>;
}
