import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Webhook } from '../../../../daemon/backend/alerts/webhook-outbox.ts';
import type { LogFields, Logger } from '../../../../daemon/base/logger.ts';
import { silentLogger } from '../../../../daemon/base/logger.ts';
import { eventually } from '../../../support/eventually.ts';
import { DoorLog } from '../events/door-log.ts';
import { BACK, FRONT, ReportingSite } from '../events/reporting-site.ts';
import { signatureOf, WebhookReceiver } from './webhook-receiver.ts';

const SECRET = 'a secret of twenty-nine bytes';
const HOUR_MS = 3_600_000;

class Situation {
  readonly folder = mkdtempSync(join(tmpdir(), 'postern-webhooks-'));
  readonly secretFile = join(this.folder, 'secret');
  readonly lines: string[] = [];
  readonly receivers: WebhookReceiver[] = [];
  site!: ReportingSite;
  readonly log: Logger = { ...silentLogger, warn: (line, fields) => this.#keep(line, fields), error: (line, fields) => this.#keep(line, fields) };

  #keep(line: string, fields: LogFields = {}): void {
    this.lines.push(`${line} ${JSON.stringify(fields)}`);
  }

  async receiver(): Promise<WebhookReceiver> {
    const receiver = await WebhookReceiver.open();
    this.receivers.push(receiver);
    return receiver;
  }

  async open(webhooks: Omit<Webhook, 'secretFile'>[]): Promise<ReportingSite> {
    writeFileSync(this.secretFile, `${SECRET}\n`);
    return this.site = await ReportingSite.open({ log: this.log, webhooks: webhooks.map((webhook) => ({ secretFile: this.secretFile, ...webhook })) });
  }

  /** Has a door's log show an alert: rewritten from its first event on. */
  async alarm(door = FRONT, name: 'log-restarted' | 'denials-in-a-row' = 'log-restarted'): Promise<void> {
    const { site } = this;
    if (name === 'log-restarted') {
      await site.upload(new DoorLog(door).fill(1, site.nowMs));
      await site.upload(new DoorLog(door).fill(1, site.nowMs + 5));
      return;
    }
    const log = new DoorLog(door);
    for (let i = 0; i < 6; i++) log.attempt({ denied: 'garbage' }, site.nowMs);
    await site.upload(log);
  }

  /** Waits for the tries that are under way, moves the clock, waits again. */
  async later(ms: number): Promise<void> {
    await this.site.backend.idle();
    await this.site.clock.advanceTo(this.site.clock.monotonicMs() + ms, () => this.site.backend.idle());
  }

  async close(): Promise<void> {
    await this.site.close();
    for (const receiver of this.receivers) await receiver.close();
    rmSync(this.folder, { recursive: true });
  }
}

function situation(body: (it: Situation) => Promise<void>): () => Promise<void> {
  return async () => {
    const it = new Situation();
    try {
      await body(it);
    } finally {
      await it.close();
    }
  };
}

const status = (code: number) => (response: ServerResponse): void => void response.writeHead(code).end();

test('an alert is sent as JSON, signed over timestamp and body, under the id of its event', situation(async (it) => {
  const receiver = await it.receiver();
  const site = await it.open([{ url: receiver.url }]);
  await it.alarm();
  await site.backend.idle();
  const [delivery, ...more] = receiver.deliveries;
  assert.equal(more, []);
  assert.equal(JSON.parse(delivery?.body ?? ''), (await site.alerts())[0]);
  assert.is(delivery?.id, (await site.alerts())[0]?.id);
  assert.is(delivery?.timestamp, Math.floor(site.nowMs / 1_000));
  assert.is(delivery?.signature, delivery && signatureOf(SECRET, delivery));
  assert.is(delivery?.headers['content-type'], 'application/json; charset=utf-8');
  await it.later(48 * HOUR_MS);
  assert.is(receiver.ids.filter((id) => id === delivery?.id).length, 1, 'and once');
}));

test('500, then 200: tried again after some seconds, signed anew, the same id, and then no more', situation(async (it) => {
  const receiver = await it.receiver();
  receiver.answers = [status(500), status(200)];
  const site = await it.open([{ url: receiver.url }]);
  await it.alarm();
  await site.backend.idle();
  assert.is(receiver.deliveries.length, 1);
  await it.later(5_000);
  const [first, second, ...more] = receiver.deliveries;
  assert.equal([more, first?.id], [[], second?.id]);
  assert.ok(second && first && second.timestamp > first.timestamp);
  assert.is(second.signature, signatureOf(SECRET, second));
  await it.later(600_000);
  assert.is(receiver.deliveries.length, 2);
  assert.match(it.lines.join('\n'), 'HTTP 500');
}));

test('a receiver that is away for hours gets it later and later, and is given up after a day, with a line in the log', situation(async (it) => {
  const receiver = await it.receiver();
  receiver.answers = [status(503)];
  const site = await it.open([{ url: receiver.url, alerts: ['log-restarted'] }]);
  await it.alarm();
  await it.later(26 * HOUR_MS);
  const gaps = receiver.deliveries.map(({ timestamp }, i) => timestamp - (receiver.deliveries[i - 1]?.timestamp ?? timestamp)).slice(1);
  assert.ok(gaps.length >= 30 && gaps.length <= 70, `${gaps.length} tries`);
  assert.ok(gaps.every((gap, i) => gap >= Math.min(2.5 * 2 ** i, 1_800) - 1 && gap <= Math.min(5 * 2 ** i, 3_600) + 1), gaps.join());
  assert.is(it.lines.filter((line) => line.includes('given up')).length, 1);
  receiver.answers = [status(200)];
  const before = receiver.deliveries.length;
  await it.later(26 * HOUR_MS);
  assert.is(receiver.deliveries.length, before);
  assert.is(site.nowMs > 0, true);
}));

test('a receiver that hangs holds up no other, and is tried again', situation(async (it) => {
  const [hanging, well] = [await it.receiver(), await it.receiver()];
  hanging.answers = [() => undefined, status(200)];
  await it.open([{ url: hanging.url }, { url: well.url }]);
  await it.alarm();
  await eventually('the other has it', () => well.deliveries.length === 1);
  await eventually('the hanging one has it too', () => hanging.deliveries.length === 1);
  await it.alarm(BACK);
  await eventually('the other goes on', () => well.deliveries.length === 2);
  assert.is(hanging.deliveries.length, 1, 'one at a time');
  it.site.clock.advance(10_000);
  await it.site.backend.idle();
  await it.later(10_000);
  assert.equal([...new Set(hanging.ids)].sort(), [...new Set(well.ids)].sort());
}));

const unfriendly: Record<string, (response: ServerResponse) => void> = {
  'a redirect': (response) => void response.writeHead(307, { location: '/elsewhere' }).end(),
  'a body without end': (response) => {
    response.writeHead(500);
    const more = (): void => void (response.destroyed || response.write(Buffer.alloc(65_536), () => setImmediate(more)));
    more();
  },
  'a connection that breaks': (response) => void response.destroy(),
  'garbage for HTTP': (response) => void response.socket?.end('garbage\r\n\r\n'),
  '404': status(404),
};
for (const [what, answer] of Object.entries(unfriendly)) {
  test(`not taken, and tried again: ${what}`, situation(async (it) => {
    const receiver = await it.receiver();
    receiver.answers = [answer, status(200)];
    await it.open([{ url: receiver.url }]);
    await it.alarm();
    await it.site.backend.idle();
    assert.is(receiver.deliveries.length, 1);
    await it.later(6_000);
    assert.equal([receiver.deliveries.length, new Set(receiver.ids).size], [2, 1]);
  }));
}

test('taken: 200 with a body without end, of which nothing is read', situation(async (it) => {
  const receiver = await it.receiver();
  receiver.answers = [(response) => {
    response.writeHead(200);
    const more = (): void => void (response.destroyed || response.write(Buffer.alloc(65_536), () => setImmediate(more)));
    more();
  }];
  await it.open([{ url: receiver.url }]);
  await it.alarm();
  await it.later(60_000);
  assert.is(receiver.deliveries.length, 1);
}));

test('each receiver gets the alerts it asked for', situation(async (it) => {
  const [all, one] = [await it.receiver(), await it.receiver()];
  await it.open([{ url: all.url }, { url: one.url, alerts: ['denials-in-a-row'] }]);
  await it.alarm();
  await it.alarm(BACK, 'denials-in-a-row');
  await it.later(0);
  assert.equal([all, one].map(({ deliveries }) => deliveries.map(({ body }) => (JSON.parse(body) as { alert: string }).alert)), [['log-restarted', 'denials-in-a-row'], ['denials-in-a-row']]);
}));

test('a late alert is not sent', situation(async (it) => {
  const receiver = await it.receiver();
  const site = await it.open([{ url: receiver.url }]);
  const log = new DoorLog(FRONT);
  for (let i = 0; i < 6; i++) log.attempt({ denied: 'garbage' }, site.nowMs - 7 * HOUR_MS);
  await site.upload(log);
  await it.later(HOUR_MS / 10);
  assert.equal([(await site.alerts()).map(({ late }) => late), receiver.deliveries], [[true], []]);
}));

test('the secret may be exchanged, and be missing for a while', situation(async (it) => {
  const receiver = await it.receiver();
  const site = await it.open([{ url: receiver.url }]);
  rmSync(it.secretFile);
  await it.alarm();
  await site.backend.idle();
  assert.match(it.lines.join('\n'), 'cannot be read');
  writeFileSync(it.secretFile, 'short');
  await it.later(6_000);
  assert.match(it.lines.join('\n'), 'it needs 16 to');
  assert.equal(receiver.deliveries, []);
  writeFileSync(it.secretFile, 'another secret, of thirty bytes');
  chmodSync(it.secretFile, 0o600);
  await it.later(60_000);
  const [delivery] = receiver.deliveries;
  assert.is(delivery?.signature, delivery && signatureOf('another secret, of thirty bytes', delivery));
}));

test('[S7] no log line has the secret, the body or the path of the receiver', situation(async (it) => {
  const receiver = await it.receiver();
  receiver.answers = [status(500), (response) => void response.writeHead(302, { location: '/x' }).end(), (response) => void response.destroy()];
  await it.open([{ url: `${receiver.url}?key=hidden` }, { url: 'http://127.0.0.1:1/hook?key=hidden' }]);
  await it.alarm();
  await it.later(60_000);
  assert.ok(it.lines.length > 6, it.lines.join());
  assert.not.match(it.lines.join('\n'), /hidden|\/hook|twenty-nine|began a new log/);
}));

test('ten thousand may wait; beyond, the oldest are given up and the log says so', situation(async (it) => {
  const receiver = await it.receiver();
  receiver.answers = [status(503)];
  const site = await it.open([{ url: receiver.url }]);
  await it.alarm();
  await it.later(0);
  await site.backend.close();
  const { default: Database } = await import('better-sqlite3');
  const db = new Database(join(site.dir, 'backend.sqlite'));
  db.exec('WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO webhook_outbox (id, url, body, created_ms, next_ms) SELECT \'x\' || i, \'http://127.0.0.1:1/\', \'{}\', 0, 0 FROM n');
  db.close();
  await site.start();
  await it.alarm(BACK);
  await it.later(0);
  const check = new Database(join(site.dir, 'backend.sqlite'), { readonly: true });
  assert.is(check.prepare('SELECT count(*) FROM webhook_outbox WHERE state = \'waiting\'').pluck().get(), 10_000);
  check.close();
  assert.match(it.lines.join('\n'), 'were given up: over 10000 wait');
}));

test.run();
