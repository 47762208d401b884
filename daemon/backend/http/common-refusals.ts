import { passesOver } from '../../base/http/request-body.ts';
import type { Endpoint, Refusal } from './endpoint.ts';

const anyRequest: readonly Refusal[] = [
  { status: 400, code: 'http-bad', when: 'It is not HTTP that can be read in one way only, or has no Host header or a header twice that may be there once.' },
  { status: 400, code: 'path-bad', when: 'A % in the path is not followed by the two hex digits of a UTF-8 byte.' },
  { status: 400, code: 'query-bad', when: 'What follows the "?" is not what the call takes.' },
  { status: 404, code: 'no-such-call', when: 'No call has this path.' },
  { status: 405, code: 'wrong-method', when: 'The call has other methods; the header Allow says which.' },
  { status: 408, code: 'too-slow', when: 'The request did not arrive in time.' },
  { status: 414, code: 'path-too-long', when: 'Path and query are too long.' },
  { status: 417, code: 'expectation-bad', when: 'An Expect header asks for something else than 100-continue.' },
  { status: 431, code: 'headers-too-large', when: 'The headers are too long.' },
  { status: 500, code: 'internal', when: 'The backend has a fault; its log says which.' },
  { status: 503, code: 'busy', when: 'Too many connections are open; the header Retry-After says when to come again.' },
  { status: 503, code: 'stopping', when: 'The backend is being stopped or started anew.' },
  { status: 503, code: 'storage', when: 'The database cannot be written now, such as on a full disk. Nothing was changed.' },
];

const withKey: readonly Refusal[] = [
  { status: 401, code: 'no-key', when: 'The headers that name an API key are missing.' },
  { status: 401, code: 'wrong-key', when: 'There is no such API key.' },
  { status: 403, code: 'wrong-role', when: 'The API key is for other calls.' },
  { status: 429, code: 'rate-limited', when: 'Too many requests with this API key; the header Retry-After says when to come again.' },
  { status: 429, code: 'too-many-wrong-keys', when: 'Too many wrong API keys came from this address; the header Retry-After says when to come again.' },
];

const withCertificate: readonly Refusal[] = [
  { status: 401, code: 'certificate-expired', when: 'The client certificate has expired.' },
  { status: 401, code: 'certificate-not-yet-valid', when: 'The client certificate is not valid yet.' },
  { status: 401, code: 'certificate-revoked', when: 'The client certificate was revoked.' },
  { status: 401, code: 'certificate-untrusted', when: 'The client certificate is not signed by an authority that is trusted for doors.' },
  { status: 401, code: 'certificate-without-door', when: 'The client certificate names no door there is.' },
];

const withDoor: readonly Refusal[] = [
  { status: 403, code: 'other-door', when: 'The API key or certificate is that of another door.' },
];

const withBytes: readonly Refusal[] = [
  { status: 400, code: 'cut-off', when: 'The connection ended in the middle of the body.' },
  { status: 413, code: 'too-large', when: 'The body is larger than the call takes.' },
  { status: 415, code: 'content-encoding-bad', when: 'The body is compressed or otherwise encoded.' },
];

const withJson: readonly Refusal[] = [
  { status: 400, code: 'not-utf-8', when: 'The body is not in UTF-8.' },
  { status: 400, code: 'not-json', when: 'The body is not JSON.' },
  { status: 400, code: 'too-deep', when: 'The body has more than 32 objects and lists within one another.' },
  { status: 400, code: 'duplicate-key', when: 'The body has a field twice in one object.' },
  { status: 415, code: 'content-type-bad', when: 'The body is said to be something else than JSON in UTF-8.' },
];

/** What an endpoint may refuse a request with beside its own refusals. */
export function commonRefusals(endpoint: Endpoint): Refusal[] {
  return [...anyRequest, ...callerRefusals(endpoint), ...bodyRefusals(endpoint)];
}

/** Whoever comes without a key may come with a certificate, so that one that is not right is told to all. */
function callerRefusals({ allows }: Endpoint): Refusal[] {
  if (allows === 'anyone') return [];
  return [...withKey, ...withCertificate, ...allows.includes('door') ? withDoor : []];
}

function bodyRefusals(endpoint: Endpoint): readonly Refusal[] {
  switch (endpoint.kind) {
    case 'file': return [{ status: 400, code: 'body-unexpected', when: 'The request has a body, which a download has not.' }];
    case 'upload': return withBytes;
    case 'call': return [...withBytes, ...withJson, requestBad(passesOver(endpoint.body))];
  }
}

function requestBad(passesOverUnknown: boolean): Refusal {
  const unknown = passesOverUnknown ? '' : ', or there is one that the call does not know';
  return { status: 400, code: 'request-bad', when: `A field is missing or not what it must be${unknown}. The sentence names it.` };
}
