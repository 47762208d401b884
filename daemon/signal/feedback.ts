import type { Output, OutputName } from '../../drivers/door-io/door-io.ts';
import type { Clock } from '../base/clock.ts';
import type { HintReason } from '../base/scan-hint.ts';
import type { StatusBoard } from '../base/status.ts';
import type { Verdict } from '../base/verdict.ts';
import { OutputLines } from './output-lines.ts';
import { patternOfHint } from './pattern.ts';
import { PatternPlayer } from './pattern-player.ts';

export interface FeedbackOptions {
  outputs: Readonly<Partial<Record<OutputName, Output>>>;
  clock: Clock;
  /** Listened to for what is wrong at the door; told of the part `feedback`. */
  status: StatusBoard;
}

/** Without them nobody gets in: the lock, the camera, the log that must be written before the relay moves, the keys. */
const NEEDED = ['door', 'camera', 'event-log', 'keys'];
/** Without it codes are decided by the list. */
const BACKEND = 'backend';

/**
 * Tells whoever stands at the door, by lamps and buzzer, what becomes of the code they show. Calls return at once and do
 * not throw: nothing of it can hold the flow, and none of it is the relay.
 */
export class Feedback {
  readonly #o: FeedbackOptions;
  readonly #player: PatternPlayer;
  readonly #lines: OutputLines;

  constructor(options: FeedbackOptions) {
    const { green, red, buzzer } = options.outputs;
    this.#o = options;
    this.#lines = new OutputLines({ ...options, part: 'feedback', outputs: { ...(green && { green }), ...(red && { red }), ...(buzzer && { buzzer }) } });
    this.#player = new PatternPlayer({ clock: options.clock, show: (on) => this.#lines.show(on) });
  }

  /** Everything off, and from now on the door's troubles are shown. */
  start(): void {
    this.#lines.show([]);
    this.#o.status.onChange((part) => {
      if (part === BACKEND || NEEDED.includes(part)) this.#showTroubles();
    });
    this.#showTroubles();
  }

  verdict(outcome: Verdict['outcome']): void {
    this.#player.ask('hint', undefined);
    this.#player.ask('verdict', outcome);
  }

  /** What would make the code readable; undefined: nothing is to be said any more. */
  hint(reason: HintReason | undefined): void {
    this.#player.ask('hint', reason && patternOfHint(reason));
  }

  /** Everything off, for good. */
  stop(): void {
    this.#player.stop();
    this.#lines.stop();
  }

  #showTroubles(): void {
    const { status } = this.#o;
    const isDown = NEEDED.some((part) => status.get(part)?.state === 'down');
    const isOffline = status.get(BACKEND)?.state === 'degraded';
    this.#player.ask('background', isDown ? 'fault' : isOffline ? 'offline' : undefined);
  }
}
