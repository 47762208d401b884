import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock, VirtualClock } from '../../../daemon/base/clock.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import type { Frame } from '../../../daemon/base/frame.ts';
import { textOf } from '../../../daemon/scan/zxing.ts';
import { QrReader } from '../../../daemon/scan/qr.ts';
import type { QrReaderOptions } from '../../../daemon/scan/qr.ts';
import type { ScanResult } from '../../../daemon/scan/scan-result.ts';
import type { Located } from '../../../daemon/base/frame.ts';
import { bentCode, upright, wavy } from '../../support/bent-code.ts';
import { drawQr, flatPicture, jpegOf, qrPicture } from '../../support/qr-picture.ts';

/** A worker of `test/support` that goes wrong. */
function workerOf(name: string): URL {
  return new URL(`../../support/${name}-worker${extname(import.meta.url)}`, import.meta.url);
}

/** Frames for the stuck worker: one it answers, and one it breaks at. */
const fine = frameOf({ luma: new Uint8Array(20), width: 4, height: 5 });
const crashing = frameOf({ luma: new Uint8Array(2), width: 2, height: 1 });

/** Runs with a reader of its own, closed whatever happens. */
async function withReader(options: Partial<QrReaderOptions>, run: (own: QrReader) => Promise<void>): Promise<void> {
  const own = await QrReader.open({ clock: systemClock, deadlineMs: 20_000, ...options });
  try {
    await run(own);
  } finally {
    await own.close();
  }
}

let reader: QrReader;
test.before(async () => {
  reader = await QrReader.open({ clock: systemClock, deadlineMs: 20_000 });
});
test.after(() => reader.close());

function frameOf(picture: Partial<Frame>): Frame {
  return { seq: 1, arrivedMs: 0, width: 640, height: 480, ...picture };
}

/** No code in it, and not dull. */
function stripedPicture(): Partial<Frame> {
  return { luma: Uint8Array.from({ length: 640 * 480 }, (_, i) => (i & 8 ? 220 : 30)) };
}

const texts = ({ codes }: ScanResult): string[] => codes.map((c) => c.text).sort();

test('a code is read from luma, its corners in the order of the code', async () => {
  const picture = await qrPicture('PT1:HELLO', { scale: 5, at: { x: 100, y: 60 } });
  const result = await reader.read(frameOf(picture));
  assert.equal(texts(result), ['PT1:HELLO']);
  const side = 21 * 5;
  const expected = [[100, 60], [100 + side, 60], [100 + side, 60 + side], [100, 60 + side]];
  result.codes[0]?.quad.forEach((p, i) => {
    const [x = 0, y = 0] = expected[i] ?? [];
    assert.ok(Math.hypot(p.x - x, p.y - y) <= 5, `corner ${i} at ${p.x},${p.y}`);
  });
  assert.is(result.dull, false);
  assert.is(result.problem, undefined);
});

test('a code is read from JPEG', async () => {
  const picture = await qrPicture('PT1:HELLO');
  assert.equal(texts(await reader.read(frameOf({ jpeg: await jpegOf(picture) }))), ['PT1:HELLO']);
});

test('a JPEG comes back in colour and so many times halved to whoever asks for it, whatever was in it', async () => {
  const at = (x: number): { r: number; g: number; b: number } => (x < 320 ? { r: 200, g: 40, b: 30 } : { r: 20, g: 90, b: 220 });
  const colours = Buffer.from(Array.from({ length: 640 * 480 }, (_, i) => Object.values(at(i % 640))).flat());
  const jpeg = await sharp(colours, { raw: { width: 640, height: 480, channels: 3 } }).jpeg({ quality: 90 }).toBuffer();
  for (const [halvings, insist] of [[0, false], [1, false], [2, true]] as const) {
    const { small } = await reader.read(frameOf({ jpeg }), { halvings, insist });
    const [width, height] = [640 >> halvings, 480 >> halvings];
    assert.equal([small?.width, small?.height, small?.channels, small?.data.length], [width, height, 3, width * height * 3]);
    for (const x of [10 >> halvings, 630 >> halvings]) {
      const pixel = [...small?.data.subarray((5 * width + x) * 3, (5 * width + x) * 3 + 3) ?? []];
      Object.values(at(x << halvings)).forEach((value, i) => assert.ok(Math.abs(value - (pixel[i] ?? NaN)) < 6, `${x}: ${pixel.join(' ')}`));
    }
  }
  assert.is((await reader.read(frameOf({ jpeg }))).small, undefined);
  assert.is((await reader.read(frameOf(stripedPicture()), { halvings: 1 })).small, undefined, 'luma need not be decompressed');
  assert.is((await reader.read(frameOf({ jpeg: jpeg.subarray(0, 300) }), { halvings: 1 })).small, undefined);
});

test('a JPEG that the gate keeps from the decoder is not decompressed to give it back in colour', async () => {
  await withReader({ gateHeartbeatMs: 8_000 }, async (own) => {
    const jpeg = await jpegOf({ width: 640, height: 480, luma: stripedPicture().luma as Uint8Array });
    const read = (arrivedMs: number): Promise<ScanResult> => own.read(frameOf({ jpeg, arrivedMs }), { halvings: 1 });
    const first = await read(0);
    assert.equal([first.gated, first.small?.width], [undefined, 320]);
    for (let arrivedMs = 66; arrivedMs < 3_100; arrivedMs += 66) await read(arrivedMs);
    const still = await read(3_200);
    assert.equal([still.gated, still.small], ['unchanged', undefined]);
  });
});

test('a frame that brings both is read by its luma', async () => {
  const picture = await qrPicture('FROM LUMA');
  const jpeg = await jpegOf(await qrPicture('FROM JPEG'));
  assert.equal(texts(await reader.read(frameOf({ ...picture, jpeg }))), ['FROM LUMA']);
});

test('light modules on a dark screen are read in every second frame, and in a single picture', async () => {
  const frame = frameOf(await qrPicture('INVERTED', { dark: 255, light: 0, around: 0 }));
  const read = [];
  for (let n = 0; n < 4; n++) read.push(...texts(await reader.read(frame)));
  assert.equal(read, ['INVERTED', 'INVERTED']);
  assert.equal(texts(await reader.readThoroughly(frame)), ['INVERTED']);
});

test('the dimmest code the decoder can read passes the gate', async () => {
  assert.equal(texts(await reader.read(frameOf(await qrPicture('DIM', { dark: 4, light: 29, around: 4, scale: 8 })))), ['DIM']);
});

test('two codes in one picture are both read', async () => {
  const picture = await qrPicture('LEFT', { at: { x: 60, y: 100 } });
  await drawQr(picture, 'RIGHT', { at: { x: 400, y: 200 } });
  assert.equal(texts(await reader.read(frameOf(picture))), ['LEFT', 'RIGHT']);
});

test('text of any script comes back as it was written', async () => {
  for (const text of ['äöü €', '日本語', '😀', 'a\u0000b', '\u001b[31m']) {
    assert.equal(texts(await reader.read(frameOf(await qrPicture(text)))), [text]);
  }
});

test('content in no character set has a text all the same', () => {
  assert.is(textOf('', Uint8Array.of(0x00, 0xff, 0x41)), '\u0000ÿA');
  assert.is(textOf('as is', Uint8Array.of(1)), 'as is');
});

test('a picture without a code, and a flat one', async () => {
  const noise = flatPicture(640, 480, 0);
  noise.luma.forEach((_, i) => { noise.luma[i] = (i * 7919 + (i >> 7) * 31) % 251; });
  const empty = await reader.read(frameOf(noise));
  assert.equal([empty.codes, empty.dull, empty.problem], [[], false, undefined]);
  const flat = await reader.read(frameOf(flatPicture(640, 480, 12)));
  assert.equal([flat.codes, flat.dull, flat.problem], [[], true, undefined]);
});

test('pictures of changing size follow one another', async () => {
  for (const [width, height] of [[200, 150], [1280, 720], [160, 160], [1920, 1080]] as const) {
    assert.equal(texts(await reader.read(frameOf(await qrPicture('SIZE', { width, height })))), ['SIZE'], `${width} × ${height}`);
  }
});

test('the frame keeps its pictures as they were: the evidence needs them', async () => {
  const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const picture = await qrPicture('KEPT');
  const jpeg = await jpegOf(picture);
  const before = [hash(picture.luma), hash(jpeg)];
  await reader.read(frameOf(picture));
  await reader.read(frameOf({ jpeg }));
  assert.equal([hash(picture.luma), hash(jpeg)], before);
  assert.ok(picture.luma.length > 0 && jpeg.length > 0, 'nothing was transferred away');
});

test('bad pictures are answers with a problem, and the next good one is read', async () => {
  const picture = await qrPicture('GOOD');
  const jpeg = await jpegOf(picture);
  const bad: [string, Frame][] = [
    ['nothing', frameOf({})],
    ['empty JPEG', frameOf({ jpeg: new Uint8Array(0) })],
    ['truncated JPEG', frameOf({ jpeg: jpeg.subarray(0, jpeg.length >> 1) })],
    ['JPEG header alone', frameOf({ jpeg: jpeg.subarray(0, 20) })],
    ['garbage', frameOf({ jpeg: Uint8Array.from({ length: 5_000 }, (_, i) => (i * 7919) & 255) })],
    ['garbage behind a JPEG marker', frameOf({ jpeg: Uint8Array.from({ length: 5_000 }, (_, i) => [0xff, 0xd8, 0xff][i] ?? ((i * 7919) & 255)) })],
    ['SVG', frameOf({ jpeg: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>') })],
    ['short luma', frameOf({ luma: picture.luma.subarray(1) })],
    ['long luma', frameOf({ luma: new Uint8Array(640 * 480 + 1) })],
    ['luma of no size', frameOf({ luma: new Uint8Array(0), width: 0, height: 0 })],
    ['luma of negative size', frameOf({ luma: picture.luma, width: -640, height: -480 })],
    ['luma of broken size', frameOf({ luma: picture.luma, width: Number.NaN, height: 480 })],
    ['luma of a fraction', frameOf({ luma: new Uint8Array(2), width: 0.5, height: 4 })],
  ];
  for (const [name, frame] of bad) {
    const result = await reader.read(frame);
    assert.equal(result.codes, [], name);
    assert.match(result.problem ?? 'no problem', /^The (picture|frame)[^\n]*\.$/, name);
  }
  assert.equal(texts(await reader.read(frameOf({ jpeg }))), ['GOOD']);
  assert.is(reader.replaced, 0);
});

test('a JPEG cut off or damaged anywhere never takes the decoder down', async () => {
  const jpeg = await jpegOf(await qrPicture('GOOD'));
  for (let i = 0; i < 60; i++) {
    const damaged = Uint8Array.from(jpeg);
    for (let k = 0; k < 8; k++) damaged[(i * 7919 + k * 104_729) % damaged.length] = (i * 31 + k * 7) & 255;
    await reader.read(frameOf({ jpeg: damaged }));
    await reader.read(frameOf({ jpeg: jpeg.subarray(0, Math.floor((jpeg.length * i) / 60)) }));
  }
  assert.equal(texts(await reader.read(frameOf({ jpeg }))), ['GOOD']);
  assert.is(reader.replaced, 0);
});

test('[S9] a picture of more pixels than allowed is not looked at', () => withReader({ maxPixels: 100_000 }, async (own) => {
  const picture = await qrPicture('TOO BIG');
  for (const frame of [frameOf(picture), frameOf({ jpeg: await jpegOf(picture) })]) {
    assert.match((await own.read(frame)).problem ?? '', /limit/);
  }
  assert.equal(texts(await own.read(frameOf(await qrPicture('FITS', { width: 300, height: 300 })))), ['FITS']);
}));

test('a second frame before the first is read waits its turn', async () => {
  const frames = await Promise.all(['ONE', 'TWO', 'THREE'].map(async (text) => frameOf(await qrPicture(text))));
  const results = await Promise.all(frames.map((frame) => reader.read(frame)));
  assert.equal(results.map(texts), [['ONE'], ['TWO'], ['THREE']]);
});

/** Waits for another thread; gives up after 20 s. */
async function until(happened: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 4_000 && !(await happened()); i++) await pause(5);
  assert.ok(await happened(), 'it happens within 20 s');
}

/** Reads `frame` once the decoder that takes over is warm. */
async function readWhenUp(own: QrReader, frame: Frame): Promise<ScanResult> {
  let result = await own.read(frame);
  await until(async () => {
    if (result.problem !== undefined) result = await own.read(frame);
    return result.problem === undefined;
  });
  return result;
}

test('a decode over its deadline is given up and the real decoder is replaced', async () => {
  const clock = new VirtualClock();
  const lost: string[] = [];
  await withReader({ clock, deadlineMs: 1_000, onReplaced: (why) => lost.push(why) }, async (own) => {
    const frame = frameOf(await qrPicture('LATE'));
    const late = own.read(frame);
    clock.advance(1_000);
    assert.match((await late).problem ?? '', 'over 1000 ms');
    assert.equal(lost, ['the decoder took over 1000 ms']);
    assert.is(own.replaced, 1);
    assert.equal(texts(await readWhenUp(own, frame)), ['LATE']);
  });
});

test('an answer in time ends the deadline', async () => {
  const clock = new VirtualClock();
  await withReader({ clock, deadlineMs: 1_000 }, async (own) => {
    await own.read(frameOf(flatPicture(640, 480, 0)));
    clock.advance(60_000);
    assert.is(own.replaced, 0);
  });
});

const failures: [string, number, RegExp][] = [
  ['hangs', 1, /took over 1000 ms/],
  ['throws', 2, /failed: the decoder broke/],
  ['exits', 3, /ended with code 7/],
];
for (const [what, width, why] of failures) {
  test(`a decoder that ${what} costs a frame and is replaced`, async () => {
    const clock = new VirtualClock();
    const lost: string[] = [];
    await withReader({ clock, deadlineMs: 1_000, onReplaced: (w) => lost.push(w), workerFile: workerOf('stuck') }, async (own) => {
      assert.is((await own.read(fine)).decodeMs, 5);
      const reading = own.read(frameOf({ luma: new Uint8Array(width), width, height: 1 }));
      if (what === 'hangs') clock.advance(1_000);
      const result = await reading;
      assert.equal(result.codes, []);
      assert.match(result.problem ?? '', why);
      assert.is((await readWhenUp(own, fine)).decodeMs, 5);
      assert.is(lost.length, 1);
      assert.match(lost[0] as string, why);
    });
  });
}

test('[S4] while the next decoder is being started a frame is answered at once', async () => {
  await withReader({ workerFile: workerOf('stuck') }, async (own) => {
    await own.read(crashing);
    assert.match((await own.read(fine)).problem ?? '', 'started again');
  });
});

/** Runs while workers that are started go wrong. */
async function whileStarts(fail: 'throws' | 'hangs', run: () => Promise<void>): Promise<void> {
  process.env['STUCK_START'] = fail;
  try {
    await run();
  } finally {
    delete process.env['STUCK_START'];
  }
}

test('a decoder that does not come up again is started anew with growing pauses', async () => {
  const clock = new VirtualClock();
  const lost: string[] = [];
  await withReader({ clock, deadlineMs: 1_000, onReplaced: (why) => lost.push(why), workerFile: workerOf('stuck') }, async (own) => {
    await whileStarts('throws', async () => {
      await own.read(crashing);
      await until(() => lost.length === 2);
      assert.match(lost[1] as string, 'no start');
      clock.advance(500);
      await until(() => lost.length === 3);
    });
    clock.advance(1_000);
    assert.is((await readWhenUp(own, fine)).decodeMs, 5);
    assert.is(own.replaced, 3);
  });
});

test('a decoder that hangs while it starts is given up after 30 s', async () => {
  const clock = new VirtualClock();
  await whileStarts('hangs', async () => {
    const opening = QrReader.open({ clock, deadlineMs: 1_000, workerFile: workerOf('stuck') });
    clock.advance(30_000);
    await opening.then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'not ready after 30000 ms'));
  });
});

test('a decoder that does not start is an error with its mend', async () => {
  await QrReader.open({ clock: systemClock, deadlineMs: 20_000, workerFile: workerOf('broken') }).then(
    () => assert.unreachable(),
    (thrown: unknown) => {
      assert.instance(thrown, PosternError);
      assert.is((thrown as PosternError).code, 'decoder-missing');
      assert.match((thrown as PosternError).message, 'no wasm here');
    },
  );
});

test('closing in the middle of a read answers it; a closed reader says so', () => withReader({}, async (own) => {
  const frame = frameOf(await qrPicture('CLOSING'));
  const under = own.read(frame);
  await own.close();
  assert.match((await under).problem ?? '', 'closed');
  assert.match((await own.read(frame)).problem ?? '', 'closed');
  assert.is(own.replaced, 0);
}));

test('a still picture that the plain pass does not read is looked at until two looks agree', async () => {
  const picture = await bentCode('PT1:ON CLOTH', { toModules: wavy(9, 0.7, 1) });
  const plain = await reader.read(frameOf(picture));
  assert.equal(texts(plain), [], 'extra looks at frames are off unless told');
  const { codes } = await reader.readThoroughly(frameOf(picture));
  assert.equal(codes.map(({ text, agreed }) => ({ text, agreed })), [{ text: 'PT1:ON CLOTH', agreed: true }]);
  assert.is.not(codes[0]?.look, undefined);
});

test('a still picture that the plain pass reads is not looked at again', async () => {
  const { codes } = await reader.readThoroughly(frameOf(await qrPicture('PT1:HELLO')));
  assert.equal(codes.map(({ text, look }) => [text, look]), [['PT1:HELLO', undefined]]);
});

test('while a still picture is looked at, a frame waits for one look and not for all', async () => {
  const ended: string[] = [];
  const still = reader.readThoroughly(frameOf(stripedPicture())).then(() => ended.push('still'));
  const frame = reader.read(frameOf(await qrPicture('PT1:HELLO'))).then(() => ended.push('frame'));
  await Promise.all([still, frame]);
  assert.equal(ended, ['frame', 'still']);
});

test('with a budget a frame that the plain pass does not read gets extra looks, and they are told', async () => {
  const picture = await bentCode('PT1:ON CLOTH', { toModules: wavy(9, 0.7, 1) });
  await withReader({ extraLookMs: 200 }, async (own) => {
    const read: string[] = [];
    // Enough for every look to have its turn, on a slow machine, too.
    for (let frame = 0; frame < 40; frame++) read.push(...(await own.read(frameOf(picture))).codes.map(({ text, look }) => `${text} ${look === undefined ? 'plain' : 'extra'}`));
    assert.equal([...new Set(read)], ['PT1:ON CLOTH extra']);
  });
});

test('a code that is there and cannot be read is located, with why', async () => {
  const scratched = (u: number, v: number, size: number): number | undefined => (u > 9 && v > 9 && u < size - 2 && v < size - 8 && Math.floor(u + v) % 3 > 0 ? 128 : undefined);
  const text = 'PT1:'.padEnd(120, 'X');
  const clear = await reader.read(frameOf(await bentCode(text, { toModules: upright(8), over: scratched })));
  const faint = await reader.read(frameOf(await bentCode(text, { toModules: upright(5), over: scratched, dark: 100, light: 150 })));
  for (const { codes, located } of [clear, faint]) assert.equal([codes.length, located.length], [0, 1]);
  const [a, b] = [clear.located[0] as Located, faint.located[0] as Located];
  assert.ok(a.contrast > 180 && b.contrast < 70, `${a.contrast} ${b.contrast}`);
  assert.ok(a.modulePx > b.modulePx && a.sharpness > 0.5 && !a.cutOff, JSON.stringify(a));
});

test.run();
