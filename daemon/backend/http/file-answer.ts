import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rangeAsked } from './byte-range.ts';

interface FileHeaders {
  /** Strong, with its quotes; absent: it is sent each time. */
  etag?: string;
  cacheControl: string;
  headers?: Readonly<Record<string, string>>;
}

/** A small file, in memory. */
export interface BytesAnswer extends FileHeaders {
  /** Called only when the bytes are sent. */
  bytes(): Uint8Array | Promise<Uint8Array>;
}

/** A file of any size, streamed: whole, or the range a request asks for. */
export interface StreamAnswer extends FileHeaders {
  etag: string;
  length: number;
  /** The bytes from `start` to before `end`; called only when they are sent. */
  read(start: number, end: number): Promise<Readable>;
}

/** Bytes to be served. */
export type FileAnswer = BytesAnswer | StreamAnswer;

/**
 * Sends a file, or 304 when the asker has it already (RFC 9110 §13.1.2). HEAD gets the headers alone. There is no Last-Modified:
 * it counts in seconds, and a second may see two versions.
 */
export async function sendFile(request: IncomingMessage, response: ServerResponse, contentType: string, file: FileAnswer): Promise<void> {
  for (const [name, value] of Object.entries(file.headers ?? {})) response.setHeader(name, value);
  response.setHeader('cache-control', file.cacheControl);
  if (file.etag !== undefined) response.setHeader('etag', file.etag);
  if (file.etag !== undefined && isKnown(request.headers['if-none-match'], file.etag)) return void response.writeHead(304).end();
  response.setHeader('content-type', contentType);
  if ('read' in file) return sendStream(request, response, file);
  // Making the bytes may count, as a download or an opening does, so a HEAD does without their length (§9.3.2).
  if (request.method === 'HEAD') return void response.writeHead(200).end();
  const bytes = await file.bytes();
  response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
}

async function sendStream(request: IncomingMessage, response: ServerResponse, file: StreamAnswer): Promise<void> {
  const { length } = file;
  response.setHeader('accept-ranges', 'bytes');
  if (request.method === 'HEAD') return void response.writeHead(200, { 'content-length': length }).end();
  const range = isRangeMeant(request, file.etag) ? rangeAsked(request.headers.range, length) : 'all';
  // §15.5.17
  if (range === 'unsatisfiable') return void response.writeHead(416, { 'content-range': `bytes */${length}`, 'content-length': 0 }).end();
  const { start, end } = range === 'all' ? { start: 0, end: length } : range;
  const stream = await file.read(start, end);
  response.writeHead(range === 'all' ? 200 : 206, { 'content-length': end - start, ...(range !== 'all' && { 'content-range': `bytes ${start}-${end - 1}/${length}` }) });
  await sendAll(stream, response);
}

/** An asker who goes away half way is no fault of ours; a stream that fails half way has the connection ended, so that nobody takes the half for the whole. */
async function sendAll(stream: Readable, response: ServerResponse): Promise<void> {
  try {
    await pipeline(stream, response);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw thrown;
  }
}

/** §13.1.2: any of the list, compared weakly, or `*`. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const known = (ifNoneMatch ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}

/** §14.2: a range is for GET. §13.1.5: with If-Range it holds for the very same bytes only; a date is not compared, for we give none. */
function isRangeMeant(request: IncomingMessage, etag: string): boolean {
  const ifRange = request.headers['if-range'];
  return request.method === 'GET' && (ifRange === undefined || ifRange === etag);
}
