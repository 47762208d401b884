import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Bytes to be served. */
export interface FileAnswer {
  /** With its quotes; absent: it is sent each time. */
  etag?: string;
  cacheControl: string;
  headers?: Readonly<Record<string, string>>;
  /** Called only when the bytes are sent. */
  bytes(): Uint8Array | Promise<Uint8Array>;
}

/** What is made while it is sent, and never held whole. */
export interface StreamAnswer {
  /** In place of the endpoint's. */
  contentType: string;
  headers?: Readonly<Record<string, string>>;
  /** Called only when it is sent; left early when the asker goes away. */
  stream(): AsyncIterable<string | Uint8Array>;
}

/** Sends a stream. One that fails half way ends the connection, so that nobody takes the piece for the whole. */
export async function sendStream(request: IncomingMessage, response: ServerResponse, answer: StreamAnswer): Promise<void> {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.writeHead(200, { 'content-type': answer.contentType });
  if (request.method === 'HEAD') return void response.end();
  try {
    await pipeline(Readable.from(answer.stream(), { objectMode: false }), response);
  } catch (thrown) {
    // The asker went away: nobody is left to be told.
    if (!response.destroyed || response.errored) throw thrown;
  }
}

/** Sends a file, or 304 when the asker has it already (RFC 9110 §13.1.2). */
export async function sendFile(request: IncomingMessage, response: ServerResponse, contentType: string, file: FileAnswer): Promise<void> {
  for (const [name, value] of Object.entries(file.headers ?? {})) response.setHeader(name, value);
  response.setHeader('cache-control', file.cacheControl);
  if (file.etag !== undefined) response.setHeader('etag', file.etag);
  const known = (request.headers['if-none-match'] ?? '').split(',').map((etag) => etag.trim());
  if (file.etag !== undefined && known.includes(file.etag)) return void response.writeHead(304).end();
  const bytes = await file.bytes();
  response.writeHead(200, { 'content-type': contentType, 'content-length': bytes.length }).end(bytes);
}
