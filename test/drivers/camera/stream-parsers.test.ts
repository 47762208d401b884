import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { jpegHasEnd } from '../../../drivers/camera/jpeg-size.ts';
import { MultipartParser } from '../../../drivers/camera/multipart-parser.ts';
import { StreamFault, type ParserSink, type PictureParser } from '../../../drivers/camera/picture-parser.ts';
import type { Picture } from '../../../drivers/camera/picture-source.ts';
import { StderrTail } from '../../../drivers/camera/stderr-tail.ts';
import { YuvParser } from '../../../drivers/camera/yuv-parser.ts';
import { Yuv4mpegParser } from '../../../drivers/camera/yuv4mpeg-parser.ts';

const plain = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } }).jpeg().toBuffer();
/** With a thumbnail in it that has an end of its own, as Exif has (in an APP1). */
const withThumbnail = Buffer.concat([plain.subarray(0, 2), Buffer.from([0xff, 0xe1, (plain.length + 2) >> 8, (plain.length + 2) & 0xff]), plain, plain.subarray(2)]);

interface Parsed {
  pictures: Picture[];
  bad: string[];
  fault: string | undefined;
}

function parse(make: (sink: ParserSink) => PictureParser, bytes: Uint8Array, pieceBytes: number): Parsed {
  const parsed: Parsed = { pictures: [], bad: [], fault: undefined };
  const parser = make({ picture: (picture) => parsed.pictures.push(picture), bad: (what) => parsed.bad.push(what) });
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) parser.take(bytes.subarray(at, at + pieceBytes));
  } catch (thrown) {
    assert.instance(thrown, StreamFault);
    parsed.fault = (thrown as StreamFault).message;
  }
  return parsed;
}

const pieces = [1, 7, 1_000, 65_536];

function part(jpeg: Buffer, headers: string[]): Buffer {
  return Buffer.concat([Buffer.from(['--b', ...headers, '', ''].join('\r\n')), jpeg, Buffer.from('\r\n')]);
}

const streams: [what: string, boundary: string | undefined, bytes: Buffer, pictures: number][] = [
  ['lengths that are true', 'b', Buffer.concat([1, 2, 3].map(() => part(plain, ['Content-Type: image/jpeg', `Content-Length: ${plain.length}`]))), 3],
  ['a boundary that was told with its dashes', '--b', part(plain, [`content-length:${plain.length}`]), 1],
  ['a boundary that was not told', undefined, part(plain, [`Content-Length: ${plain.length}`]), 1],
  ['no headers at all', 'b', part(plain, []), 1],
  ['no length, a thumbnail inside', 'b', Buffer.concat([part(withThumbnail, ['A: b']), part(withThumbnail, ['A: b'])]), 2],
  ['a length that is too short', 'b', Buffer.concat([1, 2].map(() => part(withThumbnail, [`Content-Length: ${plain.length + 10}`]))), 2],
  ['a length that is too long', 'b', Buffer.concat([1, 2, 3, 4].map(() => part(plain, [`Content-Length: ${plain.length + 60}`]))), 4],
  ['a length of another world', 'b', Buffer.concat([1, 2].map(() => part(plain, ['Content-Length: 99999999999']))), 2],
  ['a length of nothing', 'b', part(plain, ['Content-Length: 0']), 1],
  ['a preamble and an epilogue', 'b', Buffer.concat([Buffer.from('hello\r\n'), part(plain, []), Buffer.from('--b--\r\nbye')]), 1],
];
for (const [what, boundary, bytes, pictures] of streams) {
  test(`a multipart stream with ${what}, in pieces of any size`, () => {
    for (const size of pieces) {
      const parsed = parse((sink) => new MultipartParser(boundary, sink), bytes, size);
      assert.equal([parsed.pictures.length, parsed.fault], [pictures, undefined], `in pieces of ${size}`);
      for (const { jpeg, width, height } of parsed.pictures) assert.equal([width, height, [...(jpeg ?? []).slice(-2)]], [64, 48, [0xff, 0xd9]]);
    }
  });
}

test('parts that are no whole JPEG are told and left out, and the next whole one is taken', () => {
  const bytes = Buffer.concat([part(plain.subarray(0, plain.length - 20), []), part(Buffer.from('<html>'), []), part(plain, [`Content-Length: ${plain.length}`])]);
  for (const size of pieces) {
    const { pictures, bad } = parse((sink) => new MultipartParser('b', sink), bytes, size);
    assert.equal([pictures.length, bad], [1, ['JPEGs that are cut off', 'something that is no JPEG']], `in pieces of ${size}`);
  }
});

test('the end of a thumbnail is not taken for the end of a picture that is cut off', () => {
  assert.equal([jpegHasEnd(withThumbnail), jpegHasEnd(withThumbnail.subarray(0, -20))], [true, false]);
});

const faults: [what: string, boundary: string | undefined, bytes: Buffer, says: RegExp][] = [
  ['no boundary, though one was told', 'b', Buffer.alloc(10_000, 'x'), /without its boundary/],
  ['no boundary, and none was told', undefined, plain, /without its boundary/],
  ['an endless first line', undefined, Buffer.alloc(600, '-'), /without its boundary/],
  ['endless headers', 'b', Buffer.concat([Buffer.from('--b\r\n'), Buffer.alloc(10_000, 'x: y\r\n')]), /endless headers/],
  ['an endless part', 'b', Buffer.concat([Buffer.from('--b\r\n\r\n'), Buffer.alloc(9_000_000, 1)]), /over 8 MB/],
];
for (const [what, boundary, bytes, says] of faults) {
  test(`a multipart stream with ${what} is given up`, () => {
    assert.match(parse((sink) => new MultipartParser(boundary, sink), bytes, 65_536).fault ?? '', says);
  });
}

test('bare pictures of an odd size, in pieces of any size', () => {
  // 5 × 3 in rows of 8: luma 24 bytes, each colour 2 rows of 4.
  const one = Buffer.from([...[1, 2, 3].flatMap((y) => [y, y, y, y, y, 0, 0, 0]), ...[4, 5, 6, 7].flatMap((c) => [c, c, c, 0])]);
  for (const size of [1, 3, 40, 100]) {
    const { pictures } = parse((sink) => new YuvParser({ width: 5, height: 3, rowBytes: 8 }, sink), Buffer.concat([one, one, one.subarray(0, 20)]), size);
    assert.is(pictures.length, 2);
    assert.equal([...(pictures[1]?.luma ?? [])], [1, 2, 3].flatMap((y) => Array<number>(5).fill(y)));
    assert.equal([...(pictures[1]?.chroma ?? [])], [4, 5, 6, 7].flatMap((c) => [c, c, c]));
  }
});

const header = 'YUV4MPEG2 W4 H2 F15:1 Ip A1:1 C420mpeg2 XYSCSS=420MPEG2\n';
test('a YUV4MPEG2 stream, in pieces of any size', () => {
  const frame = Buffer.concat([Buffer.from('FRAME\n'), Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 20, 21])]);
  for (const size of [1, 5, 1_000]) {
    const { pictures, fault } = parse((sink) => new Yuv4mpegParser(sink), Buffer.concat([Buffer.from(header), frame, frame]), size);
    assert.equal([pictures.length, fault], [2, undefined]);
    assert.equal([[...(pictures[1]?.luma ?? [])], [...(pictures[1]?.chroma ?? [])]], [[1, 2, 3, 4, 5, 6, 7, 8], [10, 11, 20, 21]]);
  }
});

for (const bad of ['GIF89a\n', 'YUV4MPEG2 W0 H2 C420\n', 'YUV4MPEG2 W99999 H99999 C420\n', 'YUV4MPEG2 W4 H2 C444\n', 'YUV4MPEG2 W4 H2 C420p10\n', 'YUV4MPEG2 H2 C420\n', `${header}FRAM\n`, 'x'.repeat(2_000)]) {
  test(`no YUV4MPEG2 stream: ${bad.slice(0, 70).trim()}`, () => {
    assert.is(parse((sink) => new Yuv4mpegParser(sink), Buffer.from(bad), 100).fault, 'it gives bytes that are no video');
  });
}

test('of a hundred megabytes on standard error the last lines are kept, each cut', () => {
  const tail = new StderrTail();
  const chunk = Buffer.alloc(1_000_000, 'x');
  for (let i = 0; i < 100; i++) tail.take(chunk);
  tail.take(Buffer.from('\nlast\r\nopen'));
  for (let i = 0; i < 100; i++) tail.take(Buffer.from(`line ${i}\n`));
  assert.is(tail.lines.length, 20);
  assert.is(tail.lines.at(-1), 'line 99');
  assert.ok(tail.lines.every((line) => line.length <= 500));
});

test.run();
