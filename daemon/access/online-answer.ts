import { AbortError, FetchError, type Response } from 'node-fetch';
import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import { jsonIn } from '../base/json-text.ts';
import { denialText, type DenialReason } from '../base/verdict.ts';
import { discard } from './backend-connection.ts';

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

const refusalSchema = z.object({ code: z.string().max(64) });

/** The meaning of a body that came with status 200. */
export function readAnswer(body: string, nonce: string): OnlineAnswer {
  const parsed = answerSchema.safeParse(jsonIn(body));
  if (!parsed.success) return { kind: 'malformed', detail: 'The backend\'s answer is not one this door understands.' };
  const { verdict, reason, extended, serverTimeMs, nonce: answered } = parsed.data;
  if (answered !== nonce) return { kind: 'other-nonce', detail: 'The backend answered another question than it was asked.' };
  if (verdict === 'granted') return { kind: 'granted', extended: extended ?? false, serverTimeMs };
  return { kind: 'denied', reason: isReason(reason) ? reason : 'refused-online', serverTimeMs };
}

/** What is wrong with a client certificate, by the code in the backend's refusal. */
const CERTIFICATE_FAULTS: Record<string, string> = {
  'certificate-expired': 'it has expired: put a new one into backend.clientCertFile',
  'certificate-not-yet-valid': 'it is not valid yet: is the clock right where it was made, and at the backend?',
  'certificate-revoked': 'it was revoked: put another one into backend.clientCertFile',
  'certificate-untrusted': 'it is not signed by the authority the backend trusts for doors: put one that is into backend.clientCertFile',
  'certificate-without-door': 'it names no door the backend has: it needs the subject alternative name URI:urn:postern:door: with this door\'s RUUID',
};

/** The meaning of a status other than 200, and of the code that came with it. */
export function readRefusal(status: number, code = ''): NoAnswer {
  if (Object.hasOwn(CERTIFICATE_FAULTS, code)) return { kind: 'key-refused', detail: `The backend refuses this door's client certificate: ${CERTIFICATE_FAULTS[code]}.` };
  if (status === 401 || status === 403) return { kind: 'key-refused', detail: `The backend refuses this door's API key or certificate (HTTP ${status}): put a valid one into backend.apiKeyFile or backend.clientCertFile.` };
  if (status >= 500 || status === 429) return { kind: 'server-error', detail: `The backend has a fault of its own (HTTP ${status}).` };
  return { kind: 'request-refused', detail: `The backend does not take this door's question (HTTP ${status}): check backend.url and door.uuid.` };
}

/** The same of an answer, whose body is read where it may say more. */
export async function refusalOf(response: Response): Promise<NoAnswer> {
  if (response.status !== 401) {
    discard(response);
    return readRefusal(response.status);
  }
  const parsed = refusalSchema.safeParse(jsonIn(await response.text().catch(() => '')));
  return readRefusal(response.status, parsed.data?.code);
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

const UNTRUSTED = 'its certificate is not signed by an authority this door trusts; check backend.caFile, or whether something else answers there';
const SERVERS_TURN = 'so it says in the TLS handshake; put a valid one into backend.clientCertFile';

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused or broke',
  ECONNRESET: 'the connection was refused or broke',
  EPIPE: 'the connection was refused or broke',
  ENOTFOUND: 'its name is not known; check backend.url and the name server',
  EAI_AGAIN: 'no name server answers; is the network up?',
  ENETUNREACH: 'there is no way to its network; is the network up?',
  EHOSTUNREACH: 'there is no way to it; is the network up?',
  ETIMEDOUT: 'nothing answers at its address',
  CERT_HAS_EXPIRED: 'its certificate has expired, or this door\'s clock is wrong',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet, or this door\'s clock is wrong',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name than that in backend.url',
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
};

/** The alerts of RFC 8446 §6.2 about a client's certificate, as OpenSSL names them in its message. */
const ALERTS: [alert: RegExp, words: string][] = [
  [/alert certificate expired/, `this door's client certificate has expired, ${SERVERS_TURN}`],
  [/alert certificate revoked/, `this door's client certificate was revoked, ${SERVERS_TURN}`],
  [/alert certificate required/, `it wants a client certificate, ${SERVERS_TURN}`],
  [/alert (unknown ca|bad certificate|certificate unknown|unsupported certificate|access denied)/, `this door's client certificate is refused, ${SERVERS_TURN}`],
  [/alert protocol version|unsupported protocol/, 'it speaks no TLS of version 1.2 or later'],
];

/** In words where they are known; else of node-fetch's own sentence, which repeats the URL, only the cause. */
function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const alert = ALERTS.find(([pattern]) => pattern.test(messageOf(thrown)))?.[1];
  return REASONS[code] ?? alert ?? (messageOf(thrown).replace(/^.*, reason: /, '') || 'the connection broke');
}

function isReason(reason: string | null | undefined): reason is DenialReason {
  return typeof reason === 'string' && Object.hasOwn(denialText, reason);
}
