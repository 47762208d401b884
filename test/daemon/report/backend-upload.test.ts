import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BackendConnection } from '../../../daemon/access/backend-connection.ts';
import type { DurableState } from '../../../daemon/base/durable-state.ts';
import { silentLogger } from '../../../daemon/base/logger.ts';
import { StatusBoard } from '../../../daemon/base/status.ts';
import { BackendUpload, type BackendUploadOptions } from '../../../daemon/report/backend-upload.ts';
import { MemoryState } from '../../support/memory-state.ts';
import { DOOR, withLog, type OpenedLog } from '../record/opened-log.ts';
import { UploadServer } from './upload-server.ts';

const HOUR_MS = 3_600_000;

/** A door's log and what uploads it, before a server that stands in for the backend. */
class Situation {
  readonly opened: OpenedLog;
  server: UploadServer;
  readonly state: DurableState = new MemoryState();
  readonly pictures = new Map<string, Uint8Array>();
  readonly lines: string[] = [];
  readonly status: StatusBoard;
  #connection: BackendConnection;
  #upload: BackendUpload | undefined;

  constructor(opened: OpenedLog, server: UploadServer) {
    this.opened = opened;
    this.server = server;
    this.status = new StatusBoard(opened.clock);
    this.#connection = new BackendConnection({ url: server.url, apiKey: 'pk_test' });
  }

  start(options: Partial<BackendUploadOptions> = {}): void {
    const { log: events, clock } = this.opened;
    const keep = (line: string): void => void this.lines.push(line);
    this.#upload = new BackendUpload({
      request: (what) => this.#connection.request(what), doorUuid: DOOR, events, state: this.state, pictures: 'all', clock, status: this.status, random: () => 0.5,
      readPicture: async (file) => this.pictures.get(file), log: { ...silentLogger, warn: keep, error: keep }, ...options,
    });
    this.#upload.start();
  }

  async stop(): Promise<void> {
    await this.#upload?.stop();
  }

  /** So much later, everything done that was to be done. */
  async later(ms: number): Promise<void> {
    const { clock } = this.opened;
    await clock.advanceTo(clock.monotonicMs() + ms, async () => this.#upload?.idle());
  }

  async fill(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.opened.log.append({ type: i % 2 ? 'door-closed' : 'door-opened' });
  }

  /** An attempt with its event and a picture, as the pipeline and the evidence tell them. */
  async attempt(outcome: 'granted' | 'denied', bytes: string): Promise<string> {
    const { log } = this.opened;
    const attemptId = log.newId();
    await log.append(outcome === 'granted'
      ? { type: 'access-granted', attemptId, tokenId: 't', source: 'online', rule: 'backend', extended: false, counted: 0 }
      : { type: 'access-denied', attemptId, source: 'local', reason: 'garbage' }, undefined, attemptId);
    const file = `${attemptId}-scan.jpg`;
    this.pictures.set(file, Buffer.from(bytes));
    await log.append({ type: 'evidence-stored', attemptId, pictures: [{ kind: 'scan', file, sha256: createHash('sha256').update(bytes).digest('hex'), width: 1, height: 1 }] });
    return attemptId;
  }

  get sent(): string[] {
    return this.server.pictures.map(({ bytes }) => bytes.toString());
  }

  async close(): Promise<void> {
    await this.stop();
    this.#connection.close();
    await this.server.close();
  }
}

function situation(body: (it: Situation) => Promise<void>): () => Promise<void> {
  return withLog(async (opened) => {
    const it = new Situation(opened, await UploadServer.open());
    try {
      await body(it);
    } finally {
      await it.close();
    }
  });
}

const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

test('what is in the log at the start, and what is stored later, is uploaded in order, once, with the head', situation(async (it) => {
  await it.fill(3);
  it.start();
  await it.later(1_000);
  assert.equal(it.server.seqs, [1, 2, 3]);
  await it.fill(2);
  await it.later(999);
  assert.equal(it.server.seqs, [1, 2, 3], 'gathered for a second');
  await it.later(1);
  assert.equal(it.server.seqs, [1, 2, 3, 4, 5]);
  assert.equal(it.server.uploads.map(({ head }) => head.seq), [3, 5]);
  assert.equal(it.server.uploads.at(-1)?.head, it.opened.log.head());
  assert.equal(it.server.uploads[0]?.events, it.opened.log.query({ limit: 3 }));
  assert.is(it.status.get('upload')?.state, 'ok');
}));

test('a long log goes in uploads of a hundred events, one request at a time', situation(async (it) => {
  await it.fill(250);
  it.start();
  await it.later(1_000);
  assert.equal([it.server.uploads.map(({ events }) => events.length), it.server.mostAtOnce], [[100, 100, 50], 1]);
  assert.equal(it.server.seqs, upTo(250));
}));

test('large events go in uploads of a quarter of a megabyte', situation(async (it) => {
  for (let i = 0; i < 200; i++) await it.opened.log.append({ type: 'part-failed', part: 'camera', detail: '\u0001'.repeat(2_000) });
  it.start();
  await it.later(1_000);
  assert.equal(it.server.seqs, upTo(200));
  assert.ok(it.server.uploads.every(({ events }) => Buffer.byteLength(JSON.stringify(events)) <= 256 * 1024 + 1_000));
}));

test('while the backend is away it is tried later and later, a minute apart at most; then everything arrives, once, in order', situation(async (it) => {
  const triedMs: number[] = [];
  it.server.instead = () => {
    triedMs.push(it.opened.clock.monotonicMs());
    return { status: 503 };
  };
  await it.fill(120);
  it.start();
  await it.later(10 * 60_000);
  const gaps = triedMs.map((ms, i) => ms - (triedMs[i - 1] ?? 0)).slice(1);
  assert.equal(gaps.slice(0, 10), [750, 1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000, 45_000, 45_000]);
  assert.equal(it.status.get('upload')?.state, 'degraded');
  assert.match(it.status.get('upload')?.reason ?? '', '120 events wait for the backend since 2026-03-02 09:00 UTC. The backend has a fault of its own (HTTP 503).');
  it.server.instead = () => undefined;
  await it.fill(5);
  await it.later(60_000);
  assert.equal(it.server.seqs, upTo(125));
  assert.is(it.status.get('upload')?.state, 'ok');
}));

for (const [what, answer] of Object.entries({
  'a refused key': { status: 401, body: { code: 'wrong-key' } }, 'a door that it does not know': { status: 404, body: { code: 'door-unknown' } }, 'too many requests': { status: 429 },
  'an answer that is no acknowledgement': { status: 200, body: { ok: true } }, 'an acknowledgement of less than was sent': { status: 200, body: { acceptedThroughSeq: 1, missingPictures: [] } },
} as const)) {
  test(`tried again within the minute: ${what}`, situation(async (it) => {
    it.server.instead = () => answer;
    await it.fill(4);
    it.start();
    await it.later(10 * 60_000);
    assert.equal([it.server.seqs, it.status.get('upload')?.state], [[], 'degraded']);
    it.server.instead = () => undefined;
    await it.later(60_000);
    assert.equal(it.server.seqs, [1, 2, 3, 4]);
  }));
}

test('a backend that hangs is given up after its time and tried again', situation(async (it) => {
  let hangs = true;
  it.server.instead = () => (hangs ? 'hang' : undefined);
  await it.fill(2);
  it.start();
  const waiting = it.later(1_000);
  while (it.server.mostAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
  hangs = false;
  it.opened.clock.advance(20_000);
  await waiting;
  await it.later(60_000);
  assert.equal(it.server.seqs, [1, 2]);
}));

test('a backend that knows no such call is told of once and asked every hour', situation(async (it) => {
  let asked = 0;
  it.server.instead = () => {
    asked += 1;
    return { status: 404, body: { code: 'no-such-call' } };
  };
  await it.fill(2);
  it.start();
  await it.later(5.5 * HOUR_MS);
  assert.equal([asked, it.lines.length], [6, 1]);
  assert.match(it.lines[0] ?? '', 'backend.uploadEvents: false');
  it.server.instead = () => undefined;
  await it.later(HOUR_MS);
  assert.equal(it.server.seqs, [1, 2]);
}));

test('after a restart it goes on where it was; with its place lost it sends all again', situation(async (it) => {
  await it.fill(3);
  it.start();
  await it.later(1_000);
  await it.stop();
  await it.fill(2);
  it.start();
  await it.later(1_000);
  assert.equal(it.server.seqs, [1, 2, 3, 4, 5]);
  await it.stop();
  it.start({ state: new MemoryState() });
  await it.later(1_000);
  assert.equal(it.server.seqs, [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
}));

test('the place is written down now and then only, and a disk that fails holds up nothing', situation(async (it) => {
  const state = new MemoryState();
  let written = 0;
  it.start({ state: { get: (key) => state.get(key), set: (key, value) => (written += 1, state.set(key, value)) } });
  for (let i = 0; i < 10; i++) {
    await it.fill(1);
    await it.later(1_000);
  }
  assert.equal(it.server.seqs, upTo(10));
  assert.ok(written <= 3, `${written} times in ten seconds`);
  state.failing = true;
  await it.fill(1);
  await it.later(10_000);
  assert.equal(it.server.seqs, upTo(11));
  assert.match(it.lines.join(), 'could not be written');
}));

for (const [what, place] of Object.entries({
  'beyond the end of the log': { events: { seq: 50, hash: 'f'.repeat(64) }, picturesThroughSeq: 50 },
  'with another hash': { events: { seq: 2, hash: 'f'.repeat(64) }, picturesThroughSeq: 2 },
  'of another shape': { seq: 2 },
})) {
  test(`a place ${what}: another log or none, so all of it is sent`, situation(async (it) => {
    await it.state.set('upload-cursor', place);
    await it.fill(4);
    it.start();
    await it.later(1_000);
    assert.equal(it.server.seqs, [1, 2, 3, 4]);
  }));
}

test('events pruned before they were uploaded are passed over; the backend sees it by their numbers', situation(async (it) => {
  await it.fill(3);
  it.opened.clock.advance(2 * HOUR_MS);
  await it.fill(2);
  await it.opened.log.prune({ maxAgeMs: HOUR_MS });
  it.start();
  await it.later(1_000);
  assert.equal(it.server.seqs, [4, 5, 6]);
}));

test('one event that is never taken holds up none of the others, and the log says which', situation(async (it) => {
  it.server.instead = ({ upload }) => (upload?.events.some(({ seq }) => seq === 37) ? { status: 400, body: { code: 'event-bad', errorMsg: 'The event 37 is bad.' } } : undefined);
  await it.fill(110);
  it.start();
  await it.later(1_000);
  assert.equal(it.server.seqs, [...upTo(36), ...upTo(110, 38)]);
  assert.equal(it.lines, ['Event 37 is not taken and was passed over. The backend refused (HTTP 400: The event 37 is bad.).']);
}));

test('at a door at which nothing happens the backend hears every five minutes that it is there', situation(async (it) => {
  await it.fill(1);
  it.start();
  await it.later(HOUR_MS + 2_000);
  const greetings = it.server.uploads.filter(({ events }) => events.length === 0);
  assert.is(greetings.length, 12);
  assert.equal(greetings[0]?.head, it.opened.log.head());
}));

test('events of another door in this log, for it was renamed, are not sent', situation(async (it) => {
  await it.fill(2);
  it.start({ doorUuid: 'AAECAwQFBgcICQoLDA0ODw' });
  await it.later(1_000);
  assert.equal(it.server.seqs, []);
  assert.match(it.lines[0] ?? '', '2 events of this log are another door\'s');
}));

test('pictures go after their events, one at a time, each by its attempt and kind', situation(async (it) => {
  const ids = [await it.attempt('granted', 'in'), await it.attempt('denied', 'out')];
  it.start();
  await it.later(1_000);
  assert.equal(it.sent, ['in', 'out']);
  assert.equal(it.server.pictures.map(({ path }) => path), ids.map((id) => `/api/postern/door/evidence/${DOOR}/${id}/scan`));
  assert.is(it.server.mostAtOnce, 1);
  await it.later(HOUR_MS);
  assert.is(it.sent.length, 2);
}));

test('of pictures: those of who was denied, or none', async () => {
  for (const [pictures, sent] of [['denied', ['out']], ['off', []]] as const) {
    await situation(async (it) => {
      await it.attempt('granted', 'in');
      await it.attempt('denied', 'out');
      it.start({ pictures });
      await it.later(1_000);
      assert.equal(it.sent, sent);
    })();
  }
});

test('a picture deleted on the door, or changed, is told as gone and the next is sent', situation(async (it) => {
  for (const name of ['deleted', 'changed', 'well']) await it.attempt('denied', name);
  const files = [...it.pictures.keys()];
  it.pictures.delete(files[0] ?? '');
  it.pictures.set(files[1] ?? '', Buffer.from('other'));
  it.start();
  await it.later(1_000);
  assert.equal(it.sent, ['well']);
  assert.is(it.server.uploads.at(-1)?.gonePictures?.length, 2);
}));

test('a picture that is refused is passed over; one for which the backend is away waits, and events go before it', situation(async (it) => {
  let away = true;
  let refused = 0;
  it.server.instead = ({ path, upload }) => {
    if (upload) return undefined;
    if (away) return { status: 502 };
    return path.includes(first) && refused++ === 0 ? { status: 409, body: { code: 'picture-unvouched', errorMsg: 'No.' } } : undefined;
  };
  const first = await it.attempt('denied', 'first');
  await it.attempt('denied', 'second');
  it.start();
  await it.later(60_000);
  assert.match(it.status.get('upload')?.reason ?? '', 'Pictures wait for the backend.');
  await it.fill(2);
  await it.later(60_000);
  assert.ok(it.server.seqs.includes(6));
  away = false;
  await it.later(60_000);
  assert.equal(it.sent, ['second']);
  assert.is(refused, 1);
  assert.match(it.lines.join(), 'A picture is not taken and was passed over.');
}));

test('stopped while a request is under way: it ends at once', situation(async (it) => {
  it.server.instead = () => 'hang';
  await it.fill(1);
  it.start();
  const waiting = it.later(1_000);
  while (it.server.mostAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
  await it.stop();
  await waiting;
}));

test.run();
