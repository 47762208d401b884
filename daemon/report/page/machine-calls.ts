import type { ServerResponse } from 'node:http';
import type { PageCall } from './page-call.ts';

export interface MachineParts {
  /** Names of what must never stop and does not answer [S10]; returns at once. */
  silent: () => string[];
  metrics: { contentType: string; text: () => Promise<string> };
}

/** What programs ask for: plain text, `/healthz` for whoever restarts what hangs, `/metrics` for Prometheus. */
export function machineCalls({ silent, metrics }: MachineParts): readonly PageCall[] {
  return [
    {
      kind: 'stream', path: /^\/healthz$/, allows: 'anyone',
      stream: ({ response }) => {
        const names = silent();
        sendText(response, names.length === 0 ? 200 : 503, names.length === 0 ? 'ok\n' : names.map((name) => `No answer from ${name}.\n`).join(''));
      },
    },
    { kind: 'stream', path: /^\/metrics$/, allows: 'reader', stream: async ({ response }) => sendText(response, 200, await metrics.text(), metrics.contentType) },
  ];
}

function sendText(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
