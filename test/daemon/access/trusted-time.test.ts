import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MAX_SIGNERS, readingOf, withAgreement, withIssueTime, withoutSigner, type TimeKnowledge } from '../../../daemon/access/clock-trust.ts';
import { TrustedTime } from '../../../daemon/access/trusted-time.ts';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import type { ClockTrust } from '../../../daemon/base/events.ts';
import { silentLogger, type Logger } from '../../../daemon/base/logger.ts';
import { MemoryState } from '../../support/memory-state.ts';

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;
const NOON = Date.parse('2026-03-02T12:00:00Z');
const none: TimeKnowledge = { vouched: {}, heardOffsetMs: undefined, rtcHasBattery: false };
const battery: TimeKnowledge = { ...none, rtcHasBattery: true };
/** As after a restart: the floor is known, nobody was heard. */
const floorAt = (floorMs: number, knowledge = none): TimeKnowledge => ({ ...knowledge, vouched: { root: { floorOffsetMs: floorMs, newestIssueMs: floorMs } } });
/** As in a run that verified something just issued at `issuedMs`, at monotonic time 0. */
const heard = (issuedMs: number): TimeKnowledge => withIssueTime(none, issuedMs, 'root', 0);

interface Row {
  situation: string;
  knowledge: TimeKnowledge;
  wallMs: number;
  monotonicMs?: number;
  trust: ClockTrust;
  nowMs: number;
}

const table: Row[] = [
  { situation: 'a new door that nobody has told the time', knowledge: none, wallMs: NOON, trust: 'suspect', nowMs: NOON },
  { situation: 'a new door with a battery is no better off', knowledge: battery, wallMs: NOON, trust: 'suspect', nowMs: NOON },
  { situation: 'a new door that wakes in 1970', knowledge: none, wallMs: 5 * S, trust: 'floor', nowMs: 5 * S },
  { situation: 'a list was just verified', knowledge: heard(NOON), wallMs: NOON, trust: 'verified', nowMs: NOON },
  { situation: 'the list was issued hours before it was verified', knowledge: heard(NOON - 23 * H), wallMs: NOON, trust: 'verified', nowMs: NOON },
  { situation: 'the clock is exactly a day ahead of the list', knowledge: heard(NOON - 24 * H), wallMs: NOON, trust: 'verified', nowMs: NOON },
  { situation: 'the clock is over a day ahead of the list', knowledge: heard(NOON - 24 * H), wallMs: NOON + 1, trust: 'suspect', nowMs: NOON + 1 },
  { situation: 'elapsed time carries the list along', knowledge: heard(NOON - 24 * H), wallMs: NOON + H, monotonicMs: H, trust: 'verified', nowMs: NOON + H },
  { situation: 'the clock jumped two days ahead', knowledge: heard(NOON), wallMs: NOON + 48 * H, trust: 'suspect', nowMs: NOON + 48 * H },
  { situation: 'the clock is a minute behind: the issuer\'s may be ahead', knowledge: heard(NOON), wallMs: NOON - MIN, trust: 'verified', nowMs: NOON },
  { situation: 'the clock is more than a minute behind', knowledge: heard(NOON), wallMs: NOON - MIN - 1, trust: 'floor', nowMs: NOON },
  { situation: 'the clock jumped back behind elapsed time', knowledge: heard(NOON), wallMs: NOON, monotonicMs: H, trust: 'floor', nowMs: NOON + H },
  { situation: 'elapsed time has fractions of a millisecond, which no event and no use may have', knowledge: heard(NOON), wallMs: NOON, monotonicMs: H + 0.25, trust: 'floor', nowMs: NOON + H + 1 },
  { situation: 'restarted, the clock at the floor', knowledge: floorAt(NOON), wallMs: NOON, trust: 'floor', nowMs: NOON },
  { situation: 'restarted, the clock some hours on', knowledge: floorAt(NOON), wallMs: NOON + 3 * H, trust: 'floor', nowMs: NOON + 3 * H },
  { situation: 'restarted with a battery, the clock some hours on', knowledge: floorAt(NOON, battery), wallMs: NOON + 3 * H, trust: 'rtc', nowMs: NOON + 3 * H },
  { situation: 'restarted with a battery, the clock behind the floor', knowledge: floorAt(NOON, battery), wallMs: NOON - 3 * H, trust: 'floor', nowMs: NOON },
  { situation: 'restarted with a battery, the clock days ahead', knowledge: floorAt(NOON, battery), wallMs: NOON + 60 * H, trust: 'suspect', nowMs: NOON + 60 * H },
  { situation: 'days ahead until a later list agrees', knowledge: withIssueTime(floorAt(NOON), NOON + 60 * H, 'root', 0), wallMs: NOON + 60 * H, trust: 'verified', nowMs: NOON + 60 * H },
  { situation: 'days ahead until the backend agrees', knowledge: withAgreement(floorAt(NOON), NOON + 60 * H, NOON + 60 * H, 0), wallMs: NOON + 60 * H, trust: 'verified', nowMs: NOON + 60 * H },
  { situation: 'a backend that does not agree changes nothing', knowledge: withAgreement(floorAt(NOON), NOON + 61 * H, NOON + 60 * H, 0), wallMs: NOON + 60 * H, trust: 'suspect', nowMs: NOON + 60 * H },
  { situation: 'a recorded list, shown again after a power cut', knowledge: withIssueTime(floorAt(NOON), NOON, 'root', 0), wallMs: NOON + H, trust: 'floor', nowMs: NOON + H },
  { situation: 'a recorded list of another key, older than the newest', knowledge: withIssueTime(floorAt(NOON), NOON - H, 'ab01', 0), wallMs: NOON + H, trust: 'floor', nowMs: NOON + H },
  { situation: 'agreed, then NTP pulls the clock back by hours', knowledge: withAgreement(floorAt(NOON - 20 * H), NOON, NOON, 0), wallMs: NOON - 3 * H, trust: 'floor', nowMs: NOON },
];

for (const { situation, knowledge, wallMs, monotonicMs = 0, trust, nowMs } of table) {
  test(`trusted time: ${situation}: ${trust}`, () => {
    const reading = readingOf(knowledge, wallMs, monotonicMs);
    assert.equal({ trust: reading.trust, nowMs: reading.nowMs }, { trust, nowMs });
  });
}

test('trusted time: an older issue time never lowers the floor', () => {
  const knowledge = withIssueTime(heard(NOON), NOON - H, 'root', 0);
  assert.is(readingOf(knowledge, NOON, 0).floorMs, NOON);
});

test('trusted time: what the backend says never moves the floor', () => {
  const knowledge = withAgreement(floorAt(NOON), NOON + 50 * S, NOON + 50 * S, 0);
  assert.is(readingOf(knowledge, NOON + 50 * S, 0).floorMs, NOON);
});

test('trusted time: a thief\'s date in 2099 goes with the thief\'s key', () => {
  const stolen = withIssueTime(heard(NOON), Date.parse('2099-01-01T00:00:00Z'), 'ab01', 0);
  assert.is(readingOf(stolen, NOON, 0).trust, 'floor');
  const revoked = withoutSigner(stolen, 'ab01');
  assert.is(readingOf(revoked, NOON, 0).floorMs, NOON);
  assert.is(readingOf(withIssueTime(revoked, NOON + H, 'root', H), NOON + H, H).trust, 'verified');
});

test('trusted time: the signers remembered are bounded [S9]', () => {
  let knowledge = none;
  for (let i = 0; i < 50; i++) knowledge = withIssueTime(knowledge, NOON + i, `key-${i}`, 0);
  assert.is(Object.keys(knowledge.vouched).length, MAX_SIGNERS);
  assert.is(readingOf(knowledge, NOON, 0).floorMs, NOON + 49);
});

function timeAt(wallMs: number, state = new MemoryState(), log: Logger = silentLogger): { clock: VirtualClock; time: TrustedTime; state: MemoryState; told: ClockTrust[] } {
  const clock = new VirtualClock(wallMs);
  const told: ClockTrust[] = [];
  return { clock, state, told, time: new TrustedTime({ clock, state, rtcHasBattery: false, log, onChange: (trust) => told.push(trust) }) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('trusted time: the power is cut, the door wakes in the past, and is not fooled', async () => {
  const before = timeAt(NOON);
  await before.time.raise(NOON, 'root');
  before.time.start();
  before.clock.advance(2 * H);
  await settled();

  const after = timeAt(NOON - 30 * 24 * H, before.state);
  assert.is(after.time.trust(), 'floor');
  assert.is(after.time.nowMs(), NOON + 2 * H, 'elapsed time was saved every ten minutes');
  await before.time.stop();
});

test('trusted time: a cut costs the floor ten minutes at most', async () => {
  const before = timeAt(NOON);
  await before.time.raise(NOON, 'root');
  before.time.start();
  before.clock.advance(2 * H + 9 * MIN);
  await settled();
  const lostMs = before.time.nowMs() - timeAt(0, before.state).time.nowMs();
  assert.ok(lostMs <= 10 * MIN, `${lostMs} ms`);
  await before.time.stop();
});

test('trusted time: an orderly stop saves all of it', async () => {
  const before = timeAt(NOON);
  await before.time.raise(NOON, 'root');
  before.clock.advance(90 * S);
  await before.time.stop();
  assert.is(timeAt(0, before.state).time.nowMs(), NOON + 90 * S);
});

test('trusted time: each change of trust is told once', async () => {
  const { clock, time, told } = timeAt(NOON);
  time.start();
  clock.advance(MIN);
  await time.raise(clock.wallMs(), 'root');
  clock.advance(MIN);
  clock.jumpWall(3 * 24 * H);
  clock.advance(MIN);
  clock.jumpWall(-4 * 24 * H);
  clock.advance(MIN);
  time.confirm(NOON + 4 * MIN);
  clock.jumpWall(24 * H);
  clock.advance(MIN);
  await time.stop();
  assert.equal(told, ['verified', 'suspect', 'floor', 'verified']);
});

for (const [what, saved] of [['garbage', 'x'], ['a list', [1]], ['a floor that is no number', { root: { floorMs: 'soon', newestIssueMs: 1 } }], ['a negative floor', { root: { floorMs: -1, newestIssueMs: 0 } }]] as const) {
  test(`trusted time: saved state that is ${what} counts as none`, async () => {
    const state = new MemoryState();
    await state.set('trusted-time', saved);
    assert.is(timeAt(NOON, state).time.trust(), 'suspect');
  });
}

test('trusted time: a full disk is told to who vouches, and only logged on the timer', async () => {
  const warnings: string[] = [];
  const { clock, time, state } = timeAt(NOON, new MemoryState(), { ...silentLogger, warn: (text) => warnings.push(text) });
  time.start();
  state.failing = true;
  let code = '';
  await time.raise(NOON, 'root').catch((thrown: { code: string }) => (code = thrown.code));
  assert.is(code, 'storage');
  assert.is(time.trust(), 'verified', 'this run knows it all the same');
  clock.advance(20 * MIN);
  await settled();
  assert.ok(warnings.length >= 1);
  await time.stop();
});

test.run();
