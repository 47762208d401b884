import type { HintReason } from '../base/scan-hint.ts';
import type { Verdict } from '../base/verdict.ts';

/** What a pattern is made of: a green and a red lamp, and a buzzer. */
export type Signal = 'green' | 'red' | 'buzzer';

/** What is on, the rest is off, and for how long. */
export interface Beat {
  ms: number;
  on: readonly Signal[];
}

export interface Pattern {
  beats: readonly Beat[];
  /** Again and again, until something else is to be told. */
  repeats: boolean;
}

export type PatternName = Verdict['outcome'] | 'hold-still' | 'come-closer' | 'other-hint' | 'fault' | 'offline';

const beats = (on: readonly Signal[], ...ms: number[]): Beat[] => ms.map((length, i) => ({ ms: length, on: i % 2 === 0 ? on : [] }));

/**
 * What is told how. Who sees no colours has the rhythm, who hears nothing has the lamps, who sees nothing has the buzzer
 * for every verdict: no two of them have the same rhythm, in the lamps or in the buzzer (a test compares them).
 *
 * Lengths by IEC 60073 in spirit: slow blinking is information, fast asks to act. No lamp blinks over three times a
 * second for longer than a moment (WCAG 2.3.1).
 */
export const patterns = {
  // One long: come in.
  granted: { beats: [{ ms: 500, on: ['green', 'buzzer'] }, { ms: 2_000, on: ['green'] }], repeats: false },
  // Three short: no.
  denied: { beats: [...beats(['red', 'buzzer'], 150, 150, 150, 150, 150), { ms: 300, on: [] }, { ms: 1_200, on: ['red'] }], repeats: false },
  // Long, short: not now, it is tried again.
  unavailable: { beats: [...beats(['red', 'buzzer'], 600, 200, 150), { ms: 900, on: [] }], repeats: false },
  // A calm lamp that hardly goes out: stay like this.
  'hold-still': { beats: beats(['green', 'red'], 1_300, 200), repeats: true },
  // Even and brisk, like a parking aid; the ticks are too short to be taken for a verdict.
  'come-closer': { beats: [{ ms: 40, on: ['green', 'red', 'buzzer'] }, { ms: 160, on: ['green', 'red'] }, { ms: 300, on: [] }], repeats: true },
  // Two blinks and a pause: look at the page, or try it another way.
  'other-hint': { beats: beats(['green', 'red'], 150, 250, 150, 950), repeats: true },
  // Two flashes every three seconds.
  fault: { beats: beats(['red'], 60, 240, 60, 2_640), repeats: true },
  // One flash every five seconds.
  offline: { beats: beats(['red'], 60, 4_940), repeats: true },
} as const satisfies Record<PatternName, Pattern>;

export function patternOfHint(reason: HintReason): PatternName {
  switch (reason) {
    case 'hold-still': case 'come-closer': return reason;
    case 'show-whole-code': case 'more-light': case 'too-bright': case 'not-readable': return 'other-hint';
  }
}
