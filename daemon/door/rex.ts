import type { Rex, RexName } from './door-state.ts';
import type { Moment, Rule, Step, Table } from './transition-rule.ts';
import { stay, step, tell } from './transition-rule.ts';

type RexInput = 'start' | 'rex-active' | 'rex-idle' | 'timer-due';

/** Whether a request to exit excuses the door opening at `nowMs` [S2]: while it is held, and for its time from the leading edge. */
export function excuses(rex: Rex, nowMs: number, rexTimeMs: number): boolean {
  switch (rex.is) {
    case 'active': return true;
    case 'idle': return rex.edgeMs !== undefined && nowMs - rex.edgeMs < rexTimeMs;
    case 'stuck': return false;
  }
}

/** When a held request to exit becomes a stuck one. */
export function rexDueMs(rex: Rex, rexStuckMs: number): number | undefined {
  return rex.is === 'active' ? rex.edgeMs + rexStuckMs : undefined;
}

function became(at: Moment, rex: Rex, ...effects: Step['effects']): Step {
  return step({ ...at.state, rex }, ...effects);
}

/** One found active at the start may have been so for long: it excuses from now, but nobody is told of a request. */
const find: Rule<'start'> = {
  name: 'find',
  does: 'take what the wire tells',
  run: (at) => became(at, at.input.rex === 'active' ? { is: 'active', edgeMs: at.nowMs } : { is: 'idle', edgeMs: undefined }),
};

const begin: Rule<'rex-active'> = {
  name: 'begin',
  does: '→ active; tell exit-requested',
  run: (at) => became(at, { is: 'active', edgeMs: at.nowMs }, tell({ type: 'exit-requested' })),
};

const end: Rule<'rex-idle'> = {
  name: 'end',
  does: '→ idle; excuses until its time is over',
  run: (at) => became(at, { is: 'idle', edgeMs: at.state.rex.is === 'active' ? at.state.rex.edgeMs : undefined }),
};

const free: Rule<'rex-idle'> = {
  name: 'free',
  does: '→ idle; tell rex-freed',
  run: (at) => became(at, { is: 'idle', edgeMs: undefined }, tell({ type: 'rex-freed' })),
};

const stick: Rule<'timer-due'> = {
  name: 'stick',
  does: 'held over rexStuckMs: → stuck; tell rex-stuck',
  run(at) {
    const dueMs = rexDueMs(at.state.rex, at.settings.rexStuckMs);
    if (dueMs === undefined || dueMs > at.nowMs) return step(at.state);
    return became(at, { is: 'stuck' }, tell({ type: 'rex-stuck' }));
  },
};

export const rexTable: Table<RexInput, RexName> = {
  'start': { idle: find, active: find, stuck: find },
  'rex-active': { idle: begin, active: stay, stuck: stay },
  'rex-idle': { idle: stay, active: end, stuck: free },
  'timer-due': { idle: stay, active: stick, stuck: stay },
};
