import { connect } from 'node:net';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rangeAsked, type RangeAsked } from '../../../../daemon/backend/http/byte-range.ts';
import { sendFile, type FileAnswer } from '../../../../daemon/backend/http/file-answer.ts';

const text = 'abcdefghij';
const ETAG = '"v1"';
/** How often bytes were asked for, by what range. */
let reads: string[] = [];
let answer: FileAnswer;
let url = '';
let server: Server;

const streamed: FileAnswer = {
  etag: ETAG, cacheControl: 'public, max-age=10', length: text.length,
  async read(start, end) {
    reads.push(`${start}-${end}`);
    return Readable.from([Buffer.from(text.slice(start, end))]);
  },
};
const inMemory: FileAnswer = {
  etag: ETAG, cacheControl: 'private', headers: { 'x-extra': 'yes' },
  bytes() {
    reads.push('bytes');
    return Buffer.from(text);
  },
};

test.before(async () => {
  server = createServer((request, response) => void sendFile(request, response, 'text/plain', answer).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
test.after(() => {
  server.closeAllConnections();
  server.close();
});
test.before.each(() => {
  reads = [];
  answer = streamed;
});

const ranges: [header: string | undefined, length: number, asked: RangeAsked][] = [
  [undefined, 10, 'all'],
  ['bytes=0-', 10, { start: 0, end: 10 }],
  ['bytes=0-0', 10, { start: 0, end: 1 }],
  ['bytes=2-5', 10, { start: 2, end: 6 }],
  ['bytes=9-', 10, { start: 9, end: 10 }],
  ['bytes=5-99', 10, { start: 5, end: 10 }],
  ['bytes=-3', 10, { start: 7, end: 10 }],
  ['bytes=-99', 10, { start: 0, end: 10 }],
  ['BYTES=1-2', 10, { start: 1, end: 3 }],
  ['bytes= 1-2 ', 10, { start: 1, end: 3 }],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=10-20', 10, 'unsatisfiable'],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=-1', 0, 'unsatisfiable'],
  ['bytes=5-2', 10, 'all'],
  ['bytes=-', 10, 'all'],
  ['bytes=', 10, 'all'],
  ['bytes', 10, 'all'],
  ['bytes=a-b', 10, 'all'],
  ['bytes=1', 10, 'all'],
  ['bytes=1-2,4-5', 10, 'all'],
  ['bytes=1-2-3', 10, 'all'],
  ['bytes=+1-2', 10, 'all'],
  ['bytes=0x1-2', 10, 'all'],
  ['bytes=1.5-2', 10, 'all'],
  ['bytes=99999999999999999999-', 10, 'all'],
  ['lines=1-2', 10, 'all'],
  ['', 10, 'all'],
];
for (const [header, length, asked] of ranges) {
  test(`Range: ${header ?? '(none)'} of ${length} bytes is ${JSON.stringify(asked)}`, () => assert.equal(rangeAsked(header, length), asked));
}

interface Expected {
  status: number;
  body: string;
  headers?: Record<string, string | null>;
  reads?: string[];
}

const requests: [situation: string, headers: Record<string, string>, expected: Expected, method?: string][] = [
  ['all', {}, { status: 200, body: text, headers: { 'content-length': '10', 'accept-ranges': 'bytes', etag: ETAG, 'cache-control': 'public, max-age=10', 'last-modified': null }, reads: ['0-10'] }],
  ['its tag', { 'if-none-match': ETAG }, { status: 304, body: '', headers: { etag: ETAG, 'cache-control': 'public, max-age=10' }, reads: [] }],
  ['one of several tags', { 'if-none-match': '"v0", "v1"' }, { status: 304, body: '' }],
  ['its tag made weak on the way', { 'if-none-match': `W/${ETAG}` }, { status: 304, body: '' }],
  ['any tag', { 'if-none-match': '*' }, { status: 304, body: '' }],
  ['another tag', { 'if-none-match': '"v0"' }, { status: 200, body: text }],
  ['a range', { range: 'bytes=2-5' }, { status: 206, body: 'cdef', headers: { 'content-range': 'bytes 2-5/10', 'content-length': '4', etag: ETAG }, reads: ['2-6'] }],
  ['the last bytes', { range: 'bytes=-3' }, { status: 206, body: 'hij', headers: { 'content-range': 'bytes 7-9/10' } }],
  ['the rest, if it is the same', { range: 'bytes=4-', 'if-range': ETAG }, { status: 206, body: 'efghij', headers: { 'content-range': 'bytes 4-9/10' } }],
  ['the rest of another version', { range: 'bytes=4-', 'if-range': '"v0"' }, { status: 200, body: text, headers: { 'content-range': null } }],
  ['the rest by a weak tag', { range: 'bytes=4-', 'if-range': `W/${ETAG}` }, { status: 200, body: text }],
  ['the rest by a date', { range: 'bytes=4-', 'if-range': 'Mon, 02 Mar 2026 12:00:00 GMT' }, { status: 200, body: text }],
  ['a range behind the end', { range: 'bytes=10-' }, { status: 416, body: '', headers: { 'content-range': 'bytes */10' }, reads: [] }],
  ['a range behind the end of another version', { range: 'bytes=10-', 'if-range': '"v0"' }, { status: 200, body: text }],
  ['several ranges', { range: 'bytes=0-1,4-5' }, { status: 200, body: text }],
  ['a range of what it has', { range: 'bytes=2-5', 'if-none-match': ETAG }, { status: 304, body: '', reads: [] }],
  ['the headers alone', {}, { status: 200, body: '', headers: { 'content-length': '10', 'accept-ranges': 'bytes', etag: ETAG }, reads: [] }, 'HEAD'],
  ['the headers of a range, which there is none of', { range: 'bytes=2-5' }, { status: 200, body: '', headers: { 'content-length': '10', 'content-range': null }, reads: [] }, 'HEAD'],
  ['the headers by its tag', { 'if-none-match': ETAG }, { status: 304, body: '' }, 'HEAD'],
];
for (const [situation, headers, expected, method = 'GET'] of requests) {
  test(`a streamed file, asked for ${situation}: ${expected.status}`, async () => {
    const response = await fetch(url, { method, headers });
    assert.equal([response.status, await response.text()], [expected.status, expected.body]);
    for (const [name, value] of Object.entries(expected.headers ?? {})) assert.is(response.headers.get(name), value, name);
    if (expected.reads) assert.equal(reads, expected.reads);
  });
}

test('a file in memory is made only when it is sent', async () => {
  answer = inMemory;
  assert.is((await fetch(url, { headers: { 'if-none-match': ETAG } })).status, 304);
  const head = await fetch(url, { method: 'HEAD' });
  assert.equal([head.status, head.headers.get('content-type'), head.headers.get('x-extra')], [200, 'text/plain', 'yes']);
  assert.equal(reads, []);
  const whole = await fetch(url, { headers: { range: 'bytes=2-5' } });
  assert.equal([whole.status, await whole.text(), whole.headers.get('accept-ranges')], [200, text, null]);
  assert.equal(reads, ['bytes']);
});

test('a file without a tag is sent each time', async () => {
  answer = { cacheControl: 'no-store', bytes: () => Buffer.from(text) };
  assert.is((await fetch(url, { headers: { 'if-none-match': '*' } })).status, 200);
});

test('a stream that fails half way ends the connection, so that the half is not taken for the whole', async () => {
  answer = { ...streamed, read: async () => Readable.from((async function* () {
    yield Buffer.from('abc');
    throw new Error('the disk');
  })()) };
  const response = await fetch(url);
  let failed = false;
  await response.text().catch(() => (failed = true));
  assert.ok(failed);
});

test('when the asker goes away half way the stream is let go', async () => {
  const given = new Promise<void>((resolve) => {
    const endless = new Readable({ read() { this.push(Buffer.alloc(65_536)); } });
    endless.on('close', () => resolve());
    answer = { ...streamed, length: 1e9, read: async () => endless };
  });
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname, () => socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'));
  socket.once('data', () => socket.destroy());
  await given;
});

test.run();
