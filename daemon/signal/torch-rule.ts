export type TorchMode = 'off' | 'on-motion' | 'dark';

export interface TorchSettings {
  mode: TorchMode;
  /** How long it stays on after the last movement, and at least. */
  holdMs: number;
}

export interface TorchState {
  on: boolean;
  sinceMs: number;
  /** How long it stays on this time. */
  holdMs: number;
  movedMs: number;
  /** Since when it has been dark without it; undefined: it is not, or it is not known for it is on. */
  darkSinceMs: number | undefined;
}

export interface TorchInput {
  atMs: number;
  moving: boolean;
  /** The camera sees too little. Counts only while the torch is off. */
  dark: boolean;
}

/** A cloud, or a hand over the lens, is no night. */
const DARK_FOR_MS = 2_000;
/** While someone is there it is not switched off to see whether it is still needed. */
const ALONE_FOR_MS = 10_000;
/** Switched on again so soon, it was switched off for nothing, and next time it stays on for twice as long … */
const IN_VAIN_MS = 20_000;
/** … up to this. */
const LONGEST_HOLD_MS = 3_600_000;

export const torchAtStart = ({ holdMs }: TorchSettings): TorchState => ({ on: false, sinceMs: -Infinity, holdMs, movedMs: -Infinity, darkSinceMs: undefined });

/**
 * Whether the torch is to be on. How dark the hall is can be seen only without it: in mode `dark` it goes off for a moment
 * after its hold, less and less often, up to once an hour. So it can never flash to and fro, whatever the camera makes of
 * its light.
 */
export function torchRule(state: TorchState, { atMs, moving, dark }: TorchInput, { mode, holdMs }: TorchSettings): TorchState {
  const movedMs = moving ? atMs : state.movedMs;
  const next = { ...state, movedMs, darkSinceMs: dark && !state.on ? state.darkSinceMs ?? atMs : undefined };
  switch (mode) {
    case 'off': return switched(next, false, atMs);
    case 'on-motion': return switched(next, atMs - movedMs < holdMs, atMs);
    case 'dark': return state.on ? whileOn(next, atMs) : whileOff(next, atMs, holdMs);
  }
}

function whileOn(state: TorchState, atMs: number): TorchState {
  const isOver = atMs - state.sinceMs >= state.holdMs && atMs - state.movedMs >= ALONE_FOR_MS;
  return switched(state, !isOver, atMs);
}

function whileOff(state: TorchState, atMs: number, holdMs: number): TorchState {
  if (state.darkSinceMs === undefined || atMs - state.darkSinceMs < DARK_FOR_MS) return state;
  const wasInVain = atMs - state.sinceMs < IN_VAIN_MS;
  return switched({ ...state, holdMs: wasInVain ? Math.min(LONGEST_HOLD_MS, state.holdMs * 2) : holdMs }, true, atMs);
}

function switched(state: TorchState, on: boolean, atMs: number): TorchState {
  return state.on === on ? state : { ...state, on, sinceMs: atMs, darkSinceMs: undefined };
}
