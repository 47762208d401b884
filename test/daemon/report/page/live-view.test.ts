import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'node:http';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import type { Frame, Quad } from '../../../../daemon/base/frame.ts';
import type { LiveFrame } from '../../../../daemon/report/page/api.ts';
import { LiveView, type LiveMessage, type LiveSighting } from '../../../../daemon/report/page/live-view.ts';
import { measuresOf } from '../../../../daemon/report/page/picture-measures.ts';
import { QrReader } from '../../../../daemon/scan/qr.ts';
import { OwnDoor, pageAt } from '../../../support/own-door.ts';
import { addUsers, PageReader } from './page-reader.ts';

const sessions = fileURLToPath(new URL('../../../../../fixtures/sessions/', import.meta.url));
const quad: Quad = [{ x: 100, y: 100 }, { x: 300, y: 100 }, { x: 300, y: 300 }, { x: 100, y: 300 }];
const later: Quad = [{ x: 500, y: 100 }, { x: 700, y: 100 }, { x: 700, y: 300 }, { x: 500, y: 300 }];

function looked(): { clock: VirtualClock; live: LiveView; told: LiveMessage[]; developed: { codes: Quad[]; sightings: LiveSighting[] }[]; see: (atMs: number, quads?: Quad[], also?: Partial<Frame>, gated?: string) => Promise<void> } {
  const clock = new VirtualClock();
  const developed: { codes: Quad[]; sightings: LiveSighting[] }[] = [];
  const live = new LiveView({
    clock, hint: () => undefined,
    develop: async (_, codes, sightings) => {
      developed.push({ codes, sightings });
      return { jpeg: Buffer.from('x'), luma: new Uint8Array(640 * 360), width: 640, height: 360 };
    },
  });
  const see = async (atMs: number, quads: Quad[] = [], also: Partial<Frame> = {}, gated?: string): Promise<void> => {
    clock.advance(atMs - (clock.monotonicMs() - start));
    live.see({ seq: 1, arrivedMs: clock.monotonicMs(), width: 1280, height: 720, ...also }, { codes: quads.map((each) => ({ quad: each })), located: [], ...(gated !== undefined && { gated }) });
    await Promise.resolve();
  };
  const start = clock.monotonicMs();
  return { clock, live, told: [], developed, see };
}

test('while nobody looks nothing is made of a frame but its size', async () => {
  const { live, developed, see } = looked();
  for (let atMs = 0; atMs < 2_000; atMs += 66) await see(atMs, [quad]);
  assert.equal(developed, []);
  assert.equal([live.camera?.width, live.camera?.height], [1280, 720]);
});

test('at most five pictures a second, none of a short exposure, and none after the last has gone', async () => {
  const { live, developed, see } = looked();
  const stop = live.look(() => undefined);
  for (let atMs = 0; atMs <= 3_300; atMs += 33) await see(atMs, [], atMs % 66 === 0 ? {} : { isShort: true });
  assert.ok(developed.length >= 12 && developed.length <= 16, String(developed.length));
  stop();
  const before = developed.length;
  for (let atMs = 3_333; atMs <= 5_000; atMs += 33) await see(atMs);
  assert.is(developed.length, before);
});

test('half as many of a scene that stands still, and the first of what moves in it at once', async () => {
  const { live, developed, see } = looked();
  live.look(() => undefined);
  for (let atMs = 0; atMs <= 3_300; atMs += 33) await see(atMs, [], {}, 'unchanged');
  assert.ok(developed.length >= 7 && developed.length <= 8, String(developed.length));
  const before = developed.length;
  // The one of 3,168, and one that is taken 200 ms later and sent 300 ms after that.
  for (let atMs = 3_333; atMs <= 3_700; atMs += 33) await see(atMs);
  assert.is(developed.length, before + 2);
});

test('a frame is wanted five times a second, none of a short exposure and none while nobody looks', async () => {
  const { clock, live, see } = looked();
  const later = (ms: number): Frame => ({ seq: 1, width: 1280, height: 720, arrivedMs: clock.monotonicMs() + ms });
  assert.is(live.wants(later(0)), false);
  live.look(() => undefined);
  await see(0);
  assert.equal([100, 189, 190].map((ms) => live.wants(later(ms))), [false, false, true]);
  assert.is(live.wants({ ...later(190), isShort: true }), false);
});

test('[S7] a code that is read a moment after a picture was taken is covered in it, too', async () => {
  const { live, developed, see } = looked();
  live.look(() => undefined);
  await see(0);
  await see(100, [later]);
  await see(400);
  assert.equal(developed[0]?.codes, []);
  assert.equal(developed[0]?.sightings.map((sighting) => sighting.quad), [later]);
});

test('the outline is told in the pixels of the picture that is sent', async () => {
  const { live, told, see } = looked();
  live.look((message) => told.push(message));
  await see(0, [quad]);
  await see(400);
  await new Promise((resolve) => setImmediate(resolve));
  const frame = told[0]?.data as LiveFrame;
  assert.equal(frame.outlines, [{ read: true, corners: [[50, 50], [150, 50], [150, 150], [50, 150]] }]);
});

test('when the camera gives nothing it is said after two seconds, and again', () => {
  const { clock, live, told } = looked();
  live.look((message) => told.push(message));
  clock.advance(1_999);
  assert.equal(told, []);
  clock.advance(1);
  clock.advance(2_000);
  assert.equal(told.map(({ event }) => event), ['quiet', 'quiet']);
});

test('focus and light: a sharp edge and a blurred one, a dark picture and a bright one', () => {
  const picture = (edgePx: number, dark: number, bright: number): Uint8Array =>
    Uint8Array.from({ length: 640 * 360 }, (_, at) => dark + (bright - dark) * Math.min(1, Math.max(0, ((at % 40) - 20 + edgePx / 2) / edgePx)));
  assert.is(measuresOf(picture(0.5, 60, 200), 640, 360).focus.word, 'sharp');
  assert.is(measuresOf(picture(20, 60, 255), 640, 360).focus.word, 'blurred');
  assert.is(measuresOf(picture(1, 0, 40), 640, 360).light.word, 'dark');
  assert.is(measuresOf(picture(1, 220, 255), 640, 360).light.word, 'bright');
});

/** Live pictures of a recorded session, as the page gets them. */
async function livePicturesOf(session: string, wanted: number): Promise<LiveFrame[]> {
  const clock = new VirtualClock();
  const door = await OwnDoor.open({ clock });
  try {
    await addUsers(door.stateDir);
    const app = await door.start({ config: { http: pageAt(0) } });
    const reader = new PageReader(app.pageUrl ?? '');
    await reader.logIn('viewer');
    const frames: LiveFrame[] = [];
    let text = '';
    const stream = request(`${app.pageUrl}api/live`, { headers: { cookie: reader.cookie } }, (response) => response.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) if (event.startsWith('event: frame\n')) frames.push(JSON.parse(event.slice(event.indexOf('data: ') + 6)) as LiveFrame);
    }));
    await new Promise((resolve) => stream.on('response', resolve).end());
    const dir = join(sessions, session, 'frames');
    for (const name of readdirSync(dir).sort()) {
      door.camera.show({ width: 800, height: 450, jpeg: readFileSync(join(dir, name)) });
      await app.idle();
      clock.advance(66);
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (frames.length >= wanted) break;
    }
    stream.destroy();
    return frames;
  } finally {
    await door.close();
  }
}

test('[S7] no decoder reads a code in what is streamed while a phone is held up', async () => {
  const frames = await livePicturesOf('phone-approaching', 100);
  assert.ok(frames.length >= 4, `${frames.length} pictures came`);
  assert.ok(frames.some(({ outlines }) => outlines.some(({ read }) => read)), 'and a code was in view');
  const qr = await QrReader.open({ clock: new VirtualClock(), deadlineMs: 60_000 });
  for (const { jpeg, width, height } of frames) {
    assert.ok(width <= 640);
    const seen = await qr.readThoroughly({ seq: 0, arrivedMs: 0, width, height, jpeg: Buffer.from(jpeg, 'base64') });
    assert.equal(seen.codes.map(({ text }) => text), []);
  }
  await qr.close();
});

test.run();
