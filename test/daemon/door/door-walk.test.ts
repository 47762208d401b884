import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nextDeadlineMs, transition } from '../../../daemon/door/door-machine.ts';
import type { DoorSettings } from '../../../daemon/door/door-settings.ts';
import type { DoorState } from '../../../daemon/door/door-state.ts';
import { doorStateName, unstarted } from '../../../daemon/door/door-state.ts';
import { TEST_PULSE_MS } from '../../../daemon/door/release-rules.ts';
import type { DoorEffect, DoorInput } from '../../../daemon/door/transition-rule.ts';
import { noOrders, settings } from './specimens.ts';

const STEPS = 40_000;

/** Mulberry32. */
function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What an onlooker who sees only inputs and effects knows of the door. */
class Onlooker {
  nowMs = 0;
  energisedUntilMs = 0;
  /** The last thing that may have released for a time. */
  releasedAtMs = -Infinity;
  lockdown = false;
  rexInLockdownAtMs = -Infinity;
  testInLockdownAtMs = -Infinity;
  passageUntilMs: number | undefined;
  fire = false;
  persisted = { lockdown: false, passage: false };
  contact: string;
  alarm: 'forced' | 'held-open' | undefined;
  relayFailed = false;

  constructor(contact: string) {
    this.contact = contact;
  }

  see(input: DoorInput, effects: DoorEffect[], s: DoorSettings): void {
    if (input.type === 'rex-active' && this.lockdown) this.rexInLockdownAtMs = this.nowMs;
    if (input.type === 'test-pulse' && this.lockdown) this.testInLockdownAtMs = this.nowMs;
    if (input.type === 'fire-on' && s.fireReleases) this.fire = true;
    if (input.type === 'fire-off') this.fire = false;
    for (const effect of effects) this.#effect(effect);
    const told = effects.flatMap((e) => (e.type === 'tell' ? [e.event.type] : []));
    if (told.includes('lockdown-started')) assert.ok(effects.some((e) => e.type === 'persist' && e.orders.lockdown), 'a lockdown is persisted as it is told');
    if (told.includes('lockdown-ended')) assert.ok(effects.some((e) => e.type === 'persist' && !e.orders.lockdown), 'and its end');
    assert.equal(this.persisted, { lockdown: this.lockdown, passage: this.passageUntilMs !== undefined }, 'what stands is what is stored');
    const firstTell = effects.findIndex((e) => e.type === 'tell');
    assert.not.ok(effects.some((e, i) => firstTell !== -1 && i > firstTell && e.type.endsWith('-relay')), 'the relay waits for nothing that is told');
  }

  #effect(effect: DoorEffect): void {
    switch (effect.type) {
      case 'energise-relay': this.energisedUntilMs = this.nowMs + effect.forMs; assert.ok(effect.forMs > 0); return;
      case 'rest-relay': this.energisedUntilMs = this.nowMs; return;
      case 'persist': this.persisted = { lockdown: effect.orders.lockdown !== undefined, passage: effect.orders.passage !== undefined }; return;
      case 'refuse': return;
      case 'tell': this.#event(effect.event); return;
    }
  }

  #event(event: Extract<DoorEffect, { type: 'tell' }>['event']): void {
    switch (event.type) {
      case 'door-released': if (event.cause !== 'fire') this.releasedAtMs = this.nowMs; break;
      case 'lockdown-started': assert.not.ok(this.lockdown); this.lockdown = true; break;
      case 'lockdown-ended': assert.ok(this.lockdown); this.lockdown = false; break;
      case 'passage-started': this.passageUntilMs = event.untilMs; break;
      case 'passage-ended': assert.ok(this.passageUntilMs !== undefined); this.passageUntilMs = undefined; break;
      case 'door-forced': assert.is(this.contact, 'open'); assert.is(this.alarm, undefined); this.alarm = 'forced'; break;
      case 'door-held-open': assert.is(this.contact, 'open'); assert.is(this.alarm, undefined); this.alarm = 'held-open'; break;
      case 'door-secured': assert.is(this.alarm, event.after); this.alarm = undefined; break;
      case 'relay-failed': assert.not.ok(this.relayFailed); this.relayFailed = true; break;
      case 'relay-recovered': assert.ok(this.relayFailed); this.relayFailed = false; break;
      default: break;
    }
  }

  /** [S1] and the rules of lockdown, at any moment. */
  check(state: DoorState, s: DoorSettings): void {
    const energised = this.energisedUntilMs > this.nowMs;
    if (!energised) return;
    const where = `energised in ${doorStateName(state)} at ${this.nowMs}`;
    if (this.fire || (this.passageUntilMs !== undefined && this.passageUntilMs > this.nowMs)) return;
    assert.ok(this.energisedUntilMs <= this.releasedAtMs + Math.max(s.unlockMs, s.extendedUnlockMs), `${where}: longer than the unlock time`);
    const byRex = s.rexReleases && this.nowMs <= this.rexInLockdownAtMs + s.extendedUnlockMs;
    if (this.lockdown) assert.ok(byRex || this.nowMs <= this.testInLockdownAtMs + TEST_PULSE_MS, `${where}: in lockdown without a request to exit or a test`);
    assert.not.ok(this.relayFailed, `${where}: with a failed relay`);
  }
}

function randomInput(random: () => number, nowMs: number, contact: string): DoorInput {
  const pick = Math.floor(random() * 20);
  const forMs = Math.floor(random() * 120_000) - 1_000;
  switch (pick) {
    case 0: return { type: 'lockdown-on', by: 'guard' };
    case 1: case 2: return { type: 'lockdown-off', by: 'admin' };
    // The wall clock reads the same as the monotonic one here.
    case 3: return { type: 'passage-start', by: 'desk', cause: random() < 0.5 ? 'schedule' : 'command', untilMs: nowMs + forMs, untilWallMs: nowMs + forMs, sinceWallMs: nowMs };
    case 4: return { type: 'passage-end', why: 'command', by: 'desk' };
    case 5: return { type: random() < 0.4 ? 'fire-on' : 'fire-off' };
    case 6: return { type: 'fire-off' };
    case 7: return random() < 0.3 ? { type: 'relay-fault', detail: 'welded' } : { type: 'relay-recovered' };
    case 8: return { type: 'relay-recovered' };
    case 9: case 10: return { type: random() < 0.5 ? 'rex-active' : 'rex-idle' };
    case 11: case 12: case 13: return contact === 'absent' ? { type: 'timer-due' } : { type: contact === 'open' ? 'contact-closed' : 'contact-open' };
    case 14: return { type: 'release', by: 'desk' };
    case 15: return random() < 0.5 ? { type: 'timer-due' } : { type: 'test-pulse', by: 'admin' };
    default: return { type: 'grant', attemptId: 'A', extended: random() < 0.3 };
  }
}

/** Goes on to the next deadline, short of it, or past it as a stalled loop would. */
function nextMoment(random: () => number, nowMs: number, dueMs: number | undefined): number {
  const r = random();
  if (dueMs !== undefined && r < 0.5) return Math.max(nowMs, dueMs);
  return nowMs + Math.floor(random() * (r < 0.9 ? 4_000 : 70_000));
}

function walk(seed: number, s: DoorSettings, contact: 'closed' | 'absent'): Record<string, number> {
  const random = seeded(seed);
  const seen: Record<string, number> = {};
  const onlooker = new Onlooker(contact);
  let state = transition(unstarted, { type: 'start', contact, rex: 'idle', orders: noOrders }, 0, s).state;
  for (let i = 0; i < STEPS; i++) {
    const dueMs = nextDeadlineMs(state, s);
    onlooker.nowMs = nextMoment(random, onlooker.nowMs, dueMs);
    const input: DoorInput = dueMs === onlooker.nowMs ? { type: 'timer-due' } : randomInput(random, onlooker.nowMs, onlooker.contact);
    // What ended by itself meanwhile ended in time: the leases saw to that, whenever the timer comes.
    onlooker.check(state, s);
    if (input.type === 'contact-open') onlooker.contact = 'open';
    const done = transition(state, input, onlooker.nowMs, s);
    state = done.state;
    onlooker.see(input, done.effects, s);
    if (input.type === 'contact-closed') onlooker.contact = 'closed';
    onlooker.check(state, s);
    const nextMs = nextDeadlineMs(state, s);
    assert.ok(nextMs === undefined || nextMs > onlooker.nowMs, 'no deadline is left in the past');
    if (['released', 'passage', 'fire', 'fault'].includes(state.lock.is)) assert.ok(nextMs !== undefined, `${state.lock.is} waits for something`);
    if (state.leaf.is === 'absent') assert.is(onlooker.alarm, undefined);
    assert.is(state.orders.lockdown !== undefined, onlooker.lockdown);
    seen[doorStateName(state)] = (seen[doorStateName(state)] ?? 0) + 1;
  }
  return seen;
}

const variants: Record<string, Partial<DoorSettings>> = {
  'a strike': {},
  'a maglock with REX that releases': { relockOn: 'close', rexReleases: true },
  'no fire input, passage at once': { fireReleases: false, passageNeedsFirstEntry: false },
};

for (const [name, changed] of Object.entries(variants)) {
  test(`[S1] ${STEPS} random steps hold every invariant: ${name}`, () => {
    const seen = walk(20_260_302, { ...settings, ...changed }, 'closed');
    const states = ['locked', 'released', 'open', 'held-open', 'forced', 'passage', 'lockdown', 'fault'];
    for (const state of states) assert.ok((seen[state] ?? 0) > 20, `${state} was visited ${seen[state] ?? 0} times`);
  });
}

test(`[S1] ${STEPS} random steps hold every invariant: no contact`, () => {
  const seen = walk(7, settings, 'absent');
  for (const never of ['open', 'held-open', 'forced']) assert.is(seen[never], undefined);
});

test.run();
