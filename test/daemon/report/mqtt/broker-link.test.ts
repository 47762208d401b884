import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readClientTls } from '../../../../daemon/base/client-tls.ts';
import { systemClock, VirtualClock, type Clock } from '../../../../daemon/base/clock.ts';
import { PosternError } from '../../../../daemon/base/errors.ts';
import { StatusBoard } from '../../../../daemon/base/status.ts';
import type { BrokerConnection } from '../../../../daemon/report/mqtt/broker-connection.ts';
import { BrokerLink, type BrokerLinkOptions } from '../../../../daemon/report/mqtt/broker-link.ts';
import { Authority } from '../../../support/certificates.ts';
import { BrokerEar } from '../../../support/broker-ear.ts';
import { eventually } from '../../../support/eventually.ts';
import { freePort } from '../../../support/free-port.ts';
import { Mosquitto } from '../../../support/mosquitto.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-link-'));
const ours = new Authority(folder, 'ours');
const server = ours.server('broker');
const doors = new Authority(folder, 'doors');

const plain = await Mosquitto.open();
const locked = await Mosquitto.open({ users: { 'front-door': 'right' } });
const secure = await Mosquitto.open({ tls: { ca: ours.cert, ...server } });
test.after(async () => {
  for (const broker of [plain, locked, secure]) await broker.close();
  rmSync(folder, { recursive: true });
});

/** A link and what it says of itself. */
class Linked {
  readonly status: StatusBoard;
  readonly said: string[] = [];
  readonly connections: BrokerConnection[] = [];
  readonly link: BrokerLink;

  constructor(options: Partial<BrokerLinkOptions> & { brokers: string[] }, clock: Clock = systemClock) {
    this.status = new StatusBoard(clock);
    this.link = new BrokerLink({
      clientId: `link-${Math.random()}`, login: () => ({ tls: {} }), version: '3.1.1', keepaliveS: 15, connectTimeoutMs: 5_000, maxPacketBytes: 16_384, clock, jitter: () => 0,
      report: (state, reason = '') => {
        this.status.report('mqtt', state, reason);
        this.said.push(`${state}: ${reason}`);
      },
      onUp: (connection) => this.connections.push(connection),
      onDown: () => undefined,
      ...options,
    });
    this.link.start();
  }

  says(what: RegExp): Promise<string> {
    return eventually(`the link to say ${String(what)}, and it says ${this.said.join(' | ')}`, () => this.said.find((said) => what.test(said)));
  }

  async close(): Promise<void> {
    await this.link.stop();
  }
}

for (const version of ['3.1.1', '5'] as const) {
  test(`a broker of version ${version} takes the door, and what it publishes`, async () => {
    const ear = await BrokerEar.at(plain.url, { topics: [`v/${version}`] });
    const linked = new Linked({ brokers: [plain.url], version });
    await linked.says(/^ok: Connected to 127/);
    await linked.connections[0]?.publish(`v/${version}`, '{"v":1}');
    await ear.hears(`v/${version}`);
    assert.is((linked.connections[0]?.receiveMaximum ?? 0) < 65_535, version === '5', 'what version 5 tells of its window is kept to');
    await linked.close();
    await ear.close();
  });

  test(`wrong credentials, version ${version}: named with the mend, and tried once a minute`, async () => {
    const clock = new VirtualClock();
    const linked = new Linked({ brokers: [locked.url], version, login: () => ({ tls: {}, user: 'front-door', password: 'wrong' }) }, clock);
    await linked.says(/refuses the user or the password\. Check mqtt\.user and mqtt\.passwordFile|does not let this door in\. Check mqtt\.user/);
    clock.advance(44_000);
    assert.is(linked.said.length, 1);
    await eventually('the second try', () => {
      clock.advance(1_000);
      return linked.said.length > 1;
    });
    await linked.close();
  });
}

test('a password that was mended lets the door in with the next try', async () => {
  const clock = new VirtualClock();
  let password = 'wrong';
  const linked = new Linked({ brokers: [locked.url], login: () => ({ tls: {}, user: 'front-door', password }) }, clock);
  await linked.says(/^degraded/);
  password = 'right';
  await eventually('the door to be let in', () => {
    clock.advance(1_000);
    return linked.status.get('mqtt')?.state === 'ok';
  });
  await linked.close();
});

test('files that cannot be used are told, and no broker is asked', async () => {
  const linked = new Linked({ brokers: [plain.url], login: () => {
    throw new PosternError('key-file', 'The file broker.password does not exist.');
  } });
  await linked.says(/^degraded: The broker 127\S+ is not asked: The file broker\.password does not exist\./);
  await linked.close();
});

test('brokers are tried in turn until one takes the door; when that ends, the others', async () => {
  const clock = new VirtualClock();
  const second = await Mosquitto.open();
  const linked = new Linked({ brokers: [`mqtt://127.0.0.1:${await freePort()}`, plain.url, second.url] }, clock);
  const until = (what: string, fits: () => boolean): Promise<boolean> => eventually(what, () => {
    clock.advance(500);
    return fits();
  });
  await until('the second to take it', () => linked.said.includes(`ok: Connected to 127.0.0.1:${plain.port}.`));
  linked.connections[0]?.drop('was cut off by the test.');
  await until('the third to take it', () => linked.said.includes(`ok: Connected to 127.0.0.1:${second.port}.`));
  assert.match(linked.said.join('\n'), 'does not accept connections');
  await linked.close();
  await second.close();
});

test('waits grow from 1 to 30 s, and a good connection makes them short again', async () => {
  const clock = new VirtualClock();
  const port = await freePort();
  const tries: number[] = [];
  const linked = new Linked({ brokers: [`mqtt://127.0.0.1:${port}`], jitter: () => 0.999_999, login: () => {
    tries.push(Math.round(clock.monotonicMs() / 1_000));
    return { tls: {} };
  } }, clock);
  for (let i = 1; i <= 8; i++) {
    await eventually('the next try', () => linked.said.length >= i);
    await eventually('the wait to be over', () => {
      clock.advance(250);
      return tries.length > i;
    });
  }
  const waits = tries.slice(1).map((at, i) => at - (tries[i] ?? 0));
  assert.equal(waits.slice(0, 8), [1, 2, 4, 8, 16, 30, 30, 30]);
  await linked.close();
});

test('TLS: an authority that is not believed, an expired certificate, and another name are each named', async () => {
  const expired = ours.sign('expired', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth', -1);
  const renamed = ours.sign('renamed', 'subjectAltName=DNS:other.example.org\nextendedKeyUsage=serverAuth');
  const [old, other] = [await Mosquitto.open({ tls: { ca: ours.cert, ...expired } }), await Mosquitto.open({ tls: { ca: ours.cert, ...renamed } })];
  const login = (): { tls: ReturnType<typeof readClientTls> } => ({ tls: readClientTls({ caFile: ours.cert }) });
  const cases: [string, BrokerLinkOptions['login'], RegExp][] = [
    [secure.url, login, /^ok: Connected/],
    [secure.url, () => ({ tls: {} }), /no authority signed that this door believes\. Put the authority's into mqtt\.caFile/],
    [secure.url, () => ({ tls: readClientTls({ caFile: doors.cert }) }), /authority/],
    [old.url, login, /has a certificate that has expired\. Renew it there/],
    [other.url, login, /has a certificate for another name/],
    [secure.url.replace('mqtts:', 'mqtt:'), login, /degraded/],
    [plain.url.replace('mqtt:', 'mqtts:'), login, /degraded/],
  ];
  for (const [url, how, said] of cases) {
    const linked = new Linked({ brokers: [url], login: how });
    await linked.says(said);
    await linked.close();
  }
  await old.close();
  await other.close();
});

test('client certificates: the right one is let in; none, another authority\'s and an expired one are refused and named', async () => {
  const strict = await Mosquitto.open({ tls: { ca: doors.cert, ...doors.server('strict-broker'), wantsClientCertificate: true } });
  const uuid = 'hnfL0wFCTDaxXyLRvu6jWg';
  const [right, foreign, expired] = [doors.door('right', uuid), ours.door('foreign', uuid), doors.door('late', uuid, -1)];
  const login = (files: { cert: string; key: string }) => (): { tls: ReturnType<typeof readClientTls> } => ({ tls: readClientTls({ caFile: doors.cert, clientCertFile: files.cert, clientKeyFile: files.key }) });
  const cases: [string, BrokerLinkOptions['login'], RegExp][] = [
    ['the right one', login(right), /^ok: Connected/],
    ['none', () => ({ tls: readClientTls({ caFile: doors.cert }) }), /asks for a client certificate\. Set mqtt\.clientCertFile|client certificate/],
    ['another authority\'s', login(foreign), /refuses the client certificate/],
    ['an expired one', login(expired), /refuses the client certificate/],
  ];
  for (const [what, how, said] of cases) {
    for (const version of ['3.1.1', '5'] as const) {
      const linked = new Linked({ brokers: [strict.url], login: how, version });
      assert.match(await linked.says(said), said, what);
      await linked.close();
    }
  }
  await strict.close();
});

test('a half-open link is noticed by its keepalive, and a new connection is made', async () => {
  const proxy = await TcpProxy.open(plain.port);
  const linked = new Linked({ brokers: [proxy.url], keepaliveS: 1 });
  await linked.says(/^ok/);
  proxy.hold();
  await linked.says(/has gone silent: the connection stands, and nothing comes through it/);
  proxy.release();
  await eventually('a second connection', () => linked.connections.length === 2);
  await linked.close();
  await proxy.close();
});

test('a broker that accepts the connection and says nothing is given up', async () => {
  const proxy = await TcpProxy.open(plain.port);
  proxy.hold();
  const linked = new Linked({ brokers: [proxy.url], connectTimeoutMs: 200 });
  await linked.says(/does not answer in time/);
  await linked.close();
  await proxy.close();
});

test('something that is no broker is named as such', async () => {
  const proxy = await TcpProxy.open(await freePort());
  const linked = new Linked({ brokers: [proxy.url] });
  await linked.says(/^degraded: The broker \S+ (hung up before|broke off)/);
  await linked.close();
  await proxy.close();
});

test('two daemons with one door\'s uuid put each other out: told as what it is, more and more slowly, and no more once it is over', async () => {
  const clock = new VirtualClock();
  const twins = [new Linked({ brokers: [plain.url], clientId: 'postern-twin' }, clock), new Linked({ brokers: [plain.url], clientId: 'postern-twin' }, clock)];
  await eventually('it to be recognised', () => {
    clock.advance(250);
    return twins.some(({ said }) => said.some((text) => text.includes('is a second daemon running with this door\'s uuid')));
  });
  const [first, second] = twins as [Linked, Linked];
  await second.close();
  await eventually('the other to have its place for good', () => {
    clock.advance(1_000);
    return first.status.get('mqtt')?.state === 'ok' && clock.monotonicMs() > 30_000;
  });
  await first.close();
});

test('stopping takes a second at most: while connected, while the broker hangs, while there is none', async () => {
  const hanging = await Mosquitto.open();
  for (const how of ['connected', 'hanging', 'connecting to one that hangs', 'none'] as const) {
    if (how === 'connecting to one that hangs') hanging.freeze();
    const linked = new Linked({ brokers: [how === 'none' ? `mqtt://127.0.0.1:${await freePort()}` : hanging.url] });
    if (how === 'connected' || how === 'hanging') await linked.says(/^ok/);
    if (how === 'none') await linked.says(/^degraded/);
    if (how === 'hanging') hanging.freeze();
    const beganMs = systemClock.monotonicMs();
    await linked.close();
    assert.ok(systemClock.monotonicMs() - beganMs < 5_000, `${how}: it hung`);
    hanging.thaw();
  }
  await hanging.close();
});

test('passwords are in no sentence of the status', async () => {
  const linked = new Linked({ brokers: [locked.url], login: () => ({ tls: {}, user: 'front-door', password: 'hunter2' }) });
  await linked.says(/^degraded/);
  assert.not.match(linked.said.join('\n'), 'hunter2');
  await linked.close();
});

test.run();
