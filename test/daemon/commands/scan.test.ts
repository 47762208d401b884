import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { signToken, withStepCode } from '../../../daemon/base/token.ts';
import { scanCommand } from '../../../daemon/commands/scan.ts';
import type { ScannedPicture } from '../../../daemon/commands/scan.ts';
import { digitsOf } from '../../support/hex.ts';
import { drawQr, flatPicture, jpegOf, qrPicture } from '../../support/qr-picture.ts';
import type { LumaPicture } from '../../support/qr-picture.ts';
import { tokenSigner } from '../../support/token-samples.ts';

const dir = mkdtempSync(join(tmpdir(), 'postern-scan-'));
test.after(() => rmSync(dir, { recursive: true }));

class Capture extends Writable {
  text = '';
  readonly isTTY: boolean;

  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function run(args: string[], err = new Capture()): Promise<{ code: number; out: string; err: string }> {
  const out = new Capture();
  const code = await scanCommand.run(args, { out, err, isTty: false });
  return { code, out: out.text, err: err.text };
}

async function runJson(...files: string[]): Promise<{ code: number; scanned: ScannedPicture[] }> {
  const { code, out } = await run([...files, '--json']);
  return { code, scanned: out.trim().split('\n').map((line) => JSON.parse(line) as ScannedPicture) };
}

function save(name: string, bytes: Uint8Array | string): string {
  const file = join(dir, name);
  writeFileSync(file, bytes);
  return file;
}

const sharpOf = ({ luma, width, height }: LumaPicture): Sharp => sharp(luma, { raw: { width, height, channels: 1 } });

const hello = await qrPicture('HELLO', { scale: 4, at: { x: 100, y: 50 }, width: 400, height: 300 });
const helloFile = save('hello.jpg', await jpegOf(hello));
const emptyFile = save('empty.jpg', await jpegOf(flatPicture(200, 100, 90)));

/** Whether the corners are those of the 84-pixel code whose top left stands at `x`, `y`, turned by quarter turns. */
function near(scanned: ScannedPicture | undefined, expected: [number, number][], within = 6): void {
  const corners = scanned?.codes[0]?.corners ?? [];
  assert.is(corners.length, 4);
  expected.forEach(([x, y], i) => {
    const corner = corners[i] ?? { x: -1, y: -1 };
    assert.ok(Math.hypot(corner.x - x, corner.y - y) <= within, `corner ${i} is at ${corner.x},${corner.y}, not ${x},${y}`);
  });
}

test('a code in a picture: exit 0, a line of JSON with text, corners and time', async () => {
  const { code, scanned } = await runJson(helloFile);
  assert.is(code, 0);
  const [only] = scanned;
  assert.equal(Object.keys(only ?? {}), ['file', 'codes', 'ms']);
  assert.is(only?.file, helloFile);
  assert.equal(only?.codes.map((c) => [Object.keys(c), c.text]), [[['text', 'corners'], 'HELLO']]);
  assert.type(only?.ms, 'number');
  near(only, [[100, 50], [184, 50], [184, 134], [100, 134]]);
});

test('a picture without a code: exit 1, and a line for it all the same', async () => {
  const { code, scanned } = await runJson(helloFile, emptyFile);
  assert.is(code, 1);
  assert.equal(scanned.map(({ file, codes, error }) => [file, codes.length, error]), [[helloFile, 1, undefined], [emptyFile, 0, undefined]]);
});

test('files that cannot be read: exit 2, a line with the error, and the others are read', async () => {
  const whole = await jpegOf(hello);
  const bad = [
    save('garbage.jpg', Uint8Array.from({ length: 999 }, (_, i) => (i * 7919) & 255)), save('nothing.jpg', ''),
    save('cut.jpg', whole.subarray(0, whole.length >> 1)), join(dir, 'missing.jpg'), dir,
  ];
  const { code, scanned } = await runJson(...bad, emptyFile, helloFile);
  assert.is(code, 2);
  assert.is(scanned.length, bad.length + 2);
  for (const { codes, error, ms } of scanned.slice(0, bad.length)) {
    assert.equal(codes, []);
    assert.match(error ?? '', /^The picture cannot be read: [^\n]+\.$/);
    assert.type(ms, 'number');
  }
  assert.equal(scanned.at(-1)?.codes.map((c) => c.text), ['HELLO']);
});

test('every common format is read', async () => {
  const picture = (): Sharp => sharpOf(hello).toColourspace('srgb');
  const files = [
    save('a.png', await picture().png().toBuffer()), save('palette.png', await picture().png({ palette: true }).toBuffer()),
    save('sixteen.png', await picture().toColourspace('rgb16').png().toBuffer()), save('a.webp', await picture().webp().toBuffer()),
    save('a.gif', await picture().gif().toBuffer()), save('a.tiff', await picture().tiff().toBuffer()),
    save('a.avif', await picture().avif().toBuffer()), save('cmyk.jpg', await picture().toColourspace('cmyk').jpeg().toBuffer()),
  ];
  const { code, scanned } = await runJson(...files);
  assert.equal(scanned.map(({ codes, error }) => error ?? codes[0]?.text), files.map(() => 'HELLO'));
  assert.is(code, 0);
});

test('dark modules on a transparent ground are read', async () => {
  const mask = await qrPicture('CLEAR', { dark: 255, light: 0, around: 0 });
  const file = save('clear.png', await sharp({ create: { width: 640, height: 480, channels: 3, background: 'black' } })
    .joinChannel(Buffer.from(mask.luma), { raw: { width: 640, height: 480, channels: 1 } }).png().toBuffer());
  assert.equal((await runJson(file)).scanned[0]?.codes[0]?.text, 'CLEAR');
});

test('an EXIF orientation is honoured: corners are those of the upright picture', async () => {
  // Stored turned; shown (turned clockwise by 90°) as 300 × 400.
  const file = save('turned.jpg', await sharpOf(hello).jpeg({ quality: 90 }).withMetadata({ orientation: 6 }).toBuffer());
  near((await runJson(file)).scanned[0], [[250, 100], [250, 184], [166, 184], [166, 100]]);
});

test('a picture larger than the door would take is shrunk, its corners told in its own pixels', async () => {
  const file = save('large.png', await sharpOf(hello).resize(6_000, 4_500, { kernel: 'nearest' }).png().toBuffer());
  const { code, scanned } = await runJson(file);
  assert.is(code, 0);
  near(scanned[0], [[1_500, 750], [2_760, 750], [2_760, 2_010], [1_500, 2_010]], 90);
});

const claims = { id: new Uint8Array(16).fill(1), doors: [new Uint8Array(16).fill(2)], issuedAtS: 1_772_440_000, expiresAtS: 1_772_500_000 };

async function scanText(text: string, ...options: string[]): Promise<string> {
  const file = save('token.png', await sharpOf(await qrPicture(text, { scale: 5 })).png().toBuffer());
  return (await run([file, ...options])).out;
}

test('a door code comes with what it claims', async () => {
  const text = signToken({ ...claims, notBeforeS: 1_772_450_000, uses: 3, hours: 'deliveries' }, tokenSigner);
  const { codes } = JSON.parse(await scanText(text, '--json')) as ScannedPicture;
  assert.is(codes[0]?.text, text);
  assert.equal(codes[0]?.token, {
    id: 'AQEBAQEBAQEBAQEBAQEBAQ', keyId: digitsOf(tokenSigner.keyId), doors: ['AgICAgICAgICAgICAgICAg'], issuedAt: '2026-03-02T08:26:40.000Z',
    notBefore: '2026-03-02T11:13:20.000Z', expiresAt: '2026-03-03T01:06:40.000Z', uses: 3, hours: 'deliveries',
  });
});

test('a rotating code comes with its step code', async () => {
  const text = withStepCode(signToken({ ...claims, rotating: true }, tokenSigner), '12345678');
  const { codes } = JSON.parse(await scanText(text, '--json')) as ScannedPicture;
  assert.match(JSON.stringify(codes[0]?.token), '"rotating":true,"stepCode":"12345678"');
});

test('a door code that is damaged says so', async () => {
  const { codes } = JSON.parse(await scanText('PT1:DAMAGED', '--json')) as ScannedPicture;
  assert.match(JSON.stringify(codes[0]?.token), '"error":"This door code is damaged');
});

test('for a person: text, corners, claims and time', async () => {
  const text = await scanText(signToken(claims, tokenSigner));
  assert.match(text, /token\.png: 1 code \([\d.]+ ms\)\n {2}PT1:.+\n {4}corners {2}\d+,\d+ .*\n {4}id {2}AQEB/);
  const { out } = await run([emptyFile, join(dir, 'missing.jpg')]);
  assert.match(out, /empty\.jpg: no code \([\d.]+ ms\)\n.*missing\.jpg: The picture cannot be read: /);
});

test('what would steer the terminal is shown escaped', async () => {
  const out = await scanText('\u001b[31mred\u202e');
  assert.match(out, '\\u{1b}[31mred\\u{202e}');
  assert.not.match(out, '\u001b');
});

test('two codes in a picture are both listed', async () => {
  const picture = await qrPicture('LEFT', { at: { x: 60, y: 100 } });
  await drawQr(picture, 'RIGHT', { at: { x: 400, y: 200 } });
  const { out } = await run([save('two.jpg', await jpegOf(picture))]);
  assert.match(out, /two\.jpg: 2 codes/);
});

test('no picture is wrong usage; an option nobody knows is refused', async () => {
  const { code, out, err } = await run(['--json']);
  assert.equal([code, out], [2, '']);
  assert.match(err, 'at least one picture');
  await run(['--fast']).then(() => assert.unreachable(), (thrown: NodeJS.ErrnoException) => assert.match(thrown.code ?? '', /^ERR_PARSE_ARGS/));
});

test('progress goes to a terminal on stderr when there are many, and nowhere else', async () => {
  const many = new Array<string>(20).fill(emptyFile);
  assert.match((await run(many, new Capture(true))).err, /^\r1 of 20.*\r\u001b\[K$/s);
  assert.is((await run(many, new Capture(false))).err, '');
  assert.is((await run(many.slice(1), new Capture(true))).err, '');
});

test.run();
