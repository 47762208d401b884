import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { ApiError, type RefusalBody } from './api-error.ts';

/** What Node's HTTP server refuses before there is a request, as the refusal it is told as. */
export function refusalOfConnection(error: NodeJS.ErrnoException): ApiError {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW': return new ApiError(431, 'headers-too-large', 'The request line and headers are too long. Send only the headers the API document names.');
    case 'ERR_HTTP_REQUEST_TIMEOUT': return new ApiError(408, 'too-slow', 'The request did not arrive in time. Send it again, without pauses.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW': return new ApiError(413, 'too-large', 'The chunks of the body have extensions that are too long. Leave them out.');
    default: return new ApiError(400, 'http-bad', 'The request is not HTTP/1.1 that can be read in one way only. Send it with an ordinary HTTP client.');
  }
}

/** The bytes of an answer where Node makes none for us; the connection ends with it. */
export function rawRefusal(error: ApiError, bodyOf: RefusalBody): string {
  const body = JSON.stringify(bodyOf(error));
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': String(Buffer.byteLength(body)), 'cache-control': 'no-store', connection: 'close', ...error.headers };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join('')}\r\n${body}`;
}

/** Two of these would let two readers see two requests. Node itself refuses two lengths, and a length beside chunks. */
const ONCE = new Set(['host', 'content-type', 'content-encoding', 'x-auth-scheme', 'x-auth-apikey']);

/** Throws ApiError(400 'http-bad') for headers that may be read in two ways (RFC 9112 §3.2, RFC 9110 §5.3). */
export function checkHeaders(request: IncomingMessage): void {
  if (request.headers.host === undefined && request.httpVersion !== '1.0') throw new ApiError(400, 'http-bad', 'The request has no Host header. HTTP/1.1 needs one.');
  const seen = new Set<string>();
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] as string).toLowerCase();
    if (!ONCE.has(name)) continue;
    if (seen.has(name)) throw new ApiError(400, 'http-bad', `The header ${name} is there twice. Send it once.`);
    seen.add(name);
  }
}
