import type { DoorSettings } from './door-settings.ts';
import type { DoorState } from './door-state.ts';
import { leafDueMs, leafTable } from './leaf.ts';
import { lockDueMs, lockTable } from './lock.ts';
import { rexDueMs, rexTable } from './rex.ts';
import type { DoorInput, InputType, Rule, Step, Table } from './transition-rule.ts';
import { step } from './transition-rule.ts';

/**
 * The door's behaviour, whole: a pure function of where the door is, what happens and when.
 *
 * Request to exit, leaf and lock each have a table, asked in this order: the leaf is judged by the lock
 * as it was when the door opened. INVARIANTS, held by a random walk in the tests:
 * - the relay is never energised for longer than the longer unlock time after the last grant, release or
 *   request to exit, but in passage or fire [S1];
 * - in lockdown it is energised by a request to exit or fire only;
 * - an order that must survive a restart is persisted in the step that takes it;
 * - after a step no deadline lies in the past.
 */
export function transition(state: DoorState, input: DoorInput, nowMs: number, settings: DoorSettings): Step {
  const overdue = input.type === 'timer-due' ? [] : dueInputs(state, nowMs, settings);
  const inputs = input.type === 'timer-due' ? dueInputs(state, nowMs, settings) : [...overdue, input];
  let done = step(state);
  for (const each of inputs) done = transitionOnce(done, each, nowMs, settings);
  return relayFirst(done);
}

/** When `timer-due` must come next, in monotonic ms; undefined when nothing is waited for. */
export function nextDeadlineMs(state: DoorState, settings: DoorSettings): number | undefined {
  const due = [...lockDueMs(state), leafDueMs(state, settings), rexDueMs(state.rex, settings.rexStuckMs)].filter((atMs) => atMs !== undefined);
  return due.length === 0 ? undefined : Math.min(...due);
}

/** What has fallen due comes before whatever happens now, so that a late timer changes nothing. */
function dueInputs(state: DoorState, nowMs: number, settings: DoorSettings): DoorInput[] {
  const nextMs = nextDeadlineMs(state, settings);
  if (nextMs === undefined || nextMs > nowMs) return [];
  const { passage } = state.orders;
  const over: DoorInput[] = passage && passage.untilMs <= nowMs ? [{ type: 'passage-end', why: 'time' }] : [];
  return [...over, { type: 'timer-due' }];
}

function transitionOnce(before: Step, input: DoorInput, nowMs: number, settings: DoorSettings): Step {
  let { state, effects } = before;
  const apply = (rule: Rule | undefined): void => {
    if (!rule) return;
    const done = rule.run({ state, input, nowMs, settings });
    state = done.state;
    effects = [...effects, ...done.effects];
  };
  apply(ruleFor(rexTable, input.type, state.rex.is));
  apply(ruleFor(leafTable, input.type, state.leaf.is));
  apply(ruleFor(lockTable, input.type, state.lock.is));
  return { state, effects };
}

function ruleFor<I extends InputType, S extends string>(table: Table<I, S>, type: InputType, name: S): Rule | undefined {
  const rows: Partial<Record<InputType, Record<S, Rule>>> = table;
  return rows[type]?.[name];
}

/** The relay does not wait for what is only told. */
function relayFirst({ state, effects }: Step): Step {
  const moves = (type: string): boolean => type === 'energise-relay' || type === 'rest-relay';
  return step(state, ...effects.filter((e) => moves(e.type)), ...effects.filter((e) => !moves(e.type)));
}
