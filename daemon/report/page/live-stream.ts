import type { ServerResponse } from 'node:http';
import { ApiError } from '../../base/http/api-error.ts';
import type { Problem } from './api.ts';
import type { CallContext } from './page-call.ts';
import type { LiveMessage, LiveView } from './live-view.ts';
import type { Sessions } from './sessions.ts';

/** [S9] What a slow reader has not taken yet; further pictures are left out for it. */
const MOST_UNREAD_BYTES = 262_144;

/** The live view as server-sent events (HTML Standard §9.2), until the reader goes or the session is over. Throws ApiError(503 'busy'). */
export function streamLive({ caller, response, request }: CallContext, live: LiveView, sessions: Pick<Sessions, 'isValid'>): void {
  if (live.isFull) throw new ApiError(503, 'busy', 'Enough people look at the live picture already. Try again when one of them has closed it.', { headers: { 'retry-after': '10' } });
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  if (request.method === 'HEAD') return void response.end();
  const stop = live.look((message) => {
    if (!caller.session || !sessions.isValid(caller.session)) return end('login-needed', 'Your login is over. Log in again.');
    if (response.writableLength < MOST_UNREAD_BYTES) send(response, message);
  });
  const end = (error: string, message: string): void => {
    stop();
    send(response, { event: 'end', data: { error, message } });
    response.end();
  };
  response.once('close', stop);
  response.flushHeaders();
}

/** JSON has no line ends of its own, so each event is one line of data. */
function send(response: ServerResponse, { event, data }: LiveMessage | { event: 'end'; data: Problem }): void {
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
