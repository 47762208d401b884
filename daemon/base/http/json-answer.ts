import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiError, RefusalBody } from './api-error.ts';

/** Of a refused body so much is still read, so that a sender who is not done yet gets to read why. */
const LINGER_BYTES = 4_194_304;

export function sendJson(response: ServerResponse, status: number, answer: unknown): void {
  const body = jsonHead(response, status, answer);
  response.end(body);
}

/**
 * Answers with the refusal. Where the body was not read to its end the connection ends too, but only after the rest of the
 * body was passed over: closed at once, the network might throw the answer away (RFC 9112 §9.6).
 */
export function sendRefusal(request: IncomingMessage, response: ServerResponse, error: ApiError, bodyOf: RefusalBody): void {
  if (response.headersSent) return void response.destroy();
  for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
  const answer = bodyOf(error);
  if (request.complete || !hasBody(request)) return sendJson(response, error.status, answer);
  response.setHeader('connection', 'close');
  response.write(jsonHead(response, error.status, answer));
  linger(request, () => response.end());
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function jsonHead(response: ServerResponse, status: number, answer: unknown): string {
  const body = JSON.stringify(answer);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) });
  return body;
}

/** Its time is bounded by the server's `requestTimeout`. */
function linger(request: IncomingMessage, done: () => void): void {
  // Whoever waits for "100 Continue" has been told no and sends nothing more.
  if (request.headers.expect !== undefined || request.destroyed) return done();
  let passedOver = 0;
  request.on('data', (chunk: Buffer) => {
    passedOver += chunk.length;
    if (passedOver > LINGER_BYTES) done();
  });
  request.once('end', done).once('close', done).once('error', done);
  request.resume();
}
