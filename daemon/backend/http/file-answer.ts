import type { IncomingMessage, ServerResponse } from 'node:http';

/** Bytes to be served. */
export interface FileAnswer {
  /** With its quotes; absent: it is sent each time. */
  etag?: string;
  cacheControl: string;
  headers?: Readonly<Record<string, string>>;
  /** Called only when the bytes are sent. */
  bytes(): Uint8Array | Promise<Uint8Array>;
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
