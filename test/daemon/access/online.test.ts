import { createServer, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { OnlineAnswer } from '../../../daemon/access/online-answer.ts';
import { OnlineValidator, type OnlineOptions } from '../../../daemon/access/online.ts';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { StatusBoard } from '../../../daemon/base/status.ts';
import { bodyOf, IssuerServer, type Handler } from './issuer-server.ts';
import { selfSigned } from './self-signed.ts';
import { NOON_MS } from './situation.ts';

const test = suite('online check');
const PATH = '/api/accesscontrol/qr/validateQRAccessCode';
const DEADLINE_MS = 500;

interface Bench {
  issuer: IssuerServer;
  online: OnlineValidator;
  clock: VirtualClock;
  status: StatusBoard;
  serverTimes: number[];
  late: OnlineAnswer[];
  ask: (nonce?: string) => Promise<OnlineAnswer>;
}

/** A real server and a real client; only the deadline runs on a clock of the test. */
async function withBackend(handler: Handler | undefined, work: (bench: Bench) => Promise<void>, changes: Partial<OnlineOptions> = {}): Promise<void> {
  const issuer = await IssuerServer.open();
  if (handler) issuer.instead.set(PATH, handler);
  const clock = new VirtualClock(NOON_MS);
  const status = new StatusBoard(clock);
  const serverTimes: number[] = [];
  const late: OnlineAnswer[] = [];
  const online = new OnlineValidator({
    url: issuer.url, apiKey: 'key-1', doorUuid: 'DOOR', deadlineMs: DEADLINE_MS, clock, status,
    onServerTime: (ms) => serverTimes.push(ms), ...changes,
  });
  const ask = (nonce = 'nonce-1'): Promise<OnlineAnswer> => online.validate({ nonce, text: 'PT1:TEXT', tokenId: 'TOKEN', onLate: (answer) => late.push(answer) });
  try {
    await work({ issuer, online, clock, status, serverTimes, late, ask });
  } finally {
    await online.close();
    await issuer.close();
  }
}

const reply = (status: number, body: string | object, headers: Record<string, string> = {}): Handler => (_, response) =>
  void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
const good = { nonce: 'nonce-1', verdict: 'granted', extended: true, serverTimeMs: 5 };

const answers: [situation: string, handler: Handler, kind: string, fault: RegExp | 'ok'][] = [
  ['a grant', reply(200, good), 'granted', 'ok'],
  ['a grant that says more than is known here', reply(200, { ...good, warningMsg: 'x' }), 'granted', 'ok'],
  ['a denial', reply(200, { ...good, verdict: 'denied', reason: 'suspended' }), 'denied: suspended', 'ok'],
  ['a denial without a reason', reply(200, { ...good, verdict: 'denied' }), 'denied: refused-online', 'ok'],
  ['a denial for a reason not known here', reply(200, { ...good, verdict: 'denied', reason: 'moon-phase' }), 'denied: refused-online', 'ok'],
  ['a denial for a reason that every object has', reply(200, { ...good, verdict: 'denied', reason: 'toString' }), 'denied: refused-online', 'ok'],
  ['an answer to another question', reply(200, { ...good, nonce: 'nonce-2' }), 'other-nonce', /another question/],
  ['an empty body', reply(200, ''), 'malformed', /not one this door understands/],
  ['a web page', reply(200, '<html>Welcome to the hotel\'s Wi-Fi</html>'), 'malformed', /not one/],
  ['JSON cut short', reply(200, JSON.stringify(good).slice(0, -5)), 'malformed', /not one/],
  ['another verdict', reply(200, { ...good, verdict: 'GRANTED' }), 'malformed', /not one/],
  ['no nonce', reply(200, { ...good, nonce: undefined }), 'malformed', /not one/],
  ['a grant with an error', reply(200, { ...good, error: true }), 'malformed', /not one/],
  ['a list of answers', reply(200, [good]), 'malformed', /not one/],
  ['null', reply(200, 'null'), 'malformed', /not one/],
  ['an endless answer', (_, response) => endless(response.writeHead(200)), 'malformed', /too long/],
  ['a fault', reply(500, { error: true }), 'server-error', /HTTP 500/],
  ['a fault of a proxy, endless', (_, response) => endless(response.writeHead(502)), 'server-error', /HTTP 502/],
  ['too many questions', reply(429, ''), 'server-error', /HTTP 429/],
  ['a refused key', reply(401, ''), 'key-refused', /backend\.apiKeyFile/],
  ['a key that may not', reply(403, ''), 'key-refused', /backend\.apiKeyFile/],
  ['an unknown door', reply(404, ''), 'request-refused', /HTTP 404/],
  ['no content', reply(204, ''), 'request-refused', /HTTP 204/],
  ['a redirect', reply(302, '', { location: 'http://127.0.0.1:1/' }), 'request-refused', /redirects/],
  ['a redirect to nowhere', reply(302, '', { location: 'http://[' }), 'unreachable', /cannot be reached/],
  ['a reset instead of an answer', (request) => request.socket.resetAndDestroy(), 'unreachable', /cannot be reached: the connection was refused or broke/],
  ['a reset in the middle of an answer', (_, response) => void response.writeHead(200, { 'content-length': '100' }).write('{"nonce"', () => response.socket?.resetAndDestroy()), 'unreachable', /cannot be reached/],
  ['something that is no HTTP', (request) => void request.socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'unreachable', /cannot be reached/],
];

for (const [situation, handler, kind, fault] of answers) {
  test(`${situation}: ${kind}`, () => withBackend(handler, async ({ ask, status, clock }) => {
    const answer = await ask();
    assert.is(answer.kind === 'denied' ? `denied: ${answer.reason}` : answer.kind, kind);
    assert.is(status.get('backend')?.state, fault === 'ok' ? 'ok' : 'degraded');
    if (fault !== 'ok') assert.match(status.get('backend')?.reason ?? '', fault);
    assert.is(clock.monotonicMs(), 0);
  }));
}

test('nobody listens: unreachable, at once', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await withBackend(undefined, async ({ ask, status }) => {
    assert.is((await ask()).kind, 'unreachable');
    assert.match(status.get('backend')?.reason ?? '', /the connection was refused or broke/);
    assert.not.match(status.get('backend')?.reason ?? '', /key-1/);
  }, { url: `http://127.0.0.1:${port}` });
});

test('an https server that nobody vouches for gets neither the question nor the key', async () => {
  let requests = 0;
  const server = createHttpsServer(selfSigned, (_, response) => {
    requests += 1;
    response.end(JSON.stringify(good));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await withBackend(undefined, async ({ ask, status }) => {
    assert.is((await ask()).kind, 'unreachable');
    assert.match(status.get('backend')?.reason ?? '', /certificate/);
    assert.is(requests, 0);
  }, { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` });
  await new Promise((resolve) => server.close(resolve));
});

test('the question names nonce, door, code, token and time, and carries the key', async () => {
  let body = '';
  await withBackend((request, response) => void bodyOf(request).then((text) => {
    body = text;
    reply(200, good)(request, response);
  }), async ({ issuer, ask, serverTimes }) => {
    const answer = await ask();
    assert.equal(JSON.parse(body), { nonce: 'nonce-1', doorUuid: 'DOOR', code: 'PT1:TEXT', tokenId: 'TOKEN', timestampMs: NOON_MS });
    assert.equal([issuer.headersSeen[0]?.['x-auth-scheme'], issuer.headersSeen[0]?.['x-auth-apikey']], ['api-token', 'key-1']);
    assert.equal(answer, { kind: 'granted', extended: true, serverTimeMs: 5 });
    assert.equal(serverTimes, [5]);
  });
});

/** A handler that keeps its requests until the test answers them. */
function holding(): { handler: Handler; held: ((body: object) => void)[]; arrived: (count: number) => Promise<void> } {
  const held: ((body: object) => void)[] = [];
  const waiting: (() => void)[] = [];
  return {
    held,
    handler: (_, response) => {
      held.push((body) => response.end(JSON.stringify(body)));
      waiting.splice(0).forEach((resume) => resume());
    },
    arrived: async (count) => {
      while (held.length < count) await new Promise<void>((resume) => waiting.push(resume));
    },
  };
}

test('a backend that hangs costs the deadline and no more', async () => {
  const hang = holding();
  await withBackend(hang.handler, async ({ ask, clock, status }) => {
    const asked = ask();
    await hang.arrived(1);
    clock.advance(DEADLINE_MS - 1);
    assert.is(status.get('backend'), undefined);
    clock.advance(1);
    assert.is((await asked).kind, 'timeout');
    assert.match(status.get('backend')?.reason ?? '', /within 500 ms/);
  });
});

test('an answer after the deadline is told once, as late', async () => {
  const hang = holding();
  await withBackend(hang.handler, async ({ ask, clock, late, online, serverTimes }) => {
    const asked = ask();
    await hang.arrived(1);
    clock.advance(DEADLINE_MS);
    await asked;
    hang.held[0]?.({ ...good, verdict: 'denied', reason: 'revoked' });
    await online.idle();
    assert.equal(late, [{ kind: 'denied', reason: 'revoked', serverTimeMs: 5 }]);
    assert.equal(serverTimes, [5]);
  });
});

test('late garbage is no answer', async () => {
  const hang = holding();
  await withBackend(hang.handler, async ({ ask, clock, late, online }) => {
    const asked = ask();
    await hang.arrived(1);
    clock.advance(DEADLINE_MS);
    await asked;
    hang.held[0]?.({ ...good, nonce: 'another' });
    await online.idle();
    assert.equal(late, []);
  });
});

test('late answers are waited for so long, and so many, and no more [S9]', async () => {
  const hang = holding();
  await withBackend(hang.handler, async ({ issuer, ask, clock, late, online }) => {
    for (let i = 1; i <= 6; i++) {
      const asked = ask(`nonce-${i}`);
      await hang.arrived(i);
      clock.advance(DEADLINE_MS);
      await asked;
    }
    // The two oldest have made room for the others already.
    await issuer.ended(2);
    clock.advance(10_000);
    await online.idle();
    await issuer.ended(6);
    assert.equal(late, []);
  });
});

test('the connection stays open from one question to the next', async () => {
  const ports = new Set<number | undefined>();
  await withBackend((request, response) => {
    ports.add(request.socket.remotePort);
    reply(200, good)(request, response);
  }, async ({ ask, online, issuer }) => {
    await online.warm();
    for (let i = 0; i < 5; i++) assert.is((await ask()).kind, 'granted');
    assert.is(ports.size, 1);
    assert.equal(issuer.answered[0], 'GET /api/postern/keyset 200');
  });
});

test('warming up tells of an unreachable backend, and of its return, before anyone comes', async () => {
  await withBackend(undefined, async ({ issuer, online, status }) => {
    issuer.instead.set('/api/postern/keyset', (request) => request.socket.destroy());
    await online.warm();
    assert.is(status.get('backend')?.state, 'degraded');
    issuer.instead.clear();
    await online.warm();
    assert.is(status.get('backend')?.state, 'ok');
  });
});

test('warming up does not hide that questions are answered with faults', async () => {
  await withBackend(reply(500, ''), async ({ online, ask, status, issuer }) => {
    await ask();
    await online.warm();
    assert.is(status.get('backend')?.state, 'degraded');
    issuer.instead.set(PATH, reply(200, good));
    await ask();
    assert.is(status.get('backend')?.state, 'ok');
  });
});

test('started, it warms up every half minute, and stops when closed', async () => {
  await withBackend(undefined, async ({ online, clock, issuer }) => {
    online.start();
    await online.idle();
    clock.advance(30_000);
    await online.idle();
    await online.close();
    clock.advance(300_000);
    assert.is(issuer.answered.filter((line) => line.startsWith('GET')).length, 2);
  });
});

test('closing while a question hangs ends it as unreachable', async () => {
  const hang = holding();
  await withBackend(hang.handler, async ({ ask, online }) => {
    const asked = ask();
    await hang.arrived(1);
    await online.close();
    assert.not.ok(['granted', 'denied'].includes((await asked).kind));
  });
});

function endless(response: ServerResponse): void {
  const chunk = Buffer.alloc(4_096, 32);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}

test.run();
