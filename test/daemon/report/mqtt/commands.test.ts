import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import type { DoorCommand, DoorCommandOutcome } from '../../../../daemon/base/door-command.ts';
import { rawPublicKey, signerFromSeed, type Signer } from '../../../../daemon/base/ed25519.ts';
import { silentLogger } from '../../../../daemon/base/logger.ts';
import { StatusBoard } from '../../../../daemon/base/status.ts';
import { CommandLink } from '../../../../daemon/report/mqtt/command-link.ts';
import { deliveryRefusal, QUARANTINE_MS } from '../../../../daemon/report/mqtt/command-rules.ts';
import type { ResultPayload, SignedCommandContent } from '../../../../daemon/report/mqtt/payloads.ts';
import { signCommand } from '../../../../daemon/report/mqtt/signed-command.ts';
import { doorTopics } from '../../../../daemon/report/mqtt/topics.ts';
import { AedesBroker } from '../../../support/aedes-broker.ts';
import { BrokerEar } from '../../../support/broker-ear.ts';
import { eventually } from '../../../support/eventually.ts';
import { MemoryState } from '../../../support/memory-state.ts';

const DOOR = 'hnfL0wFCTDaxXyLRvu6jWg';
const OTHER = 'kWz_vHiMTcixVJShXm_VoA';
const topics = doorTopics('postern', DOOR);
const ours = signerFromSeed(Buffer.alloc(32, 1));
const theirs = signerFromSeed(Buffer.alloc(32, 2));

const broker = await AedesBroker.open();
const ear = await BrokerEar.at(broker.url, { topics: [`${topics.results}/#`, `postern/${OTHER}/#`] });
test.after(async () => {
  await ear.close();
  await broker.close();
});

interface Refused {
  command: string;
  reason: string;
  by?: string;
}

/** What takes commands for a door, and a door that only remembers what it was asked for. */
class Commanded {
  readonly clock = new VirtualClock();
  readonly status = new StatusBoard(this.clock);
  readonly state: MemoryState;
  readonly performed: [DoorCommand, string][] = [];
  readonly refused: Refused[] = [];
  restarts = 0;
  outcome: DoorCommandOutcome = 'done';
  /** What a command at the door waits for. */
  busy: Promise<void> = Promise.resolve();
  isBelieved = true;
  readonly #link: CommandLink;

  constructor({ unsigned = false, restart = false, state = new MemoryState() } = {}) {
    this.state = state;
    this.#link = new CommandLink({
      access: { brokers: [broker.url], login: () => ({ tls: {} }), version: '3.1.1', keepaliveS: 15, connectTimeoutMs: 5_000 },
      doorUuid: DOOR, topics, unsigned, keys: () => [rawPublicKey(ours.privateKey)], clock: this.clock, status: this.status, log: silentLogger, state,
      time: () => ({ nowMs: this.clock.wallMs(), isBelieved: this.isBelieved }),
      perform: async (command, by) => {
        this.performed.push([command, by]);
        await this.busy;
        return this.outcome;
      },
      onRefused: (refused) => this.refused.push(refused),
      ...(restart && { restart: () => this.restarts++ }),
    });
  }

  /** Listens, past the time in which everything is refused unless told. */
  static async open(options: ConstructorParameters<typeof Commanded>[0] & { waits?: boolean } = {}): Promise<Commanded> {
    const commanded = new Commanded(options);
    commanded.#link.start();
    await eventually('the subscription to stand', () => commanded.status.get('mqtt-commands')?.state === 'ok');
    await commanded.#link.idle();
    if (options.waits ?? true) commanded.clock.advance(QUARANTINE_MS);
    return commanded;
  }

  signed(content: Partial<SignedCommandContent> & { command?: unknown } = {}, signer: Signer = ours): Uint8Array {
    const nonce = Buffer.from(`nonce-${Math.random()}-of-test`).toString('base64url');
    return signCommand({ doorUuid: DOOR, atMs: this.clock.wallMs(), nonce, command: { type: 'unlock' }, ...content } as Parameters<typeof signCommand>[0], signer);
  }

  unsigned(what: string, atMs = this.clock.wallMs()): string {
    return JSON.stringify({ do: what, atMs });
  }

  /** Sends, and waits for the answer. */
  async ask(topic: string, payload: string | Uint8Array, options: { retain?: boolean } = {}): Promise<ResultPayload> {
    const before = ear.heard.length;
    await ear.publish(topic, typeof payload === 'string' ? payload : Buffer.from(payload), options);
    const answer = await eventually(`an answer on ${topics.results}`, () => ear.heard.slice(before).find((heard) => heard.topic.startsWith(topics.results)));
    return JSON.parse(answer.payload.toString()) as ResultPayload;
  }

  close(): Promise<void> {
    return this.#link.stop();
  }
}

test('each command under a signature is carried out, in the name of the key, and its outcome answered', async () => {
  const door = await Commanded.open();
  const untilMs = door.clock.wallMs() + 3_600_000;
  const commands: DoorCommand[] = [{ type: 'unlock' }, { type: 'lockdown-on' }, { type: 'lockdown-off' }, { type: 'passage', untilMs }, { type: 'hold', forS: 60 }, { type: 'passage-end' }, { type: 'capture' }];
  for (const command of commands) {
    const answer = await door.ask(topics.command, door.signed({ command }));
    assert.equal([answer.command, answer.done, answer.outcome, answer.doorUuid], [command.type, true, 'done', DOOR]);
  }
  const by = `mqtt key ${Buffer.from(ours.keyId).toString('hex')}`;
  assert.equal(door.performed, commands.map((command) => [command, by]));
  assert.equal(door.refused, []);
  await door.close();
});

test('the answer carries the nonce and goes where the sender listens, which is never outside this door\'s results', async () => {
  const door = await Commanded.open();
  const answer = await door.ask(topics.command, door.signed({ nonce: 'a-nonce-of-mine-1', reply: 'desk-7' }));
  assert.is(answer.nonce, 'a-nonce-of-mine-1');
  assert.is(ear.heard.at(-1)?.topic, `${topics.results}/desk-7`);
  for (const reply of [`../../${OTHER}/command`, 'a/b', '#', '+', '', 'x'.repeat(65), `desk\u0000`]) {
    assert.is((await door.ask(topics.command, door.signed({ reply }))).outcome, 'unreadable', reply);
    assert.is(ear.heard.at(-1)?.topic, topics.results);
  }
  assert.is(door.performed.length, 1);
  assert.is(ear.heard.filter(({ topic }) => topic.includes(OTHER)).length, 0);
  await door.close();
});

test('what the door could not do is answered with why, and is told as refused', async () => {
  const door = await Commanded.open();
  door.outcome = 'lockdown';
  const answer = await door.ask(topics.command, door.signed());
  assert.equal([answer.done, answer.outcome], [false, 'lockdown']);
  assert.match(answer.text, 'in lockdown');
  assert.is(door.refused[0]?.reason, 'lockdown');
  await door.close();
});

test('[S8] a retained command is refused, signed or not, and was not carried out', async () => {
  const first = await Commanded.open();
  await ear.publish(topics.command, Buffer.from(first.signed()), { retain: true });
  await eventually('it to be carried out, for to those that listen it is not a retained one', () => first.performed.length === 1);
  await first.close();

  const late = await Commanded.open({ waits: false });
  const retained = await eventually('the retained one to be refused', () => late.refused[0]);
  assert.is(retained.reason, 'retained');
  assert.equal(late.performed, []);
  await ear.publish(topics.command, '', { retain: true });
  await late.close();

  assert.is(deliveryRefusal({ retain: true, bytes: 100, sinceSubscribedMs: 3_600_000 }), 'retained', 'a broker may be slow to hand it out');
  assert.is(deliveryRefusal({ retain: false, bytes: 100, sinceSubscribedMs: undefined }), 'too-soon', 'what comes before the broker has confirmed');
});

test('[S8] what arrives within 2 s of the subscription is refused, and carried out when it is sent again after', async () => {
  const door = await Commanded.open({ waits: false, unsigned: true });
  assert.is((await door.ask(topics.command, door.signed())).outcome, 'too-soon');
  door.clock.advance(QUARANTINE_MS - 1);
  assert.is((await door.ask(topics.setLock, door.unsigned('UNLOCK'))).outcome, 'too-soon');
  assert.equal(door.performed, []);
  door.clock.advance(1);
  assert.is((await door.ask(topics.setLock, door.unsigned('UNLOCK'))).outcome, 'done');
  await door.close();
});

test('[S8] after the connection was lost, the 2 s begin anew', async () => {
  const door = await Commanded.open();
  assert.ok((await door.ask(topics.command, door.signed())).done);
  const before = door.status.get('mqtt-commands');
  await broker.goAway();
  await eventually('the loss to be noticed', () => door.status.get('mqtt-commands')?.state === 'degraded');
  assert.is(before?.state, 'ok');
  await broker.listen();
  const again = await BrokerEar.at(broker.url, { topics: [`${topics.results}/#`] });
  await eventually('the link to come back', () => {
    door.clock.advance(1_000);
    return door.status.get('mqtt-commands')?.state === 'ok';
  });
  await again.publish(topics.command, Buffer.from(door.signed()));
  assert.is((await again.hears<ResultPayload>('/results')).outcome, 'too-soon');
  assert.is(door.performed.length, 1);
  await again.close();
  await door.close();
  ear.client.reconnect();
  await eventually('the ear to be back', () => ear.client.connected);
  await ear.client.subscribeAsync([`${topics.results}/#`], { qos: 1 });
});

for (const [what, byMs, outcome] of [['30 s old', -30_000, 'done'], ['just over 30 s old', -30_001, 'expired'], ['30 s ahead', 30_000, 'done'], ['further ahead', 30_001, 'expired'], ['a day old', -86_400_000, 'expired']] as const) {
  test(`[S8] a command that is ${what}: ${outcome}, signed or not`, async () => {
    const door = await Commanded.open({ unsigned: true });
    const atMs = door.clock.wallMs() + byMs;
    assert.is((await door.ask(topics.command, door.signed({ atMs }))).outcome, outcome);
    assert.is((await door.ask(topics.setLock, door.unsigned('UNLOCK', atMs))).outcome, outcome);
    assert.is(door.performed.length, outcome === 'done' ? 2 : 0);
    await door.close();
  });
}

test('[S8] a command is carried out once, also after a restart of the daemon in between', async () => {
  const door = await Commanded.open();
  const command = door.signed();
  assert.ok((await door.ask(topics.command, command)).done);
  assert.is((await door.ask(topics.command, command)).outcome, 'replayed');
  await door.close();
  const restarted = await Commanded.open({ state: door.state });
  assert.is((await restarted.ask(topics.command, command)).outcome, 'replayed');
  assert.equal([door.performed.length, restarted.performed.length], [1, 0]);
  await restarted.close();
});

test('[S8] with the clock set back, a command that was used long ago is not carried out again', async () => {
  const door = await Commanded.open();
  const used = door.signed();
  assert.ok((await door.ask(topics.command, used)).done);
  door.clock.advance(120_000);
  assert.ok((await door.ask(topics.command, door.signed())).done);
  door.clock.jumpWall(-120_000);
  assert.is((await door.ask(topics.command, used)).outcome, 'expired');
  assert.is(door.performed.length, 2);
  await door.close();
});

test('[S8] a command whose use cannot be stored is not carried out', async () => {
  const door = await Commanded.open();
  door.state.failing = true;
  assert.is((await door.ask(topics.command, door.signed())).outcome, 'not-stored');
  assert.equal(door.performed, []);
  await door.close();
});

test('[S8] a door that is not sure of the time locks down, ends a passage and takes pictures, and opens for nobody', async () => {
  const door = await Commanded.open();
  door.isBelieved = false;
  const outcomes: [DoorCommand, string][] = [
    [{ type: 'unlock' }, 'clock-unverified'], [{ type: 'lockdown-off' }, 'clock-unverified'], [{ type: 'hold', forS: 5 }, 'clock-unverified'],
    [{ type: 'passage', untilMs: door.clock.wallMs() + 60_000 }, 'clock-unverified'], [{ type: 'lockdown-on' }, 'done'], [{ type: 'passage-end' }, 'done'], [{ type: 'capture' }, 'done'],
  ];
  for (const [command, outcome] of outcomes) assert.is((await door.ask(topics.command, door.signed({ command }))).outcome, outcome, command.type);
  await door.close();
});

test('[S8] unsigned: unlock and entering lockdown, and nothing else whatever is sent', async () => {
  const door = await Commanded.open({ unsigned: true });
  assert.is((await door.ask(topics.setLock, door.unsigned('UNLOCK'))).outcome, 'done');
  assert.is((await door.ask(topics.setMode, door.unsigned('lockdown'))).outcome, 'done');
  assert.is((await door.ask(topics.setLock, door.unsigned('LOCK'))).outcome, 'not-needed');
  for (const mode of ['normal', 'passage', 'UNLOCK', 'lockdown-off', '__proto__']) assert.is((await door.ask(topics.setMode, door.unsigned(mode))).outcome, 'not-allowed', mode);
  for (const lock of ['OPEN', 'lockdown', 'unlock', 'RESTART']) assert.is((await door.ask(topics.setLock, door.unsigned(lock))).outcome, 'not-allowed', lock);
  assert.equal(door.performed.map(([{ type }]) => type), ['unlock', 'lockdown-on']);
  await door.close();
});

test('[S8] without the opt-in unsigned commands are not even listened to, and without the button no restart', async () => {
  const signedOnly = await Commanded.open();
  await ear.publish(topics.setLock, signedOnly.unsigned('UNLOCK'));
  await ear.publish(topics.restart, signedOnly.unsigned('RESTART'));
  assert.ok((await signedOnly.ask(topics.command, signedOnly.signed())).done, 'what was sent after them has been answered');
  assert.is(signedOnly.performed.length, 1);
  assert.equal(signedOnly.refused, []);
  await signedOnly.close();

  const withButton = await Commanded.open({ unsigned: true, restart: true });
  assert.is((await withButton.ask(topics.restart, withButton.unsigned('RESTART'))).outcome, 'done');
  await eventually('the restart', () => withButton.restarts === 1);
  await withButton.close();
});

test('[S8] a signature of nobody\'s, a changed command, another door\'s, another kind of signature: refused', async () => {
  const door = await Commanded.open();
  const changed = Buffer.from(door.signed());
  changed.write('X', changed.length - 10);
  const inside = Buffer.from(door.signed({ command: { type: 'unlock' } }));
  inside[inside.indexOf('unlock')] = 0x55;
  const cases: [string, Uint8Array, string][] = [
    ['another key', door.signed({}, theirs), 'unknown-key'],
    ['another key under the name of ours', door.signed({}, { ...theirs, keyId: ours.keyId }), 'bad-signature'],
    ['a changed signature', changed, 'bad-signature'],
    ['a changed command', inside, 'bad-signature'],
    ['another door\'s', door.signed({ doorUuid: OTHER }), 'wrong-door'],
  ];
  for (const [what, payload, outcome] of cases) assert.is((await door.ask(topics.command, payload)).outcome, outcome, what);
  assert.equal(door.performed, []);
  assert.equal(door.refused.map(({ reason }) => reason), cases.map(([, , outcome]) => outcome));
  await door.close();
});

const garbage: [string, string | Uint8Array][] = [
  ['nothing', ''],
  ['text', 'UNLOCK'],
  ['JSON', '{"do":"UNLOCK"}'],
  ['a null', 'null'],
  ['an array', '[1,2,3]'],
  ['a number', '1e999'],
  ['deep JSON', '['.repeat(2_000)],
  ['markup', '<script>alert(1)</script>'],
  ['control characters', '\u0000\u001b[2J\r\n'],
  ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0xc0, 0x80])],
  ['a member too many', JSON.stringify({ do: 'UNLOCK', atMs: 0, also: 1 })],
  ['a time that is a text', JSON.stringify({ do: 'UNLOCK', atMs: '0' })],
  ['a long word', JSON.stringify({ do: 'U'.repeat(3_000), atMs: 0 })],
  ['a command that is an object', JSON.stringify({ do: { toString: 'UNLOCK' }, atMs: 0 })],
  ['a prototype', '{"__proto__":{"do":"UNLOCK","atMs":0}}'],
];

for (const [what, payload] of garbage) {
  test(`garbage for a command, ${what}: refused on every topic, and commands go on`, async () => {
    const door = await Commanded.open({ unsigned: true, restart: true });
    for (const topic of [topics.command, topics.setLock, topics.setMode, topics.restart]) assert.is((await door.ask(topic, payload)).outcome, 'unreadable', topic);
    assert.equal(door.performed, []);
    assert.ok((await door.ask(topics.command, door.signed())).done);
    await door.close();
  });
}

const oddContents: [string, Record<string, unknown>][] = [
  ['an unknown command', { command: { type: 'open-sesame' } }],
  ['a member too many in the command', { command: { type: 'unlock', forMs: 9_999_999 } }],
  ['a hold without an end', { command: { type: 'hold' } }],
  ['a hold of half a second', { command: { type: 'hold', forS: 0.5 } }],
  ['a hold of a year', { command: { type: 'hold', forS: 31_536_000 } }],
  ['a passage until a text', { command: { type: 'passage', untilMs: 'tomorrow' } }],
  ['a passage until never', { command: { type: 'passage', untilMs: 1e308 } }],
  ['no nonce', { nonce: undefined }],
  ['a short nonce', { nonce: 'abc' }],
  ['a hostile nonce', { nonce: '<img src=x onerror=alert(1)>' }],
  ['a nonce of 3,000 characters', { nonce: 'n'.repeat(3_000) }],
  ['a time that is none', { atMs: null }],
  ['a member too many', { admin: true }],
];

for (const [what, content] of oddContents) {
  test(`a rightly signed command with ${what} is refused`, async () => {
    const door = await Commanded.open();
    assert.is((await door.ask(topics.command, door.signed(content))).outcome, 'unreadable');
    assert.equal(door.performed, []);
    await door.close();
  });
}

test('a command of more than 4 kB is refused unread; one of megabytes ends the connection, and nothing else', async () => {
  const door = await Commanded.open();
  assert.is((await door.ask(topics.command, Buffer.alloc(5_000, 0x7b))).outcome, 'too-large');
  assert.is((await door.ask(topics.command, door.signed({ nonce: 'n'.repeat(10_000) }))).outcome, 'too-large');
  await ear.publish(topics.command, Buffer.alloc(4_000_000, 0x7b));
  await eventually('the connection to be ended', () => /a message of \d+ bytes was sent, where at most 16384 are taken/.test(door.status.get('mqtt-commands')?.reason ?? ''));
  await eventually('the link to come back', () => {
    door.clock.advance(1_000);
    return door.status.get('mqtt-commands')?.state === 'ok';
  });
  assert.equal(door.performed, []);
  await door.close();
});

test('[S9] while one command is carried out eight may be under way, the rest are refused at once', async () => {
  const door = await Commanded.open({ unsigned: true });
  let free = (): void => undefined;
  door.busy = new Promise((resolve) => (free = resolve));
  for (let i = 0; i < 20; i++) await ear.publish(topics.setLock, door.unsigned('UNLOCK'), { qos: 1 });
  await eventually('twelve to be refused', () => door.refused.length === 12);
  assert.equal(new Set(door.refused.map(({ reason }) => reason)), new Set(['too-many']));
  free();
  await eventually('eight to be carried out', () => door.performed.length === 8);
  await door.close();
});

test('a sender that goes on for ever: 60 a minute are carried out, the rest refused; answers to refusals end, too', async () => {
  const door = await Commanded.open({ unsigned: true });
  const before = ear.heard.length;
  for (let i = 0; i < 200; i++) await ear.publish(topics.setLock, door.unsigned('UNLOCK'), { qos: 1 });
  await eventually('all to be taken in', () => door.performed.length + door.refused.length === 200);
  assert.ok(door.performed.length <= 60, `${door.performed.length} were carried out`);
  await door.close();
  assert.ok(ear.heard.length - before <= 120, `${ear.heard.length - before} answers`);
});

test.run();
