import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What is made while it is sent, and never held whole. */
export interface PiecesAnswer {
  /** In place of the endpoint's. */
  contentType: string;
  headers?: Readonly<Record<string, string>>;
  /** Called only when it is sent; left early when the asker goes away. */
  pieces(): AsyncIterable<string>;
}

/** Sends the pieces as they come. When one fails the connection ends, so that nobody takes the beginning for the whole. */
export async function sendPieces(request: IncomingMessage, response: ServerResponse, answer: PiecesAnswer): Promise<void> {
  response.writeHead(200, { 'content-type': answer.contentType, ...answer.headers });
  if (request.method === 'HEAD') return void response.end();
  try {
    await pipeline(Readable.from(answer.pieces(), { objectMode: false }), response);
  } catch (thrown) {
    // The asker went away: nobody is left to be told.
    if ((thrown as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw thrown;
  }
}
