import { AbortError, FetchError } from 'node-fetch';
import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import { denialText, type DenialReason } from '../base/verdict.ts';

/** What became of asking the backend. Only the first two are verdicts. */
export type OnlineAnswer =
  | { kind: 'granted'; extended: boolean; serverTimeMs: number }
  | { kind: 'denied'; reason: DenialReason; serverTimeMs: number }
  | NoAnswer;

/**
 * `timeout`: nothing within the deadline. `unreachable`: no connection, or it broke. `server-error`: HTTP 5xx or 429.
 * `key-refused`: HTTP 401 or 403. `request-refused`: any other status than 200. `malformed`: not an answer.
 * `other-nonce`: an answer to another question.
 */
export interface NoAnswer {
  kind: 'timeout' | 'unreachable' | 'server-error' | 'key-refused' | 'request-refused' | 'malformed' | 'other-nonce';
  /** One sentence for a person, with the mend where there is one. */
  detail: string;
}

const answerSchema = z.object({
  nonce: z.string().max(64),
  verdict: z.enum(['granted', 'denied']),
  reason: z.string().max(64).nullish(),
  extended: z.boolean().nullish(),
  serverTimeMs: z.number().int().nonnegative(),
  // Answers of this API may carry `error`; one that does, grants nothing.
  error: z.literal(false).nullish(),
});

/** The meaning of a body that came with status 200. */
export function readAnswer(body: string, nonce: string): OnlineAnswer {
  const parsed = answerSchema.safeParse(jsonOf(body));
  if (!parsed.success) return { kind: 'malformed', detail: 'The backend\'s answer is not one this door understands.' };
  const { verdict, reason, extended, serverTimeMs, nonce: answered } = parsed.data;
  if (answered !== nonce) return { kind: 'other-nonce', detail: 'The backend answered another question than it was asked.' };
  if (verdict === 'granted') return { kind: 'granted', extended: extended ?? false, serverTimeMs };
  return { kind: 'denied', reason: isReason(reason) ? reason : 'refused-online', serverTimeMs };
}

/** The meaning of a status other than 200. */
export function readRefusal(status: number): NoAnswer {
  if (status === 401 || status === 403) return { kind: 'key-refused', detail: `The backend refuses this door's API key (HTTP ${status}): put a valid one into backend.apiKeyFile.` };
  if (status >= 500 || status === 429) return { kind: 'server-error', detail: `The backend has a fault of its own (HTTP ${status}).` };
  return { kind: 'request-refused', detail: `The backend does not take this door's question (HTTP ${status}): check backend.url and door.uuid.` };
}

/** The meaning of a request that came to nothing. What is no failure of the network is thrown on. */
export function readFailure(thrown: unknown): NoAnswer {
  if (!isNetworkFailure(thrown)) throw thrown;
  if (thrown instanceof AbortError) return { kind: 'timeout', detail: 'The backend did not answer in time.' };
  if (thrown instanceof FetchError && thrown.type === 'max-size') return { kind: 'malformed', detail: 'The backend\'s answer is too long.' };
  if (thrown instanceof FetchError && thrown.type === 'no-redirect') return { kind: 'request-refused', detail: 'The backend redirects to another address: put the final one into backend.url.' };
  return { kind: 'unreachable', detail: `The backend cannot be reached: ${reasonOf(thrown)}.` };
}

/** node-fetch's own errors, and those of sockets, TLS and the HTTP parser, which have a code. */
function isNetworkFailure(thrown: unknown): boolean {
  return thrown instanceof FetchError || thrown instanceof AbortError || (thrown instanceof Error && 'code' in thrown);
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused or broke',
  ECONNRESET: 'the connection was refused or broke',
  EPIPE: 'the connection was refused or broke',
  ENOTFOUND: 'its name is not known; check backend.url and the name server',
  EAI_AGAIN: 'no name server answers; is the network up?',
  ENETUNREACH: 'there is no way to its network; is the network up?',
  EHOSTUNREACH: 'there is no way to it; is the network up?',
  ETIMEDOUT: 'nothing answers at its address',
};

/** In words where they are known; else of node-fetch's own sentence, which repeats the URL, only the cause. */
function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return REASONS[code] ?? (messageOf(thrown).replace(/^.*, reason: /, '') || 'the connection broke');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isReason(reason: string | null | undefined): reason is DenialReason {
  return typeof reason === 'string' && Object.hasOwn(denialText, reason);
}
