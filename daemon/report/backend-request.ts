import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { jsonIn } from '../base/json-text.ts';

/** One attempt at one request, as the connection to the backend makes it. */
export interface UploadRequest {
  path: string;
  /** Sent as a JSON POST. */
  json?: unknown;
  /** Sent by PUT. */
  put?: { bytes: Uint8Array; contentType: string };
  signal: AbortSignal;
  maxBytes: number;
}

export type RequestBackend = (request: UploadRequest) => Promise<{ status: number; text(): Promise<string> }>;

/**
 * What became of a request. `away`: nothing came, or it was not taken just now; to be tried again soon. `unsupported`: the
 * backend knows no such call. `refused`: it does not take this, however often it is sent.
 */
export type UploadReply = { kind: 'answer'; json: unknown } | NoUpload<'away'> | NoUpload<'unsupported'> | NoUpload<'refused'>;

export interface NoUpload<Kind extends string> {
  kind: Kind;
  /** The backend's own, where it has one. */
  code: string;
  /** A sentence, with the mend where there is one. */
  detail: string;
}

const MAX_ANSWER_BYTES = 262_144;

/** Makes one request with a limit of its own, which `stop` ends early. Rejects for nothing that a network or a server does. */
export async function askBackend(request: RequestBackend, what: Pick<UploadRequest, 'path' | 'json' | 'put'>, { clock, limitMs, stop }: { clock: Clock; limitMs: number; stop: AbortSignal }): Promise<UploadReply> {
  const abort = new AbortController();
  const giveUp = (): void => abort.abort();
  const timer = clock.after(limitMs, giveUp);
  stop.addEventListener('abort', giveUp);
  try {
    const response = await request({ ...what, signal: abort.signal, maxBytes: MAX_ANSWER_BYTES });
    return replyOf(response.status, await response.text());
  } catch (thrown) {
    // node-fetch's errors, and those of sockets and TLS, which have a code; anything else is a bug.
    const isNetwork = thrown instanceof Error && (abort.signal.aborted || 'code' in thrown || 'type' in thrown);
    if (!isNetwork) throw thrown;
    return { kind: 'away', code: 'unreachable', detail: abort.signal.aborted ? 'The backend did not answer in time.' : `The backend cannot be reached: ${messageOf(thrown).replace(/^.*, reason: /, '')}.` };
  } finally {
    timer.cancel();
    stop.removeEventListener('abort', giveUp);
  }
}

/** What a status and a body mean. */
export function replyOf(status: number, text: string): UploadReply {
  const json = jsonIn(text);
  if (status === 200) return json === undefined ? { kind: 'away', code: 'malformed', detail: 'The backend\'s answer is not one this door understands.' } : { kind: 'answer', json };
  const { code, says } = refusalIn(json);
  if (code === 'door-unknown' || code === 'other-door') return { kind: 'away', code, detail: `The backend does not take this door's events (${code}): add the door there, or check door.uuid and the API key.` };
  if (status === 401 || (status === 403 && code !== 'event-of-other-door')) return { kind: 'away', code, detail: `The backend refuses this door's API key (HTTP ${status}): put a valid one into backend.apiKeyFile.` };
  if ((status === 404 && code !== 'picture-unknown') || status === 405) return { kind: 'unsupported', code, detail: 'The backend takes no events: it is an older Postern, or another service.' };
  if (status === 408 || status === 429 || (status >= 500 && status !== 501)) return { kind: 'away', code, detail: `The backend has a fault of its own (HTTP ${status}).` };
  if (status >= 400 || status === 501) return { kind: 'refused', code, detail: `The backend refused (HTTP ${status}${says}).` };
  return { kind: 'away', code, detail: `The backend answered with HTTP ${status}.` };
}

function refusalIn(json: unknown): { code: string; says: string } {
  const { code, errorMsg } = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  return { code: typeof code === 'string' ? code.slice(0, 64) : '', says: typeof errorMsg === 'string' ? `: ${errorMsg.slice(0, 300)}` : '' };
}
