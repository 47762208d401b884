import type { DoorSettings } from './door-settings.ts';
import type { DoorState, Leaf, LeafName } from './door-state.ts';
import { isEnergised, isHeld } from './door-state.ts';
import { excuses } from './rex.ts';
import type { Moment, Rule, Step, Table } from './transition-rule.ts';
import { stay, step, tell } from './transition-rule.ts';

type LeafInput = 'start' | 'contact-open' | 'contact-closed' | 'timer-due';

/** An opening this long after the relay rested was begun before: the bolt's travel and the switch's debouncing. */
const OPENING_LAG_MS = 500;

/**
 * When an open door becomes a held-open one. It counts while the relay is not held for passage or
 * fire, from the opening, and anew from each release.
 */
export function heldOpenAtMs(state: DoorState, settings: DoorSettings): number | undefined {
  if (state.leaf.is !== 'open' || isHeld(state.lock)) return undefined;
  return Math.max(state.leaf.sinceMs, state.excusedMs ?? -Infinity) + settings.heldOpenMs;
}

/** The leaf's next deadline: the warning, then the alarm. */
export function leafDueMs(state: DoorState, settings: DoorSettings): number | undefined {
  const atMs = heldOpenAtMs(state, settings);
  if (atMs === undefined || state.leaf.is !== 'open') return undefined;
  return state.leaf.warnedForMs === atMs || settings.heldOpenWarningMs === 0 ? atMs : atMs - settings.heldOpenWarningMs;
}

function mayOpen({ state, nowMs, settings }: Moment): boolean {
  const justRested = state.restedMs !== undefined && nowMs - state.restedMs <= OPENING_LAG_MS;
  return isEnergised(state.lock) || justRested || excuses(state.rex, nowMs, settings.rexTimeMs);
}

function became(at: Moment, leaf: Leaf, ...effects: Step['effects']): Step {
  return step({ ...at.state, leaf }, ...effects);
}

const opened = (nowMs: number): Leaf => ({ is: 'open', sinceMs: nowMs, warnedForMs: undefined });

/** What came before the start is not known: a door found open is no forced one, but it may yet be held open. */
const find: Rule<'start'> = {
  name: 'find',
  does: 'take what the wire tells',
  run: (at) => became(at, at.input.contact === 'open' ? opened(at.nowMs) : { is: at.input.contact }),
};

const open: Rule<'contact-open'> = {
  name: 'open',
  does: 'released or excused by REX: → open; else → forced; tell door-opened, door-forced',
  run(at) {
    const told = tell({ type: 'door-opened' });
    if (mayOpen(at)) return became(at, opened(at.nowMs), told);
    return became(at, { is: 'forced' }, told, tell({ type: 'door-forced' }));
  },
};

const close: Rule<'contact-closed'> = {
  name: 'close',
  does: '→ closed; tell door-closed',
  run: (at) => became(at, { is: 'closed' }, tell({ type: 'door-closed' })),
};

function secure(after: 'held-open' | 'forced'): Rule<'contact-closed'> {
  return {
    name: 'secure',
    does: '→ closed; tell door-closed, door-secured',
    run: (at) => became(at, { is: 'closed' }, tell({ type: 'door-closed' }), tell({ type: 'door-secured', after })),
  };
}

const count: Rule<'timer-due'> = {
  name: 'count',
  does: 'warn, then → held-open; tell door-held-open-soon, door-held-open',
  run(at) {
    const { state, nowMs, settings } = at;
    const dueMs = leafDueMs(state, settings);
    if (state.leaf.is !== 'open' || dueMs === undefined || dueMs > nowMs) return step(state);
    const heldAtMs = heldOpenAtMs(state, settings);
    if (heldAtMs !== undefined && heldAtMs <= nowMs) return became(at, { is: 'held-open' }, tell({ type: 'door-held-open' }));
    return became(at, { ...state.leaf, warnedForMs: heldAtMs }, tell({ type: 'door-held-open-soon' }));
  },
};

export const leafTable: Table<LeafInput, LeafName> = {
  'start': { 'absent': find, 'closed': find, 'open': find, 'held-open': find, 'forced': find },
  'contact-open': { 'absent': stay, 'closed': open, 'open': stay, 'held-open': stay, 'forced': stay },
  'contact-closed': { 'absent': stay, 'closed': stay, 'open': close, 'held-open': secure('held-open'), 'forced': secure('forced') },
  'timer-due': { 'absent': stay, 'closed': stay, 'open': count, 'held-open': stay, 'forced': stay },
};
