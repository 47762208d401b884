import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ruuidOf, uuidBytes } from '../../../../daemon/base/ids.ts';
import { eventually } from '../../../support/eventually.ts';
import { BACK, FRONT, GARAGE, ServedBackend, type Reply } from '../served-backend.ts';

const UNLOCK = '/api/accesscontrol/unlockAccessControlledDoor';
const NONCE = 'n'.repeat(22);

interface Heard {
  order: { orderId: string; type: string; by: string } | null;
  replaced?: boolean;
}

/** A door that does what the test says, over HTTP. */
class DoorByHand {
  readonly #it: ServedBackend;
  readonly #door: string;

  constructor(it: ServedBackend, door = FRONT) {
    this.#it = it;
    this.#door = door;
  }

  async hear(holdS: number): Promise<Heard> {
    const response = await fetch(`${this.#it.url}/api/postern/door/awaitOrder`, {
      method: 'POST', headers: { ...this.#it.auth(this.#it.doorKey), 'content-type': 'application/json' }, body: JSON.stringify({ doorUuid: this.#door, holdS }),
    });
    return await response.json() as Heard;
  }

  /**
   * A question that is held for certain when this resolves, with its answer to come: of two sent at once the later one has
   * taken the other's place.
   */
  async held(): Promise<{ answer: Promise<Heard> }> {
    const asked = [this.hear(25), this.hear(25)];
    const [first, second] = asked.map(async (answer, i) => ({ i, answer: await answer }));
    const replaced = await Promise.race([first, second]);
    assert.equal(replaced?.answer, { order: null, replaced: true });
    return { answer: asked[1 - (replaced?.i ?? 0)] as Promise<Heard> };
  }

  /** Waits for an order, there already or not. */
  async order(): Promise<string> {
    const { order } = await this.hear(25);
    if (!order) throw new Error('there was no order');
    return order.orderId;
  }

  async claim(orderId: string): Promise<unknown> {
    return (await this.#it.post('/api/postern/door/claimOrder', { doorUuid: this.#door, orderId, nonce: NONCE }, this.#it.doorKey)).body.claimed;
  }

  async report(orderId: string, outcome: string): Promise<unknown> {
    return (await this.#it.post('/api/postern/door/reportOrder', { doorUuid: this.#door, orderId, outcome }, this.#it.doorKey)).body.accepted;
  }
}

/** A backend with a folder, so that its audit log can be read beside it. */
function atBackend(body: (it: ServedBackend, door: DoorByHand, audit: () => string[]) => Promise<void>): () => Promise<void> {
  return async () => {
    const dir = mkdtempSync(join(tmpdir(), 'postern-orders-'));
    const it = await ServedBackend.open(dir);
    try {
      await body(it, new DoorByHand(it), () => auditOf(dir));
    } finally {
      await it.close();
      rmSync(dir, { recursive: true });
    }
  };
}

function auditOf(dir: string): string[] {
  const store = new Database(join(dir, 'backend.sqlite'), { readonly: true });
  try {
    return store.prepare<[], string>(`SELECT action || ' ' || subject || ' ' || ifnull(api_key, '-') || ' ' || ifnull(principal, '-') FROM audit WHERE action LIKE '%unlock%' ORDER BY seq`).pluck().all();
  } finally {
    store.close();
  }
}

const unlock = (it: ServedBackend, body: object = { accessControlledDoorUuid: FRONT }): Promise<Reply> => it.post(UNLOCK, body);

async function outcomeOf(unlocking: Promise<Reply>): Promise<unknown> {
  const { status, body } = await unlocking;
  assert.is(status, 200);
  return body.errorType ?? body.type;
}

test('a door that waits is told, takes the order, and what it says is what the caller hears; who asked is on record', atBackend(async (it, door, audit) => {
  await door.hear(0);
  const heard = door.hear(25);
  const unlocking = unlock(it, { accessControlledDoorUuid: FRONT, auditPrincipal: 'ada@example.org' });
  const { order } = await heard;
  assert.equal([order?.type, order?.by], ['unlock', 'admin']);
  assert.equal(audit(), [`unlock-asked ${FRONT} admin ada@example.org`], 'before the door could act');
  assert.is(await door.claim(String(order?.orderId)), true);
  assert.is(await door.report(String(order?.orderId), 'released'), true);
  assert.equal((await unlocking).body, { type: 'SUCCESS' });
  assert.equal(audit(), [`unlock-asked ${FRONT} admin ada@example.org`, `door-unlocked ${FRONT} SUCCESS admin ada@example.org`]);
}));

const said: [outcome: string, errorType: string][] = [['lockdown', 'LOCKDOWN'], ['relay-fault', 'RELAY_FAULT'], ['not-allowed', 'NOT_ALLOWED'], ['too-late', 'TIMEOUT']];
for (const [outcome, errorType] of said) {
  test(`a door that answers ${outcome}: ${errorType}, with a sentence, and in the audit log`, atBackend(async (it, door, audit) => {
    await door.hear(0);
    const unlocking = unlock(it);
    const id = await door.order();
    await door.claim(id);
    await door.report(id, outcome);
    const { status, body } = await unlocking;
    assert.equal([status, body.type, body.errorType], [200, 'ERROR', errorType]);
    assert.match(String(body.errorMsg), / .*\.$/, 'a sentence');
    assert.is(audit().at(-1), `door-unlocked ${FRONT} ${errorType} admin -`);
  }));
}

test('a door that is not there: DOOR_OFFLINE without waiting for anything', atBackend(async (it, _door, audit) => {
  // The clock stands: an answer that waited for it would never come.
  assert.is(await outcomeOf(unlock(it)), 'DOOR_OFFLINE');
  assert.equal(audit(), [`unlock-asked ${FRONT} admin -`, `door-unlocked ${FRONT} DOOR_OFFLINE admin -`]);
}));

test('nobody takes the order within five seconds: DOOR_OFFLINE, and the order can be taken no more', atBackend(async (it, door) => {
  await door.hear(0);
  const unlocking = unlock(it);
  const id = await door.order();
  it.clock.advance(4_999);
  it.clock.advance(1);
  assert.is(await outcomeOf(unlocking), 'DOOR_OFFLINE');
  assert.is(await door.claim(id), false);
  assert.is(await door.report(id, 'released'), false);
}));

test('the order was taken and nothing more is heard: TIMEOUT after three seconds, and that it may have been released', atBackend(async (it, door) => {
  await door.hear(0);
  const unlocking = unlock(it);
  const id = await door.order();
  it.clock.advance(4_999);
  assert.is(await door.claim(id), true, 'in the last moment');
  it.clock.advance(3_000);
  const { body } = await unlocking;
  assert.is(body.errorType, 'TIMEOUT');
  assert.match(String(body.errorMsg), /may have been released/);
  assert.is(await door.report(id, 'released'), false);
}));

test('an order is taken once, and only by its door', atBackend(async (it, door) => {
  await door.hear(0);
  const unlocking = unlock(it);
  const id = await door.order();
  assert.is(await new DoorByHand(it, BACK).claim(id), false);
  assert.is(await door.report(id, 'released'), false, 'not before it is taken');
  const claims = await Promise.all(Array.from({ length: 8 }, () => door.claim(id)));
  assert.is(claims.filter((claimed) => claimed === true).length, 1);
  await door.report(id, 'released');
  assert.is(await outcomeOf(unlocking), 'SUCCESS');
  assert.is(await door.claim(id), false);
}));

test('an order that was lost on its way is told again to the door\'s next question', atBackend(async (it, door) => {
  await door.hear(0);
  const unlocking = unlock(it);
  const lost = await door.order();
  const again = await door.order();
  assert.is(again, lost);
  await door.claim(again);
  await door.report(again, 'released');
  assert.is(await outcomeOf(unlocking), 'SUCCESS');
}));

test('the caller hangs up before the door takes the order: it can be taken no more, and the audit log says so', atBackend(async (it, door, audit) => {
  await door.hear(0);
  const hangingUp = new AbortController();
  const unlocking = fetch(it.url + UNLOCK, {
    method: 'POST', signal: hangingUp.signal, headers: { ...it.auth(it.adminKey), 'content-type': 'application/json' }, body: JSON.stringify({ accessControlledDoorUuid: FRONT }),
  });
  const id = await door.order();
  hangingUp.abort();
  await unlocking.then(() => assert.unreachable(), () => undefined);
  await eventually('it is withdrawn', () => audit().at(-1) === `door-unlocked ${FRONT} WITHDRAWN admin -` || undefined);
  assert.is(await door.claim(id), false);
}));

test('[S9] four callers at once: four orders, one after the other; a fifth is told to come back', atBackend(async (it, door, audit) => {
  await door.hear(0);
  const unlockings = [unlock(it), unlock(it), unlock(it), unlock(it)];
  await eventually('all have asked', () => audit().length === 4 || undefined);
  const refusal = await unlock(it);
  assert.equal([refusal.status, refusal.body.code], [429, 'unlocks-full']);
  const first = await door.order();
  await door.claim(first);
  const done = [first];
  await door.report(first, 'released');
  while (done.length < 4) {
    const id = await door.order();
    done.push(id);
    await door.claim(id);
    await door.report(id, 'released');
  }
  assert.equal(await Promise.all(unlockings.map(outcomeOf)), ['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS']);
  assert.is(new Set(done).size, 4);
}));

test('a newer question of the same door ends the older, which says so; the newer is held and then answered with nothing', atBackend(async (it, door) => {
  const held = await door.held();
  it.clock.advance(25_000);
  assert.equal(await held.answer, { order: null });
}));

test('stopped: whoever waits is answered at once, and the answer is on record', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'postern-orders-'));
  const it = await ServedBackend.open(dir);
  const front = new DoorByHand(it);
  const held = await new DoorByHand(it, BACK).held();
  await front.hear(0);
  const unlocking = unlock(it);
  await front.order();
  await it.close();
  assert.equal(await held.answer, { order: null });
  assert.is(await outcomeOf(unlocking), 'DOOR_OFFLINE');
  assert.is(auditOf(dir).at(-1), `door-unlocked ${FRONT} DOOR_OFFLINE admin -`);
  rmSync(dir, { recursive: true });
});

test('[S9] doors that wait leave half of the connections to others: one too many is told to come back', atBackend(async (it) => {
  const doors = Array.from({ length: 256 }, (_, n) => ruuidOf(Buffer.alloc(16, `door ${n}`)));
  for (const uuid of doors) it.backend.addDoor({ uuid, name: uuid });
  const waiting = doors.map((uuid) => new DoorByHand(it, uuid).hear(25));
  const refusal = await eventually('all are held', async () => {
    const { status, body } = await it.post('/api/postern/door/awaitOrder', { doorUuid: FRONT, holdS: 0 }, it.doorKey);
    return status === 200 ? undefined : [status, body.code];
  });
  assert.equal(refusal, [503, 'orders-full']);
  assert.is((await it.get('/api/postern/keyset')).status, 200);
  assert.is(await outcomeOf(unlock(it)), 'DOOR_OFFLINE');
  it.clock.advance(25_000);
  assert.equal(await Promise.all(waiting), waiting.map(() => ({ order: null })));
}));

type Request = [situation: string, path: string, body: object, by: 'admin' | 'door', status: number, code: string];
const door = { doorUuid: FRONT };
const refused: Request[] = [
  ['a door\'s key that unlocks', UNLOCK, { accessControlledDoorUuid: FRONT }, 'door', 403, 'wrong-role'],
  ['an admin\'s key that listens for a door', '/api/postern/door/awaitOrder', door, 'admin', 403, 'wrong-role'],
  ['an admin\'s key that claims', '/api/postern/door/claimOrder', { ...door, orderId: 'x', nonce: NONCE }, 'admin', 403, 'wrong-role'],
  ['an admin\'s key that reports', '/api/postern/door/reportOrder', { ...door, orderId: 'x', outcome: 'released' }, 'admin', 403, 'wrong-role'],
  ['no door', UNLOCK, {}, 'admin', 400, 'request-bad'],
  ['a door that is null', UNLOCK, { accessControlledDoorUuid: null }, 'admin', 400, 'request-bad'],
  ['a door that is no id', UNLOCK, { accessControlledDoorUuid: '../x' }, 'admin', 400, 'door-uuid-bad'],
  ['a door that is not there', UNLOCK, { accessControlledDoorUuid: 'AAECAwQFBgcICQoLDA0OAA' }, 'admin', 404, 'door-unknown'],
  ['a field nobody knows', UNLOCK, { accessControlledDoorUuid: FRONT, forSec: 900 }, 'admin', 400, 'request-bad'],
  ['a principal of 201 characters', UNLOCK, { accessControlledDoorUuid: FRONT, auditPrincipal: 'x'.repeat(201) }, 'admin', 400, 'request-bad'],
  ['a question held for an hour', '/api/postern/door/awaitOrder', { ...door, holdS: 3600 }, 'door', 400, 'request-bad'],
  ['a question held for less than nothing', '/api/postern/door/awaitOrder', { ...door, holdS: -1 }, 'door', 400, 'request-bad'],
  ['a question for a door that is not there', '/api/postern/door/awaitOrder', { doorUuid: 'AAECAwQFBgcICQoLDA0OAA' }, 'door', 404, 'door-unknown'],
  ['a claim without a nonce', '/api/postern/door/claimOrder', { ...door, orderId: 'x' }, 'door', 400, 'request-bad'],
  ['a claim of 65 characters', '/api/postern/door/claimOrder', { ...door, orderId: 'x'.repeat(65), nonce: NONCE }, 'door', 400, 'request-bad'],
  ['an outcome nobody knows', '/api/postern/door/reportOrder', { ...door, orderId: 'x', outcome: 'opened' }, 'door', 400, 'request-bad'],
];
for (const [situation, path, body, by, status, code] of refused) {
  test(`${situation}: ${status} ${code}`, atBackend(async (it, _door, audit) => {
    const reply = await it.post(path, body, by === 'admin' ? it.adminKey : it.doorKey);
    assert.equal([reply.status, reply.body.code], [status, code]);
    assert.equal(audit(), [], 'nothing was asked of a door');
  }));
}

test('[S8] a key that is bound to one door hears, claims and reports for no other', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'postern-orders-'));
  const it = await ServedBackend.open(dir);
  const front = new DoorByHand(it);
  await front.hear(0);
  const unlocking = unlock(it);
  const orderId = await front.order();
  const store = new Database(join(dir, 'backend.sqlite'));
  store.prepare("UPDATE api_keys SET door = ? WHERE role = 'door'").run(uuidBytes(BACK));
  store.close();
  for (const [call, body] of [['awaitOrder', { holdS: 0 }], ['claimOrder', { orderId, nonce: NONCE }], ['reportOrder', { orderId, outcome: 'released' }]] as const) {
    const reply = await it.post(`/api/postern/door/${call}`, { doorUuid: FRONT, ...body }, it.doorKey);
    assert.equal([call, reply.status, reply.body.code], [call, 403, 'other-door']);
  }
  it.clock.advance(5_000);
  assert.is(await outcomeOf(unlocking), 'DOOR_OFFLINE');
  await it.close();
  rmSync(dir, { recursive: true });
});

test('a door without a camera for codes is unlocked all the same, by its UUID too', atBackend(async (it) => {
  const garage = new DoorByHand(it, GARAGE);
  await garage.hear(0);
  const unlocking = unlock(it, { accessControlledDoorUuid: '20212223-2425-2627-2829-2a2b2c2d2e2f' });
  const id = await garage.order();
  await garage.claim(id);
  await garage.report(id, 'released');
  assert.is(await outcomeOf(unlocking), 'SUCCESS');
}));

test.run();
