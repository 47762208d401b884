import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OrderQueue, type Order } from '../../../../daemon/backend/orders/order-queue.ts';
import { unlockAnswerOf, type OrderEnd } from '../../../../daemon/backend/orders/unlock-answer.ts';
import { VirtualClock } from '../../../../daemon/base/clock.ts';

const order = (orderId: string): Order => ({ orderId, type: 'unlock', by: 'ada' });
const stays = new AbortController().signal;

function opened(): { clock: VirtualClock; queue: OrderQueue } {
  const clock = new VirtualClock();
  return { clock, queue: new OrderQueue(clock) };
}

/** What a promise has come to so far. */
async function soFar<T>(promise: Promise<T>): Promise<T | 'still waiting'> {
  const turn = new Promise<'still waiting'>((resolve) => setImmediate(() => resolve('still waiting')));
  return Promise.race([promise, turn]);
}

const lastHeard: [situation: string, agoMs: number, end: OrderEnd | 'still waiting'][] = [
  ['just now', 0, 'still waiting'],
  ['almost two seconds ago', 1_999, 'still waiting'],
  ['two seconds ago', 2_000, 'offline'],
  ['an hour ago', 3_600_000, 'offline'],
];
for (const [situation, agoMs, end] of lastHeard) {
  test(`a door that asks nothing now and was last heard of ${situation}: ${end}`, async () => {
    const { clock, queue } = opened();
    await queue.wait(0, stays);
    clock.advance(agoMs);
    assert.is(await soFar(queue.ask(order('a'), stays)), end);
  });
}

test('a door nobody ever heard of is offline', async () => {
  assert.is(await soFar(opened().queue.ask(order('a'), stays)), 'offline');
});

test('a door that hangs up is away at once, though it was heard of just now', async () => {
  const { queue } = opened();
  const leaving = new AbortController();
  const held = queue.wait(25_000, leaving.signal);
  leaving.abort();
  assert.is(await held, 'nothing');
  assert.is(await soFar(queue.ask(order('a'), stays)), 'offline');
});

test('a question of a door whose older one breaks afterwards is still held', async () => {
  const { queue } = opened();
  const breaking = new AbortController();
  const older = queue.wait(25_000, breaking.signal);
  const newer = queue.wait(25_000, stays);
  assert.is(await older, 'replaced');
  breaking.abort();
  assert.is(await soFar(newer), 'still waiting');
  void queue.ask(order('a'), stays);
  assert.equal(await newer, order('a'));
});

test('a door that is busy with one order is there for the next, however long that takes', async () => {
  const { clock, queue } = opened();
  await queue.wait(0, stays);
  void queue.ask(order('a'), stays);
  queue.claim('a');
  clock.advance(2_500);
  assert.is(await soFar(queue.ask(order('b'), stays)), 'still waiting');
});

test('a question is held to the millisecond', async () => {
  const { clock, queue } = opened();
  const held = queue.wait(25_000, stays);
  clock.advance(24_999);
  assert.is(await soFar(held), 'still waiting');
  clock.advance(1);
  assert.is(await held, 'nothing');
});

test('orders are told oldest first, and a claimed one no more', async () => {
  const { queue } = opened();
  await queue.wait(0, stays);
  for (const id of ['a', 'b']) void queue.ask(order(id), stays);
  assert.equal(await queue.wait(25_000, stays), order('a'));
  assert.ok(queue.claim('a'));
  assert.equal(await queue.wait(25_000, stays), order('b'));
});

test('a caller who hangs up ends his order before it is claimed, and no longer after', async () => {
  const { queue } = opened();
  await queue.wait(0, stays);
  const [early, late] = [new AbortController(), new AbortController()];
  const [withdrawn, performed] = [queue.ask(order('a'), early.signal), queue.ask(order('b'), late.signal)];
  early.abort();
  assert.is(await withdrawn, 'withdrawn');
  assert.not(queue.claim('a'));
  assert.ok(queue.claim('b'));
  late.abort();
  assert.ok(queue.report('b', 'released'));
  assert.is(await performed, 'released');
});

test('a caller who is gone before the order is made: it is never made', async () => {
  const { queue } = opened();
  await queue.wait(0, stays);
  assert.is(await queue.ask(order('a'), AbortSignal.abort()), 'withdrawn');
  assert.is(await queue.wait(0, stays), 'nothing');
});

test('closed: what was not claimed was not done, of what was claimed it is not known', async () => {
  const { queue } = opened();
  await queue.wait(0, stays);
  const ends = [queue.ask(order('a'), stays), queue.ask(order('b'), stays)];
  queue.claim('a');
  queue.close();
  assert.equal(await Promise.all(ends), ['unreported', 'unclaimed']);
});

const answers: [end: OrderEnd, is: string][] = [
  ['released', 'SUCCESS'], ['lockdown', 'LOCKDOWN'], ['relay-fault', 'RELAY_FAULT'], ['not-allowed', 'NOT_ALLOWED'], ['too-late', 'TIMEOUT'],
  ['offline', 'DOOR_OFFLINE'], ['unclaimed', 'DOOR_OFFLINE'], ['unreported', 'TIMEOUT'], ['withdrawn', 'DOOR_OFFLINE'],
];
for (const [end, is] of answers) {
  test(`an order that ended ${end} is answered ${is}; only where it is not known is it said to be perhaps released`, () => {
    const answer = unlockAnswerOf(end);
    assert.is(answer.type === 'SUCCESS' ? answer.type : answer.errorType, is);
    assert.is(answer.type === 'ERROR' && /may have been released/.test(answer.errorMsg), end === 'unreported');
  });
}

test.run();
