import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nextDeadlineMs } from '../../../daemon/door/door-machine.ts';
import type { DoorInput } from '../../../daemon/door/transition-rule.ts';
import { DrivenDoor } from './door-driven.ts';
import { noOrders, passage } from './specimens.ts';

const open: DoorInput = { type: 'contact-open' };
const close: DoorInput = { type: 'contact-closed' };
const rexOn: DoorInput = { type: 'rex-active' };
const rexOff: DoorInput = { type: 'rex-idle' };
const lockdown: DoorInput = { type: 'lockdown-on', by: 'guard' };
const hoursFor = (ms: number, door: DrivenDoor): DoorInput => ({ type: 'passage-start', by: 'hours', cause: 'schedule', untilMs: door.nowMs + ms, untilWallMs: 1_000 + ms, sinceWallMs: 1_000 });

// ---- Releases ----
const releases = suite('releases');

releases('a granted entry releases for the unlock time and relocks', () => {
  const door = new DrivenDoor().grant();
  assert.is(door.name, 'released');
  door.pass(4_999);
  assert.ok(door.energised);
  door.pass(1);
  assert.is(door.name, 'locked');
  assert.not.ok(door.energised);
  assert.equal(door.events, [{ type: 'door-released', cause: 'token', attemptId: 'A', forMs: 5_000 }, { type: 'door-relocked', why: 'time' }]);
});

releases('extended time releases for longer', () => {
  const door = new DrivenDoor().grant(true).pass(14_999);
  assert.ok(door.energised);
  assert.not.ok(door.pass(1).energised);
});

releases('a grant during a release restarts it and never stacks', () => {
  const door = new DrivenDoor().grant().pass(3_000).grant();
  assert.is(door.energisedUntilMs, 8_000);
  door.grant().grant();
  assert.is(door.energisedUntilMs, 8_000);
  assert.is(door.pass(5_000).name, 'locked');
});

releases('a plain grant does not cut an extended release short', () => {
  const door = new DrivenDoor().grant(true).pass(2_000).grant();
  assert.is(door.energisedUntilMs, 15_000);
  assert.equal(door.events[1], { type: 'door-released', cause: 'token', attemptId: 'A', forMs: 13_000 });
});

releases('a strike relocks as the door opens', () => {
  const door = new DrivenDoor().grant().pass(1_000).give(open);
  assert.not.ok(door.energised);
  assert.is(door.name, 'open');
  assert.is(door.give(close).name, 'locked');
  assert.equal(door.told(), ['door-released', 'door-opened', 'door-relocked', 'door-closed']);
});

releases('a maglock relocks as the door closes again', () => {
  const door = new DrivenDoor({ relockOn: 'close' }).grant().pass(1_000).give(open);
  assert.ok(door.energised);
  assert.is(door.name, 'open');
  door.pass(1_000).give(close);
  assert.not.ok(door.energised);
  assert.is(door.name, 'locked');
});

releases('a maglock whose door stays open relocks at the end of the time', () => {
  const door = new DrivenDoor({ relockOn: 'close' }).grant().give(open).pass(5_000);
  assert.not.ok(door.energised);
  assert.equal(door.events.at(-1), { type: 'door-relocked', why: 'time' });
});

releases('the next visitor is released while the door still stands open, and the release outlasts its closing', () => {
  const door = new DrivenDoor().grant().give(open).pass(1_000).grant().pass(1_000).give(close);
  assert.is(door.name, 'released');
  assert.ok(door.energised);
  assert.is(door.pass(4_000).name, 'locked');
});

releases('a release by command names who gave it', () => {
  const door = new DrivenDoor().give({ type: 'release', by: 'desk' });
  assert.equal(door.events, [{ type: 'door-released', cause: 'command', by: 'desk', forMs: 5_000 }]);
});

releases('a timer that comes late changes nothing: what fell due is done before what happens now', () => {
  const door = new DrivenDoor().grant();
  door.nowMs = 5_600;
  door.give(open);
  assert.equal(door.told(), ['door-released', 'door-relocked', 'door-opened'], 'opened within the lag after the relock that was just done');
});
releases.run();

// ---- Forced and held open ----
const alarms = suite('alarms');

alarms('a door that opens without a release is forced until it closes', () => {
  const door = new DrivenDoor().give(open);
  assert.is(door.name, 'forced');
  assert.is(door.pass(3_600_000).name, 'forced');
  assert.is(door.give(close).name, 'locked');
  assert.equal(door.told(), ['door-opened', 'door-forced', 'door-closed', 'door-secured']);
});

alarms('an opening that the contact tells just after the relock is no forced one', () => {
  assert.is(new DrivenDoor().grant().pass(5_400).give(open).name, 'open');
  assert.is(new DrivenDoor().grant().pass(5_501).give(open).name, 'forced');
});

alarms('a door held open after a granted entry is warned of, then raises the alarm once', () => {
  const door = new DrivenDoor().grant().pass(1_000).give(open);
  door.told();
  door.pass(19_999);
  assert.equal(door.told(), []);
  door.pass(1);
  assert.equal(door.told(), ['door-held-open-soon']);
  door.pass(10_000);
  assert.is(door.name, 'held-open');
  door.pass(3_600_000);
  assert.equal(door.told(), ['door-held-open']);
  door.give(close);
  assert.equal(door.told(), ['door-closed', 'door-secured']);
});

alarms('without a warning time there is none', () => {
  const door = new DrivenDoor({ heldOpenWarningMs: 0 }).grant().give(open).pass(30_000);
  assert.equal(door.told(), ['door-released', 'door-opened', 'door-relocked', 'door-held-open']);
});

alarms('the next granted entry counts anew for a door that stands open', () => {
  const door = new DrivenDoor().grant().give(open).pass(25_000).grant();
  door.told();
  assert.is(door.pass(29_999).name, 'open');
  assert.is(door.pass(1).name, 'held-open');
  assert.equal(door.told(), ['door-relocked', 'door-held-open-soon', 'door-held-open']);
});

alarms('a grant while the door is held open releases it and leaves the alarm until it closes', () => {
  const door = new DrivenDoor().grant().give(open).pass(30_000).grant();
  assert.ok(door.energised);
  assert.is(door.name, 'held-open');
});

alarms('a door found open at the start is not forced, but may be held open', () => {
  const door = new DrivenDoor({}, { contact: 'open' });
  assert.is(door.name, 'open');
  assert.is(door.pass(30_000).name, 'held-open');
});

alarms('without a contact there is neither forced nor held open', () => {
  const door = new DrivenDoor({}, { contact: 'absent' }).give(open).grant().give(open).pass(3_600_000);
  assert.is(door.name, 'locked');
  assert.equal(door.told(), ['door-released', 'door-relocked']);
});
alarms.run();

// ---- Request to exit ----
const exits = suite('request to exit');

exits('[S2] it excuses an opening for its time from its leading edge, and moves no relay', () => {
  const door = new DrivenDoor().give(rexOn).pass(300).give(rexOff);
  assert.not.ok(door.energised);
  assert.is(door.pass(9_699).give(open).name, 'open');
  assert.is(new DrivenDoor().give(rexOn).pass(300).give(rexOff).pass(9_700).give(open).name, 'forced');
});

exits('[S2] as long as it is held it excuses, until it counts as stuck', () => {
  assert.is(new DrivenDoor().give(rexOn).pass(59_999).give(open).name, 'open');
  const door = new DrivenDoor().give(rexOn).pass(60_000);
  assert.equal(door.told(), ['exit-requested', 'rex-stuck']);
  assert.is(door.give(open).name, 'forced');
});

exits('[S2] a stuck one that comes free excuses nothing until it is asked again', () => {
  const door = new DrivenDoor().give(rexOn).pass(60_000).give(rexOff);
  assert.equal(door.told(), ['exit-requested', 'rex-stuck', 'rex-freed']);
  assert.is(door.give(open).name, 'forced');
  assert.is(door.give(close).give(rexOn).give(open).name, 'open');
});

exits('[S2] active at the start it excuses, untold, and is stuck in its time', () => {
  const door = new DrivenDoor({}, { rex: 'active' });
  assert.equal(door.told(), []);
  assert.equal(door.pass(60_000).told(), ['rex-stuck']);
});

exits('[S2] with rexReleases it opens in lockdown, for the unlock time, and the lockdown stands', () => {
  const door = new DrivenDoor({ rexReleases: true }).give(lockdown).give(rexOn);
  assert.ok(door.energised);
  assert.is(door.name, 'lockdown');
  door.pass(1_000).give(open);
  assert.not.ok(door.energised, 'relocks as the door opens');
  assert.is(door.pass(30_000).name, 'lockdown');
  assert.ok(door.told().includes('door-held-open'), 'the leaf is watched in lockdown too');
});

exits('[S2] a lockdown asked for again does not cut off whoever is leaving', () => {
  const door = new DrivenDoor({ rexReleases: true }).give(lockdown).give(rexOn).give(lockdown);
  assert.ok(door.energised);
});
exits.run();

// ---- Lockdown ----
const lockdowns = suite('lockdown');

lockdowns('it ends a running release at once and refuses the next grant', () => {
  const door = new DrivenDoor().grant().pass(1_000).give(lockdown);
  assert.not.ok(door.energised);
  door.grant().give({ type: 'release', by: 'desk' });
  assert.equal(door.refusals, ['lockdown', 'lockdown']);
  assert.not.ok(door.energised);
});

lockdowns('no time ends it, an admin does', () => {
  const door = new DrivenDoor().give(lockdown).pass(30 * 86_400_000);
  assert.is(door.name, 'lockdown');
  assert.is(nextDeadlineMs(door.state, door.settings), undefined);
  assert.is(door.give({ type: 'lockdown-off', by: 'admin' }).name, 'locked');
  assert.ok(door.grant().energised);
});

lockdowns('it stands again after a restart', () => {
  const door = new DrivenDoor({}, { orders: { ...noOrders, lockdown: { by: 'guard' } } });
  assert.is(door.name, 'lockdown');
  assert.equal(door.told(), []);
});

lockdowns('a forced door in lockdown raises its alarm', () => {
  const door = new DrivenDoor().give(lockdown).pass(1_000).give(open);
  assert.is(door.name, 'lockdown');
  assert.equal(door.told(), ['lockdown-started', 'door-opened', 'door-forced']);
});

lockdowns('it ends a passage for good', () => {
  const door = new DrivenDoor({ passageNeedsFirstEntry: false });
  door.give(hoursFor(3_600_000, door)).give(lockdown).give({ type: 'lockdown-off', by: 'admin' });
  assert.is(door.name, 'locked');
  assert.not.ok(door.energised);
});

lockdowns('whoever is leaving by a request to exit as it ends has the rest of their time', () => {
  const door = new DrivenDoor({ rexReleases: true }).give(lockdown).give(rexOn).give({ type: 'lockdown-off', by: 'admin' });
  assert.is(door.name, 'released');
  assert.is(door.pass(5_000).name, 'locked');
});
lockdowns.run();

// ---- Passage ----
const passages = suite('passage');

passages('[S1] it is held by leases of 1.5 s, renewed twice a second, until its end', () => {
  const door = new DrivenDoor({ passageNeedsFirstEntry: false });
  door.give(hoursFor(10_000, door));
  for (let atMs = 100; atMs < 10_000; atMs += 100) {
    const leftMs = door.pass(100).energisedUntilMs - atMs;
    assert.ok(leftMs > Math.min(500, 9_999 - atMs) && leftMs <= 1_500, `${leftMs} ms left at ${atMs}`);
    assert.ok(door.energisedUntilMs <= 10_000, 'no lease reaches past the end');
  }
  assert.is(door.pass(100).name, 'locked');
  assert.not.ok(door.energised);
  assert.equal(door.told(), ['door-released', 'passage-started', 'passage-ended', 'door-relocked']);
});

passages('scheduled passage waits for the first entry, so that a snow day does not unlock an empty building', () => {
  const door = new DrivenDoor();
  door.give(hoursFor(3_600_000, door)).pass(600_000);
  assert.is(door.name, 'locked');
  assert.not.ok(door.energised);
  door.grant();
  assert.is(door.name, 'passage');
  assert.equal(door.events, [
    { type: 'passage-started', by: 'hours', untilMs: 3_601_000 },
    { type: 'door-released', cause: 'token', attemptId: 'A', forMs: 3_000_000 },
  ]);
});

passages('neither a command nor a request to exit is a first entry', () => {
  const door = new DrivenDoor({ rexReleases: true });
  door.give(hoursFor(3_600_000, door)).give({ type: 'release', by: 'desk' }).give(rexOn).pass(60_000);
  assert.is(door.name, 'locked');
});

passages('one that nobody entered ends untouched', () => {
  const door = new DrivenDoor();
  door.give(hoursFor(60_000, door)).pass(60_000);
  assert.equal(door.told(), ['passage-started', 'passage-ended']);
  assert.is(nextDeadlineMs(door.state, door.settings), undefined);
});

passages('the door may stand open in it, and counts as held open from its end', () => {
  const door = new DrivenDoor({ passageNeedsFirstEntry: false });
  door.give(hoursFor(600_000, door)).pass(1_000).give(open).pass(599_000);
  assert.is(door.name, 'open');
  assert.is(door.pass(29_999).name, 'open');
  assert.is(door.pass(1).name, 'held-open');
});

passages('a new end replaces the old one', () => {
  const door = new DrivenDoor({ passageNeedsFirstEntry: false });
  door.give(hoursFor(600_000, door)).pass(1_000).give(hoursFor(5_000, door)).pass(5_000);
  assert.is(door.name, 'locked');
});

passages('one that is over already is refused', () => {
  const door = new DrivenDoor();
  for (const ms of [0, -1, NaN, Infinity]) door.give(hoursFor(ms, door));
  assert.equal(door.refusals, ['over', 'over', 'over', 'over']);
  assert.is(door.state.orders.passage, undefined);
});

passages('it stands again after a restart, but not one whose end has passed', () => {
  const stored = (untilMs: number): DrivenDoor => new DrivenDoor({}, { orders: { ...noOrders, passage: { ...passage, untilMs } } });
  assert.ok(stored(60_000).energised);
  const over = stored(0);
  assert.not.ok(over.energised);
  assert.equal(over.told(), ['passage-ended']);
});
passages.run();

// ---- Fire and fault ----
const faults = suite('fire and fault');

faults('fire releases over a lockdown by renewed leases, and the lockdown stands again after it', () => {
  const door = new DrivenDoor().give(lockdown).give({ type: 'fire-on' }).pass(3_600_000);
  assert.is(door.name, 'fire');
  assert.ok(door.energised && door.energisedUntilMs - door.nowMs <= 1_500);
  door.give({ type: 'fire-off' });
  assert.is(door.name, 'lockdown');
  assert.not.ok(door.energised);
});

faults('a lockdown during a fire is taken note of and comes after it', () => {
  const door = new DrivenDoor().give({ type: 'fire-on' }).give(lockdown);
  assert.ok(door.energised);
  assert.is(door.give({ type: 'fire-off' }).name, 'lockdown');
});

faults('a fire alarm found at the start releases', () => {
  assert.ok(new DrivenDoor({}, { orders: { ...noOrders, fire: true } }).energised);
  assert.not.ok(new DrivenDoor({ fireReleases: false }, { orders: { ...noOrders, fire: true } }).energised);
});

faults('[S1] a relay that fails is told to rest every second until it does', () => {
  const door = new DrivenDoor().grant().give({ type: 'relay-fault', detail: 'welded' });
  assert.is(door.name, 'fault');
  for (let second = 1; second <= 5; second++) {
    door.energisedUntilMs = Infinity;
    assert.not.ok(door.pass(1_000).energised, `after ${second} s`);
  }
  assert.equal(door.told(), ['door-released', 'relay-failed']);
  door.grant();
  assert.equal(door.refusals, ['relay-fault']);
  assert.is(door.give({ type: 'relay-recovered' }).name, 'locked');
});

faults('a lockdown given during a fault is there when the relay is well again', () => {
  const door = new DrivenDoor().give({ type: 'relay-fault', detail: 'welded' }).give(lockdown).give({ type: 'relay-recovered' });
  assert.is(door.name, 'lockdown');
});

faults('a door that stood open in a passage counts as held open from the fault that ended it', () => {
  const door = new DrivenDoor({ passageNeedsFirstEntry: false });
  door.give(hoursFor(3_600_000, door)).give(open).pass(600_000).give({ type: 'relay-fault', detail: 'welded' }).pass(29_999);
  assert.not.ok(door.told().includes('door-held-open'));
  assert.ok(door.pass(1).told().includes('door-held-open'));
});

faults('a passage is taken up again when the relay is well again', () => {
  const door = new DrivenDoor({ passageNeedsFirstEntry: false });
  door.give(hoursFor(60_000, door)).give({ type: 'relay-fault', detail: 'welded' });
  assert.not.ok(door.energised);
  assert.ok(door.give({ type: 'relay-recovered' }).energised);
});
faults.run();
