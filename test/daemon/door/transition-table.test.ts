import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { transition } from '../../../daemon/door/door-machine.ts';
import type { LeafName, LockName, RexName } from '../../../daemon/door/door-state.ts';
import type { leafTable } from '../../../daemon/door/leaf.ts';
import type { lockTable } from '../../../daemon/door/lock.ts';
import type { rexTable } from '../../../daemon/door/rex.ts';
import type { InputType } from '../../../daemon/door/transition-rule.ts';
import { NOW_MS, doorWith, inWords, inputs, settings } from './specimens.ts';

// What comes of each input in each state of the lock, with the door closed: the whole door's state, then the effects in order.
const lockCells: Record<keyof typeof lockTable, Record<LockName, string>> = {
  // A lockdown is stored.
  'start': {
    locked: 'lockdown', released: 'lockdown: rest, door-relocked lockdown', passage: 'lockdown: rest, door-relocked lockdown',
    lockdown: 'lockdown', fire: 'lockdown: rest, door-relocked fire-ended', fault: 'fault',
  },
  'grant': {
    locked: 'released: energise 5000, door-released token', released: 'released: energise 5000, door-released token', passage: 'passage: energise 1500',
    lockdown: 'lockdown: refuse lockdown', fire: 'fire: energise 1500', fault: 'fault: refuse relay-fault',
  },
  'release': {
    locked: 'released: energise 5000, door-released command', released: 'released: energise 5000, door-released command', passage: 'passage: energise 1500',
    lockdown: 'lockdown: refuse lockdown', fire: 'fire: energise 1500', fault: 'fault: refuse relay-fault',
  },
  'test-pulse': {
    locked: 'released: energise 500, door-released test', released: 'released: energise 2000, door-released test', passage: 'passage: energise 1500',
    lockdown: 'lockdown: energise 500, door-released test', fire: 'fire: energise 1500', fault: 'fault: refuse relay-fault',
  },
  'contact-open': {
    locked: 'forced: door-opened, door-forced', released: 'open: rest, door-opened, door-relocked opened', passage: 'passage: door-opened',
    lockdown: 'lockdown: door-opened, door-forced', fire: 'fire: door-opened', fault: 'fault: door-opened, door-forced',
  },
  'contact-closed': { locked: 'locked', released: 'released', passage: 'passage', lockdown: 'lockdown', fire: 'fire', fault: 'fault' },
  'rex-active': {
    locked: 'locked: exit-requested', released: 'released: exit-requested', passage: 'passage: exit-requested',
    lockdown: 'lockdown: exit-requested', fire: 'fire: exit-requested', fault: 'fault: exit-requested',
  },
  'lockdown-on': {
    locked: 'lockdown: rest, persist lockdown, lockdown-started',
    released: 'lockdown: rest, persist lockdown, lockdown-started, door-relocked lockdown',
    passage: 'lockdown: rest, persist lockdown, lockdown-started, passage-ended lockdown, door-relocked lockdown',
    lockdown: 'lockdown: persist lockdown',
    fire: 'fire: persist lockdown, lockdown-started',
    fault: 'fault: rest, persist lockdown, lockdown-started',
  },
  'lockdown-off': {
    locked: 'locked', released: 'released', passage: 'passage', lockdown: 'locked: persist nothing, lockdown-ended', fire: 'fire', fault: 'fault',
  },
  // By command, which waits for nobody.
  'passage-start': {
    locked: 'passage: energise 1500, door-released command, persist passage, passage-started',
    released: 'passage: energise 1500, door-released command, persist passage, passage-started',
    passage: 'passage: persist passage, passage-started',
    lockdown: 'lockdown: refuse lockdown',
    fire: 'fire: persist passage, passage-started',
    fault: 'fault: persist passage, passage-started',
  },
  'passage-end': {
    locked: 'locked', released: 'released', passage: 'locked: rest, persist nothing, passage-ended command, door-relocked passage-ended',
    lockdown: 'lockdown', fire: 'fire', fault: 'fault',
  },
  'fire-on': {
    locked: 'fire: energise 1500, door-released fire', released: 'fire: energise 1500, door-released fire', passage: 'fire: energise 1500, door-released fire',
    lockdown: 'fire: energise 1500, door-released fire', fire: 'fire', fault: 'fault',
  },
  'fire-off': { locked: 'locked', released: 'released', passage: 'passage', lockdown: 'lockdown', fire: 'locked: rest, door-relocked fire-ended', fault: 'fault' },
  'relay-fault': {
    locked: 'fault: rest, relay-failed', released: 'fault: rest, relay-failed', passage: 'fault: rest, relay-failed',
    lockdown: 'fault: rest, relay-failed', fire: 'fault: rest, relay-failed', fault: 'fault',
  },
  'relay-recovered': { locked: 'locked', released: 'released', passage: 'passage', lockdown: 'lockdown', fire: 'fire', fault: 'locked: relay-recovered' },
  // Two seconds later, when the release's end, the lease's renewal and the next try at resting are due.
  'timer-due': {
    locked: 'locked', released: 'locked: rest, door-relocked time', passage: 'passage: energise 1500',
    lockdown: 'lockdown', fire: 'fire: energise 1500', fault: 'fault: rest',
  },
  'stop': {
    locked: 'locked: rest', released: 'locked: rest, door-relocked stopped', passage: 'locked: rest, door-relocked stopped',
    lockdown: 'lockdown: rest', fire: 'locked: rest, door-relocked stopped', fault: 'fault: rest',
  },
};

// With the lock locked: the whole door's state, then the effects.
const leafCells: Record<keyof typeof leafTable, Record<LeafName, string>> = {
  'start': { 'absent': 'lockdown', 'closed': 'lockdown', 'open': 'lockdown', 'held-open': 'lockdown', 'forced': 'lockdown' },
  'contact-open': { 'absent': 'locked', 'closed': 'forced: door-opened, door-forced', 'open': 'open', 'held-open': 'held-open', 'forced': 'forced' },
  'contact-closed': {
    'absent': 'locked', 'closed': 'locked', 'open': 'locked: door-closed',
    'held-open': 'locked: door-closed, door-secured held-open', 'forced': 'locked: door-closed, door-secured forced',
  },
  // When heldOpenMs has passed.
  'timer-due': { 'absent': 'locked', 'closed': 'locked', 'open': 'held-open: door-held-open', 'held-open': 'held-open', 'forced': 'forced' },
};

// The request's own state, then the whole door's, then the effects.
const rexCells: Record<keyof typeof rexTable, Record<RexName, string>> = {
  'start': { idle: 'idle, lockdown', active: 'idle, lockdown', stuck: 'idle, lockdown' },
  'rex-active': { idle: 'active, locked: exit-requested', active: 'active, locked', stuck: 'stuck, locked' },
  'rex-idle': { idle: 'idle, locked', active: 'idle, locked', stuck: 'idle, locked: rex-freed' },
  // When rexStuckMs has passed.
  'timer-due': { idle: 'idle, locked', active: 'stuck, locked: rex-stuck', stuck: 'stuck, locked' },
};

const keys = <K extends string>(o: Record<K, unknown>): K[] => Object.keys(o) as K[];
const later = (input: InputType, byMs: number): number => NOW_MS + (input === 'timer-due' ? byMs : 0);

for (const input of keys(lockCells)) {
  test(`lock: ${input}`, () => {
    for (const lock of keys(lockCells[input])) {
      const done = transition(doorWith(lock), inputs[input], later(input, 2_000), settings);
      assert.is(inWords(done), lockCells[input][lock], `${input} in ${lock}`);
    }
  });
}

for (const input of keys(leafCells)) {
  test(`leaf: ${input}`, () => {
    for (const leaf of keys(leafCells[input])) {
      const done = transition(doorWith('locked', leaf), inputs[input], later(input, settings.heldOpenMs - 1_000), settings);
      assert.is(inWords(done), leafCells[input][leaf], `${input} with the leaf ${leaf}`);
    }
  });
}

for (const input of keys(rexCells)) {
  test(`request to exit: ${input}`, () => {
    for (const rex of keys(rexCells[input])) {
      const done = transition(doorWith('locked', 'closed', rex), inputs[input], later(input, settings.rexStuckMs - 1_000), settings);
      assert.is(`${done.state.rex.is}, ${inWords(done)}`, rexCells[input][rex], `${input} with the request ${rex}`);
    }
  });
}

test('[S2] with rexReleases a request to exit releases, in lockdown too, but not a relay that fails', () => {
  const cells: Record<LockName, string> = {
    locked: 'released: energise 5000, exit-requested, door-released rex', released: 'released: energise 5000, exit-requested, door-released rex',
    passage: 'passage: exit-requested', lockdown: 'lockdown: energise 5000, exit-requested, door-released rex',
    fire: 'fire: exit-requested', fault: 'fault: exit-requested',
  };
  for (const lock of keys(cells)) {
    assert.is(inWords(transition(doorWith(lock), inputs['rex-active'], NOW_MS, { ...settings, rexReleases: true })), cells[lock], lock);
  }
});

test('without fireReleases the fire input changes nothing', () => {
  for (const lock of keys(lockCells['fire-on'])) {
    if (lock === 'fire') continue;
    assert.is(inWords(transition(doorWith(lock), inputs['fire-on'], NOW_MS, { ...settings, fireReleases: false })), lock);
  }
});

test('what a rule is given is never changed', () => {
  const freeze = <T extends object>(o: T): T => {
    for (const value of Object.values(o)) if (typeof value === 'object' && value !== null) freeze(value as object);
    return Object.freeze(o);
  };
  for (const lock of keys(lockCells.start)) for (const input of keys(inputs)) transition(freeze(doorWith(lock, 'open', 'active')), inputs[input], NOW_MS + 90_000, settings);
});

test.run();
