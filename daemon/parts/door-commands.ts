import type { Clock } from '../base/clock.ts';
import { MAX_PASSAGE_S, type DoorCommand, type DoorCommandOutcome } from '../base/door-command.ts';
import { PosternError, unreachable } from '../base/errors.ts';
import type { Door, ReleaseOutcome } from '../door/door.ts';
import type { EventLog } from '../record/event-log.ts';
import type { Evidence } from '../record/evidence.ts';

export interface DoorCommandsOptions {
  door: Pick<Door, 'release' | 'lockDown' | 'endLockdown' | 'startPassage' | 'endPassage'>;
  evidence: Pick<Evidence, 'captureNow'>;
  events: Pick<EventLog, 'append' | 'newId'>;
  clock: Clock;
}

/** Has the door do what somebody from afar asked for. Who may ask for what, whoever took the command in has checked. */
export class DoorCommands {
  readonly #o: DoorCommandsOptions;

  constructor(options: DoorCommandsOptions) {
    this.#o = options;
  }

  /** `by` says who asked, for the event: a role or the id of a key, no person's name [S7]. */
  async perform(command: DoorCommand, by: string): Promise<DoorCommandOutcome> {
    try {
      return await this.#perform(command, by);
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      return 'storage';
    }
  }

  async #perform(command: DoorCommand, by: string): Promise<DoorCommandOutcome> {
    const { door, clock } = this.#o;
    switch (command.type) {
      case 'unlock': return outcomeOf(await door.release(by));
      case 'lockdown-on': return door.lockDown(by).then(() => 'done');
      case 'lockdown-off': return door.endLockdown(by).then(() => 'done');
      case 'passage': return this.#passUntil(command.untilMs, by);
      case 'hold': return this.#passUntil(clock.wallMs() + command.forS * 1_000, by);
      case 'passage-end': return door.endPassage(by).then(() => 'done');
      case 'capture': return this.#capture(by);
      default: return unreachable(command);
    }
  }

  async #passUntil(untilMs: number, by: string): Promise<DoorCommandOutcome> {
    const { door, clock } = this.#o;
    const lastsMs = untilMs - clock.wallMs();
    if (lastsMs <= 0) return 'time-passed';
    if (lastsMs > MAX_PASSAGE_S * 1_000) return 'too-long';
    return outcomeOf(await door.startPassage(untilMs, by));
  }

  async #capture(by: string): Promise<DoorCommandOutcome> {
    const { evidence, events } = this.#o;
    const attemptId = events.newId();
    const taken = evidence.captureNow(attemptId);
    if (taken !== 'taken') return taken;
    await events.append({ type: 'picture-asked', attemptId, by }, undefined, attemptId);
    return 'done';
  }
}

export function outcomeOf(outcome: ReleaseOutcome): DoorCommandOutcome {
  switch (outcome) {
    case 'released': return 'done';
    case 'over': return 'stopping';
    case 'lockdown': case 'relay-fault': return outcome;
  }
}
