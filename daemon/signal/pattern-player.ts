import type { Clock, Timer } from '../base/clock.ts';
import { patterns } from './pattern.ts';
import type { Beat, Pattern, PatternName, Signal } from './pattern.ts';

/** From the one that goes first to the one that gives way to all. */
const ranks = ['verdict', 'hint', 'background'] as const;
export type Rank = (typeof ranks)[number];

export interface PatternPlayerOptions {
  clock: Clock;
  /** Switches on what is named and off what is not. It does not throw. */
  show: (on: readonly Signal[]) => void;
}

const DARK: readonly Signal[] = [];

/**
 * Plays one pattern at a time, of what is asked for the one of the highest rank; what it pushed aside begins anew after it.
 *
 * INVARIANT: whenever nothing is asked for, and after `stop`, everything is off.
 */
export class PatternPlayer {
  readonly #o: PatternPlayerOptions;
  readonly #asked = new Map<Rank, PatternName>();
  #playing: Rank | undefined;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: PatternPlayerOptions) {
    this.#o = options;
  }

  /** Plays `name` while nothing of a higher rank plays; undefined: this rank has nothing to tell. What plays once is told once. */
  ask(rank: Rank, name: PatternName | undefined): void {
    // A pattern that repeats goes on; one that plays once begins anew, for it is about somebody else.
    if (this.#stopped || (this.#asked.get(rank) === name && (name === undefined || patterns[name].repeats))) return;
    if (name === undefined) this.#asked.delete(rank);
    else this.#asked.set(rank, name);
    const first = this.#first();
    if (first === rank || this.#playing === rank) this.#begin(first);
  }

  /** Everything off, for good. */
  stop(): void {
    this.#stopped = true;
    this.#asked.clear();
    this.#begin(undefined);
  }

  #first(): Rank | undefined {
    return ranks.find((rank) => this.#asked.has(rank));
  }

  #begin(rank: Rank | undefined): void {
    this.#timer?.cancel();
    this.#playing = rank;
    const name = rank && this.#asked.get(rank);
    if (name === undefined) this.#o.show(DARK);
    else this.#beat(patterns[name], 0);
  }

  #beat(pattern: Pattern, index: number): void {
    const beat = pattern.beats[index];
    if (beat) return this.#show(beat, () => this.#beat(pattern, index + 1));
    if (pattern.repeats) return this.#beat(pattern, 0);
    if (this.#playing) this.#asked.delete(this.#playing);
    this.#begin(this.#first());
  }

  #show(beat: Beat, next: () => void): void {
    this.#o.show(beat.on);
    this.#timer = this.#o.clock.after(beat.ms, next);
  }
}
