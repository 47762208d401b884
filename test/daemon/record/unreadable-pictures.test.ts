import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import type { EventDraft } from '../../../daemon/base/events.ts';
import type { Frame, Quad } from '../../../daemon/base/frame.ts';
import { ulid } from '../../../daemon/base/ids.ts';
import { silentLogger } from '../../../daemon/base/logger.ts';
import { Evidence } from '../../../daemon/record/evidence.ts';
import { safePicture, type FindCodes } from '../../../daemon/record/safe-picture.ts';
import { CodeFinder } from '../../../daemon/scan/code-finder.ts';
import type { Found } from '../../../daemon/scan/code-finder.ts';
import { looks } from '../../../daemon/scan/looks.ts';
import { bentCode, upright, wavy } from '../../support/bent-code.ts';
import { colourFrame, greyFrame, HEIGHT, readAnyhow, readPlainly, sceneWith, WIDTH, type HeldCode, type Scene } from './code-scene.ts';
import { countingRandom } from './opened-log.ts';

const TEXT = `PT1:${'6BFOXN*TS0BI$ZD.P9UOL97O4-2HH77HRM3DSPTM35'.repeat(4)}`;
const finder = await CodeFinder.open();

/** Every look the door has, one after the other until one finds something. */
const findCodes: FindCodes = async (luma, width, height, alsoUnread) => {
  for (let look = -1; look < looks.length; look++) {
    const { codes, unread } = lookAt(luma, width, height, look);
    const found = [...codes.map(({ quad }) => quad), ...(alsoUnread ? unread : [])];
    if (found.length > 0) return found;
  }
  return [];
};

/** The plain pass for −1. */
function lookAt(luma: Uint8Array, width: number, height: number, look: number): Found {
  finder.room(luma.length).set(luma);
  return look < 0 ? finder.findPlainly(width, height) : finder.look(look, width, height);
}

/** What any look reads in a stored picture. */
async function readInAnyLook(jpeg: Buffer): Promise<string[]> {
  const { data, info } = await sharp(jpeg).toColourspace('b-w').extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  return [...looks.keys(), -1].flatMap((look) => lookAt(data, info.width, info.height, look).codes.map(({ text }) => text));
}

/** What the door tells of a frame: the codes it read in it, all of them or none. */
type Told = 'read' | 'unread';

interface Situation {
  name: string;
  /** The codes at the approach, at the scan and at the entry, and whether the door read them there. */
  approach: [HeldCode[], Told];
  scan: [HeldCode[], Told];
  entry: [HeldCode[], Told];
  grey?: boolean;
}

const middle = { x: WIDTH / 2, y: HEIGHT / 2 };
const near: HeldCode = { text: TEXT, at: middle, sidePx: 300 };
const away: HeldCode = { text: TEXT, at: { x: 200, y: 260 }, sidePx: 160 };

const situations: Situation[] = [
  { name: 'straight on, read everywhere', approach: [[away], 'read'], scan: [[near], 'read'], entry: [[away], 'read'] },
  { name: 'read in the scan only', approach: [[away], 'unread'], scan: [[near], 'read'], entry: [[{ ...away, at: { x: 420, y: 200 } }], 'unread'] },
  { name: 'read nowhere but when the attempt was made', approach: [[near], 'unread'], scan: [[near], 'unread'], entry: [[near], 'unread'] },
  { name: 'tilted by 35° and turned', approach: [[{ ...away, yaw: -30, roll: 20 }], 'unread'], scan: [[{ ...near, yaw: 35, pitch: 10, roll: 45 }], 'read'], entry: [[{ ...near, pitch: -35, roll: 100 }], 'unread'] },
  { name: 'upside down at the edge', approach: [[], 'unread'], scan: [[{ ...near, roll: 180, at: { x: 190, y: 240 } }], 'read'], entry: [[{ ...away, at: { x: 110, y: 380 }, roll: 180 }], 'unread'] },
  { name: 'two at once, one read', approach: [[away, { ...away, at: { x: 480, y: 200 } }], 'unread'], scan: [[away, { ...away, text: TEXT.replace('6BF', 'QED'), at: { x: 480, y: 200 } }], 'read'], entry: [[away], 'unread'] },
  { name: 'without colour', grey: true, approach: [[away], 'unread'], scan: [[{ ...near, yaw: 25 }], 'read'], entry: [[near], 'unread'] },
];

async function frameOf(scene: Scene, arrivedMs: number, grey: boolean): Promise<Frame> {
  return grey ? greyFrame(scene, arrivedMs) : colourFrame(scene, arrivedMs);
}

/** Plays the situation and gives the stored pictures and the frames they were made of. */
async function play({ approach, scan, entry, grey = false }: Situation): Promise<{ stored: Buffer[]; frames: Frame[] }> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-unreadable-'));
  const clock = new VirtualClock();
  const told: EventDraft[] = [];
  const evidence = await Evidence.open({
    dir, keep: 'all', clock, clockTrust: () => 'verified', log: silentLogger, maxAgeMs: 1e9, maxBytes: 1e9, keepFreeBytes: 0, findCodes, onEvent: (draft) => void told.push(draft),
  });
  const frames: Frame[] = [];
  for (const [atMs, [codes, read]] of [[0, approach], [1_500, scan], [3_500, entry]] as const) {
    const scene = await sceneWith(...codes);
    const frame = await frameOf(scene, atMs, grey);
    const quads: Quad[] = read === 'read' ? scene.quads.slice(0, 1) : [];
    frames.push(frame);
    evidence.remember(frame, quads);
    if (atMs === 1_500) evidence.capture(ulid(clock.wallMs(), countingRandom()), 'granted', frame, quads);
  }
  await evidence.close();
  assert.equal(told.filter((draft) => draft.type === 'evidence-failed'), []);
  const [day] = readdirSync(dir);
  const stored = readdirSync(join(dir, day ?? '')).map((name) => readFileSync(join(dir, day ?? '', name)));
  rmSync(dir, { recursive: true });
  return { stored, frames };
}

async function asJpeg({ jpeg, luma, width, height }: Frame): Promise<Uint8Array> {
  return jpeg ?? sharp(luma as Uint8Array, { raw: { width, height, channels: 1 } }).jpeg({ quality: 80 }).toBuffer();
}

for (const situation of situations) {
  test(`[S7] a code ${situation.name}: nothing is to be read in any stored picture`, async () => {
    const { stored, frames } = await play(situation);
    assert.is(stored.length, 3);
    for (const picture of stored) assert.equal([...await readAnyhow(picture), ...await readInAnyLook(picture)], []);
    const unsafe = await Promise.all(frames.map(async (frame) => readPlainly(await asJpeg(frame))));
    const readable = unsafe.filter((texts) => texts.length > 0).length;
    const withCodes = [situation.approach, situation.scan, situation.entry].filter(([codes]) => codes.length > 0).length;
    assert.is(readable, withCodes, 'without the mosaic every one of them could be read');
  });
}

const blind: FindCodes = async () => [];

test('[S7] a code that is not found a second time is covered where it was read', async () => {
  const scene = await sceneWith({ ...near, at: { x: 450, y: 240 }, sidePx: 200, yaw: 20, roll: 30 }, { ...away, at: { x: 130, y: 240 } });
  for (const frame of [await colourFrame(scene, 0), await greyFrame(scene, 0)]) {
    assert.is((await readPlainly(await asJpeg(frame))).length, 2);
    const { jpeg } = await safePicture(frame, scene.quads, [], blind);
    assert.equal(await readAnyhow(jpeg), []);
  }
});

test('[S7] a code that was read just before or after, but not in this frame, is covered where it may have moved to', async () => {
  const frame = await colourFrame(await sceneWith(away), 1_000);
  for (const [atMs, dx, dy] of [[900, 30, 0], [1_100, 0, -30], [700, -60, 60], [1_400, 100, 0]] as const) {
    const { quads: [quad] } = await sceneWith({ ...away, at: { x: away.at.x + dx, y: away.at.y + dy } });
    const { jpeg } = await safePicture(frame, [], [{ atMs, quad: quad as Quad, width: WIDTH, height: HEIGHT }], blind);
    assert.equal(await readAnyhow(jpeg), []);
  }
});

test('[S7] where the camera changed its size between, the place is carried over', async () => {
  const scene = await sceneWith(away);
  const half = scene.quads[0]?.map(({ x, y }) => ({ x: x / 2, y: y / 2 })) as unknown as Quad;
  const { jpeg } = await safePicture(await colourFrame(scene, 100), [], [{ atMs: 50, quad: half, width: WIDTH / 2, height: HEIGHT / 2 }], blind);
  assert.equal(await readAnyhow(jpeg), []);
});

test('a face beside a code that was read in the frame itself is not covered for where the code was before', async () => {
  const scene = await sceneWith(away);
  const { quads: [before] } = await sceneWith({ ...away, at: { x: away.at.x - 20, y: away.at.y } });
  const frame = await colourFrame(scene, 400);
  const alone = await safePicture(frame, scene.quads, [], blind);
  const withPast = await safePicture(frame, scene.quads, [{ atMs: 10, quad: before as Quad, width: WIDTH, height: HEIGHT }], blind);
  assert.ok(withPast.jpeg.equals(alone.jpeg));
});

test('[S7] a code that only an extra look reads is covered, and one that none reads but is seen', async () => {
  const scratched = (u: number, v: number, size: number): number | undefined => (u > 9 && v > 9 && u < size - 2 && v < size - 8 && Math.floor(u + v) % 3 > 0 ? 128 : undefined);
  for (const [name, picture, reads] of [
    ['on cloth', await bentCode('PT1:ON CLOTH', { toModules: wavy(9, 0.7, 1) }), true],
    ['scratched', await bentCode('PT1:'.padEnd(120, 'X'), { toModules: upright(8), over: scratched }), false],
  ] as const) {
    const frame: Frame = { seq: 1, arrivedMs: 0, ...picture };
    const before = await asJpeg(frame);
    assert.equal(await readPlainly(before), [], name);
    assert.is((await readInAnyLook(Buffer.from(before))).length > 0, reads, name);
    const { jpeg } = await safePicture(frame, [], [], findCodes);
    assert.equal(await readInAnyLook(jpeg), [], name);
    const { data } = await sharp(jpeg).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
    assert.is(lookAt(data, frame.width, frame.height, -1).unread.length, 0, `${name}: nothing to be seen of it either`);
  }
});

test('[S7] a thumbnail of the code beside the picture does not survive', async () => {
  const scene = await sceneWith(near);
  const frame = await colourFrame(scene, 1_500);
  const jpeg = await sharp(frame.jpeg).withExif({ IFD0: { ImageDescription: TEXT } }).jpeg().toBuffer();
  assert.ok(jpeg.includes(TEXT.slice(0, 40)));
  const dir = mkdtempSync(join(tmpdir(), 'postern-unreadable-'));
  const clock = new VirtualClock();
  const evidence = await Evidence.open({
    dir, keep: 'all', clock, clockTrust: () => 'verified', log: silentLogger, maxAgeMs: 1e9, maxBytes: 1e9, keepFreeBytes: 0, findCodes, onEvent: () => undefined,
  });
  const attemptId = ulid(clock.wallMs(), countingRandom());
  evidence.capture(attemptId, 'granted', { ...frame, jpeg }, scene.quads);
  await evidence.close();
  const stored = readFileSync(join(dir, '2026-03-02', `${attemptId}-scan.jpg`));
  assert.not.ok(stored.includes(TEXT.slice(0, 40)));
  assert.is((await sharp(stored).metadata()).exif, undefined);
  rmSync(dir, { recursive: true });
});

test('the picture around the code stays as it was, in colour', async () => {
  const scene = await sceneWith(away);
  const { stored } = await play({ name: '', approach: [[], 'unread'], scan: [[away], 'read'], entry: [[], 'unread'] });
  const picture = await sharp(stored[2]).raw().toBuffer();
  let off = 0;
  let count = 0;
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 380; x < WIDTH; x++) {
      for (const channel of [0, 1, 2]) {
        const i = (y * WIDTH + x) * 3 + channel;
        off += Math.abs((picture[i] as number) - (scene.pixels[i] as number));
        count += 1;
      }
    }
  }
  assert.ok(off / count < 8, `colours differ by ${(off / count).toFixed(1)} on average`);
});

test.run();
