import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import type { EventDraft, PictureRef } from '../../../daemon/base/events.ts';
import type { Frame } from '../../../daemon/base/frame.ts';
import { ulid } from '../../../daemon/base/ids.ts';
import { silentLogger } from '../../../daemon/base/logger.ts';
import { StatusBoard } from '../../../daemon/base/status.ts';
import type { Verdict } from '../../../daemon/base/verdict.ts';
import { Evidence, type EvidenceOptions } from '../../../daemon/record/evidence.ts';
import { countingRandom, withFolder } from './opened-log.ts';

interface Opened {
  evidence: Evidence;
  clock: VirtualClock;
  status: StatusBoard;
  told: EventDraft[];
  attemptId: string;
}

async function openEvidence(dir: string, options: Partial<EvidenceOptions> = {}): Promise<Opened> {
  const clock = new VirtualClock();
  const status = new StatusBoard(clock);
  const told: EventDraft[] = [];
  const evidence = await Evidence.open({
    dir, keep: 'all', clock, clockTrust: () => 'verified', log: silentLogger, status, maxAgeMs: 86_400_000, maxBytes: 10_000_000, keepFreeBytes: 0,
    findCodes: async () => [], onEvent: (draft) => void told.push(draft), ...options,
  });
  return { evidence, clock, status, told, attemptId: ulid(clock.wallMs(), countingRandom()) };
}

/** A grey picture as light as it is old, so that it can be told from others. */
async function frameAt(arrivedMs: number): Promise<Frame> {
  const value = Math.round(arrivedMs / 50) % 256;
  const jpeg = await sharp({ create: { width: 64, height: 48, channels: 3, background: { r: value, g: value, b: value } } }).jpeg().toBuffer();
  return { seq: arrivedMs, arrivedMs, width: 64, height: 48, jpeg };
}

/** When the frame arrived that a stored picture was made of. */
async function arrivalOf(dir: string, { file }: PictureRef): Promise<number> {
  const { channels } = await sharp(readFileSync(join(dir, file))).stats();
  return Math.round(channels[0]?.mean ?? -1) * 50;
}

/** Ten frames a second from `fromMs` to `toMs`. */
async function watch({ evidence, clock }: Opened, fromMs: number, toMs: number): Promise<void> {
  for (let ms = fromMs; ms <= toMs; ms += 100) {
    clock.advance(ms - clock.monotonicMs());
    evidence.remember(await frameAt(ms), []);
  }
}

function picturesOf(told: EventDraft[]): PictureRef[] {
  return told.flatMap((draft) => (draft.type === 'evidence-stored' ? draft.pictures : []));
}

test('an attempt is kept as approach, scan and entry', withFolder(async (dir) => {
  const opened = await openEvidence(dir);
  const { evidence, told, attemptId } = opened;
  await watch(opened, 0, 3_000);
  evidence.capture(attemptId, 'granted', await frameAt(3_000), []);
  await evidence.idle();
  assert.equal(picturesOf(told).map((picture) => picture.kind), ['approach', 'scan'], 'told before the entry is taken');
  await watch(opened, 3_100, 5_300);
  await evidence.idle();
  const pictures = picturesOf(told);
  assert.equal(pictures.map((picture) => picture.kind), ['approach', 'scan', 'entry']);
  assert.equal(await Promise.all(pictures.map((picture) => arrivalOf(dir, picture))), [1_500, 3_000, 5_000]);
  assert.ok(told.every((draft) => 'attemptId' in draft && draft.attemptId === attemptId));
  for (const { file, sha256, width, height } of pictures) {
    assert.is(createHash('sha256').update(readFileSync(join(dir, file))).digest('hex'), sha256);
    assert.equal([width, height], [64, 48]);
  }
  await evidence.close();
}));

const kept: [EvidenceOptions['keep'], Verdict['outcome'], boolean][] = [
  ['all', 'granted', true], ['all', 'denied', true], ['all', 'unavailable', true],
  ['denied', 'granted', false], ['denied', 'denied', true], ['denied', 'unavailable', true],
  ['off', 'granted', false], ['off', 'denied', false], ['off', 'unavailable', false],
];
for (const [keep, outcome, stored] of kept) {
  test(`keep ${keep}: an attempt that is ${outcome} ${stored ? 'is' : 'is not'} kept`, withFolder(async (dir) => {
    const opened = await openEvidence(dir, { keep });
    opened.evidence.capture(opened.attemptId, outcome, await frameAt(100), []);
    await opened.evidence.close();
    assert.is(opened.told.length > 0, stored);
    assert.is(readdirSync(dir).length > 0, stored);
  }));
}

test('without frames before it there is no approach, and without frames after it no entry', withFolder(async (dir) => {
  const { evidence, clock, told, attemptId } = await openEvidence(dir);
  const scan = await frameAt(100);
  evidence.remember(scan, []);
  evidence.capture(attemptId, 'denied', scan, []);
  clock.advance(60_000);
  await evidence.idle();
  assert.equal(picturesOf(told).map((picture) => picture.kind), ['scan']);
  await evidence.close();
  assert.is(told.length, 1);
}));

test('when the camera fails after the scan, the last frame before it did is the entry', withFolder(async (dir) => {
  const opened = await openEvidence(dir);
  opened.evidence.capture(opened.attemptId, 'denied', await frameAt(0), []);
  await watch(opened, 100, 1_200);
  opened.clock.advance(10_000);
  await opened.evidence.idle();
  const pictures = picturesOf(opened.told);
  assert.equal(pictures.map((picture) => picture.kind), ['scan', 'entry']);
  assert.ok((await arrivalOf(dir, pictures[1] as PictureRef)) >= 1_000);
  await opened.evidence.close();
}));

test('an entry that is outstanding at the end is taken from what there is', withFolder(async (dir) => {
  const opened = await openEvidence(dir);
  opened.evidence.capture(opened.attemptId, 'granted', await frameAt(0), []);
  await watch(opened, 100, 1_000);
  await opened.evidence.close();
  assert.equal(picturesOf(opened.told).map((picture) => picture.kind), ['scan', 'entry']);
  opened.evidence.remember(await frameAt(9_000), []);
  opened.evidence.capture(opened.attemptId, 'granted', await frameAt(9_000), []);
  await opened.evidence.idle();
  assert.is(opened.told.length, 2, 'nothing is taken after the end');
}));

test('two attempts in the same seconds both get their pictures', withFolder(async (dir) => {
  const opened = await openEvidence(dir);
  const other = ulid(opened.clock.wallMs() + 1, countingRandom());
  await watch(opened, 0, 2_000);
  opened.evidence.capture(opened.attemptId, 'denied', await frameAt(2_000), []);
  opened.evidence.capture(other, 'granted', await frameAt(2_000), []);
  await watch(opened, 2_100, 4_200);
  await opened.evidence.close();
  for (const id of [opened.attemptId, other]) {
    const own = opened.told.filter((draft) => 'attemptId' in draft && draft.attemptId === id);
    assert.equal(picturesOf(own).map((picture) => picture.kind), ['approach', 'scan', 'entry']);
  }
}));

test('[S9] more attempts than can be worked on are told, not queued', withFolder(async (dir) => {
  const { evidence, clock, told } = await openEvidence(dir);
  const random = countingRandom();
  const scan = await frameAt(100);
  for (let i = 0; i < 40; i++) evidence.capture(ulid(clock.wallMs(), random), 'denied', scan, []);
  await evidence.close();
  const failed = told.filter((draft) => draft.type === 'evidence-failed');
  assert.ok(failed.length > 0);
  assert.is(picturesOf(told).length + failed.length, 40);
}));

const bad: [string, Partial<Frame>][] = [
  ['a JPEG that is cut off', { jpeg: Buffer.from('ffd8ffe000104a46494600', 'hex') }],
  ['bytes that are no JPEG', { jpeg: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>') }],
  ['an empty JPEG', { jpeg: new Uint8Array() }],
  ['luma of another size', { luma: new Uint8Array(7) }],
  ['neither JPEG nor luma', {}],
];
for (const [name, content] of bad) {
  test(`${name} is a failed picture; the other two are stored`, withFolder(async (dir) => {
    const opened = await openEvidence(dir);
    await watch(opened, 0, 2_000);
    opened.evidence.capture(opened.attemptId, 'denied', { seq: 1, arrivedMs: 2_000, width: 64, height: 48, ...content }, []);
    await watch(opened, 2_100, 4_200);
    await opened.evidence.close();
    assert.equal(picturesOf(opened.told).map((picture) => picture.kind), ['approach', 'entry']);
    const failures = opened.told.filter((draft) => draft.type === 'evidence-failed');
    assert.is(failures.length, 1);
    assert.match(failures[0]?.type === 'evidence-failed' ? failures[0].detail : '', /^scan: The camera's/);
  }));
}

test('[S7] a picture that could not be searched for codes is not stored', withFolder(async (dir) => {
  const { evidence, told, status, attemptId } = await openEvidence(dir, { findCodes: () => Promise.reject(new PosternError('decoder', 'The decoder is being started again.')) });
  evidence.capture(attemptId, 'granted', await frameAt(100), []);
  await evidence.close();
  assert.equal(told, [{ type: 'evidence-failed', attemptId, detail: 'scan: The decoder is being started again.' }]);
  assert.equal(readdirSync(dir), []);
  assert.is(status.get('evidence')?.state, 'degraded');
}));

test('[S7] a picture in which codes are found again and again is not stored', withFolder(async (dir) => {
  let looks = 0;
  const stubborn: EvidenceOptions['findCodes'] = async () => {
    looks += 1;
    return [[{ x: 1, y: 1 }, { x: 9, y: 1 }, { x: 9, y: 9 }, { x: 1, y: 9 }]];
  };
  const { evidence, told, attemptId } = await openEvidence(dir, { findCodes: stubborn });
  evidence.capture(attemptId, 'granted', await frameAt(100), []);
  await evidence.close();
  assert.equal(told.map((draft) => draft.type), ['evidence-failed']);
  assert.ok(looks <= 10);
  assert.equal(readdirSync(dir), []);
}));

test('a log that cannot be written keeps no attempt from being kept, and a door that is wrong is not kept at all', withFolder(async (dir) => {
  const { evidence, attemptId } = await openEvidence(dir, { onEvent: () => Promise.reject(new PosternError('storage', 'The disk is full.')) });
  evidence.capture(attemptId, 'granted', await frameAt(100), []);
  evidence.capture('../../escape', 'granted', await frameAt(100), []);
  await evidence.close();
  assert.ok(existsSync(join(dir, '2026-03-02', `${attemptId}-scan.jpg`)));
}));

test('pictures are held and erased by their attempt', withFolder(async (dir) => {
  const { evidence, told, attemptId } = await openEvidence(dir);
  evidence.capture(attemptId, 'denied', await frameAt(100), []);
  await evidence.hold(attemptId);
  const refused = await evidence.erase(attemptId).then(() => undefined, (error: PosternError) => error.code);
  assert.is(refused, 'evidence-held');
  await evidence.release(attemptId);
  assert.is(await evidence.erase(attemptId), 1);
  assert.equal(told.map((draft) => draft.type), ['evidence-stored', 'evidence-deleted']);
  await evidence.close();
}));

test.run();
