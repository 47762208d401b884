import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import type { ClockTrust, EventDraft } from '../../../daemon/base/events.ts';
import { ulid } from '../../../daemon/base/ids.ts';
import { PictureStore, type PictureStoreOptions } from '../../../daemon/record/picture-store.ts';
import { codeOf, countingRandom, withFolder } from './opened-log.ts';

const DAY_MS = 86_400_000;
const picture = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(7);

interface Opened {
  store: PictureStore;
  clock: VirtualClock;
  told: EventDraft[];
  trust: { now: ClockTrust };
  /** Stores one picture of an attempt that happens now; returns its id. */
  attempt: (bytes?: number) => Promise<string>;
}

async function openStore(dir: string, options: Partial<PictureStoreOptions> = {}): Promise<Opened> {
  const clock = new VirtualClock();
  const told: EventDraft[] = [];
  const trust: { now: ClockTrust } = { now: 'verified' };
  const random = countingRandom();
  const store = await PictureStore.open({
    dir, clock, clockTrust: () => trust.now, maxAgeMs: 3 * DAY_MS, maxBytes: 1_000_000, keepFreeBytes: 0, onEvent: (draft) => void told.push(draft), ...options,
  });
  const attempt = async (bytes = 1_000): Promise<string> => {
    const id = ulid(clock.wallMs(), random);
    await store.put(id, 'scan', picture(bytes));
    return id;
  };
  return { store, clock, told, trust, attempt };
}

const filesIn = (dir: string): string[] => readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('/')).sort();

test('a picture is stored by day and attempt, and nothing else is left', withFolder(async (dir) => {
  const { store, clock } = await openStore(dir);
  const id = ulid(clock.wallMs(), countingRandom());
  assert.is(await store.put(id, 'approach', picture(10)), `2026-03-02/${id}-approach.jpg`);
  assert.equal(filesIn(dir), [`2026-03-02/${id}-approach.jpg`]);
  assert.equal(readFileSync(join(dir, `2026-03-02/${id}-approach.jpg`)), Buffer.from(picture(10)));
  assert.is(store.bytes, 10);
}));

test('what a power cut left unfinished is cleared away, and what is stored is counted', withFolder(async (dir) => {
  const { attempt } = await openStore(dir);
  const id = await attempt(500);
  writeFileSync(join(dir, '2026-03-02', `${id}-entry.jpg.tmp`), 'half a picture');
  writeFileSync(join(dir, '2026-03-02', 'notes.txt'), 'not ours');
  const { store } = await openStore(dir);
  assert.equal(filesIn(dir), [`2026-03-02/${id}-scan.jpg`, '2026-03-02/notes.txt']);
  assert.is(store.bytes, 500);
}));

test('pictures go when they are too old, with one event, and empty days with them', withFolder(async (dir) => {
  const { store, clock, told, attempt } = await openStore(dir);
  const first = clock.wallMs();
  await attempt();
  clock.advance(1_000);
  await attempt();
  clock.advance(2 * DAY_MS);
  const young = await attempt();
  clock.advance(DAY_MS + 1);
  await store.prune();
  assert.equal(told, [{ type: 'evidence-deleted', files: 2, why: 'age', throughMs: first + 1_000 }]);
  assert.equal(filesIn(dir), [`2026-03-04/${young}-scan.jpg`]);
  assert.not.ok(existsSync(join(dir, '2026-03-02')));
  await store.prune();
  assert.is(told.length, 1);
}));

test('a clock that is suspect deletes nothing for its age', withFolder(async (dir) => {
  const { store, clock, told, trust, attempt } = await openStore(dir);
  await attempt();
  clock.jumpWall(10_000 * DAY_MS);
  trust.now = 'suspect';
  await store.prune();
  assert.equal(told, []);
}));

test('[S9] the folder stays within its size: the oldest go before the newest is stored', withFolder(async (dir) => {
  const { store, clock, told, attempt } = await openStore(dir, { maxBytes: 10_000 });
  const ids: string[] = [];
  for (let i = 0; i < 25; i++) {
    ids.push(await attempt(1_000));
    assert.ok(store.bytes <= 10_000);
    clock.advance(1_000);
  }
  assert.ok(told.every((draft) => draft.type === 'evidence-deleted' && draft.why === 'size'));
  const left = filesIn(dir).map((file) => file.slice(11, 37));
  assert.equal(left, ids.slice(-left.length));
  assert.ok(left.length >= 9);
}));

test('a held picture outlives age and size, and is refused to be erased, until it is released', withFolder(async (dir) => {
  const { store, clock, told, attempt } = await openStore(dir, { maxBytes: 3_000 });
  const held = await attempt();
  await store.hold(held);
  for (let i = 0; i < 10; i++) {
    clock.advance(1_000);
    await attempt();
  }
  clock.advance(10 * DAY_MS);
  await store.prune();
  assert.equal(filesIn(dir), [`2026-03-02/${held}-scan.jpg`, `2026-03-02/${held}.hold`]);
  assert.is(await codeOf(store.erase(held)), 'evidence-held');
  await store.release(held);
  told.length = 0;
  assert.is(await store.erase(held), 1);
  assert.equal(told, [{ type: 'evidence-deleted', files: 1, why: 'erased', throughMs: clock.wallMs() - 10 * DAY_MS - 10_000, attemptId: held }]);
  assert.is(await store.erase(held), 0);
}));

test('when all that is there is held, a new picture is refused', withFolder(async (dir) => {
  const { store, clock, attempt } = await openStore(dir, { maxBytes: 2_500 });
  for (let i = 0; i < 2; i++) {
    await store.hold(await attempt());
    clock.advance(1);
  }
  assert.is(await codeOf(attempt()), 'evidence-full');
}));

test('[S3] pictures are refused while the disk has not what is left to events', withFolder(async (dir) => {
  const { told, attempt } = await openStore(dir);
  await attempt();
  const full = await openStore(dir, { keepFreeBytes: Number.MAX_SAFE_INTEGER, onEvent: (draft) => void told.push(draft) });
  full.clock.advance(1_000);
  assert.is(await codeOf(full.attempt()), 'evidence-full');
  assert.equal(told.map((draft) => draft.type === 'evidence-deleted' && draft.why), ['size'], 'old pictures make room first');
}));

test('a deletion that cannot be written down does not happen', withFolder(async (dir) => {
  const { clock, store, attempt } = await openStore(dir, { onEvent: () => Promise.reject(new PosternError('storage', 'The disk is full.')) });
  await attempt();
  clock.advance(9 * DAY_MS);
  assert.is(await codeOf(store.prune()), 'storage');
  assert.is(filesIn(dir).length, 1);
}));

test('a folder that cannot be made is named', withFolder(async (dir) => {
  writeFileSync(join(dir, 'file'), '');
  assert.is(await codeOf(openStore(join(dir, 'file', 'evidence'))), 'evidence-folder');
  mkdirSync(join(dir, 'ok'));
  await openStore(join(dir, 'ok'));
}));

test('only an attempt\'s ULID names a picture', withFolder(async (dir) => {
  const { store } = await openStore(dir);
  for (const bad of ['../../etc/passwd', '', 'not-a-ulid', '7ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'ILOU5678901234567890123456']) {
    assert.match(await codeOf(store.put(bad, 'scan', picture(1))), /by the ULID of their attempt/);
  }
  assert.equal(filesIn(dir), []);
}));

test.run();
