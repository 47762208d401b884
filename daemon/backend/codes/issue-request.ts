import type { TokenClaims } from '../../base/token.ts';
import { ApiError } from '../../base/http/api-error.ts';

/** Who a code is for. Personal data: it stays in the backend's database, never in a token, a list or a log line. */
export interface Holder {
  name?: string | undefined;
  email?: string | undefined;
}

/** What a token shall be. Times are wall milliseconds; what the token carries is whole seconds. */
export interface IssueRequest {
  /** RUUIDs or UUIDs; the first is the spending door of a token with uses. */
  doors: string[];
  /** How long it is valid, from its beginning. */
  validS: number;
  /** When it begins; absent: at once. */
  notBeforeMs?: number | undefined;
  uses?: number | undefined;
  reentryGraceS?: number | undefined;
  hours?: string | undefined;
  extended?: boolean | undefined;
  rotating?: boolean | undefined;
  holder?: Holder | undefined;
  /** The caller's name for this request: asked again with it and the same rest, the same token is answered and none issued. */
  requestId?: string | undefined;
  /** Never asked for over HTTP: a demo or a test makes an old token with it. Absent: now. */
  issuedAtMs?: number | undefined;
}

export interface IssueFacts {
  id: Uint8Array;
  doors: Uint8Array[];
  nowMs: number;
  maxTokenDays: number;
}

export const SHORTEST_VALID_S = 60;
const DAY_S = 86_400;

/** The claims of a new token. Throws ApiError(400) with what is allowed: a code without an end is never made. */
export function claimsOf(request: IssueRequest, facts: IssueFacts): TokenClaims {
  const issuedAtS = Math.floor((request.issuedAtMs ?? facts.nowMs) / 1000);
  const notBeforeS = request.notBeforeMs === undefined ? undefined : Math.floor(request.notBeforeMs / 1000);
  const expiresAtS = (notBeforeS ?? issuedAtS) + request.validS;
  const longestS = facts.maxTokenDays * DAY_S;
  if (request.validS < SHORTEST_VALID_S || request.validS > longestS) {
    throw new ApiError(400, 'duration-bad', `validDurationSec must be ${SHORTEST_VALID_S} to ${longestS} (${facts.maxTokenDays} days): a code always has an end, and doors refuse a longer one.`);
  }
  if (notBeforeS !== undefined && notBeforeS < issuedAtS) throw new ApiError(400, 'begin-bad', 'notBefore is in the past. Leave it out for a code that is valid at once.');
  if (expiresAtS - issuedAtS > longestS) throw new ApiError(400, 'begin-bad', `The code would expire more than ${facts.maxTokenDays} days from now, which doors refuse. Begin it earlier or issue it later.`);
  if (request.reentryGraceS !== undefined && request.uses === undefined) throw new ApiError(400, 'grace-bad', 'reentryGraceSec is for codes with maxUses: without a limit every entry is free.');
  return { id: facts.id, doors: facts.doors, issuedAtS, expiresAtS, ...optionalClaims(request, notBeforeS) };
}

type OptionalClaims = Pick<TokenClaims, 'notBeforeS' | 'uses' | 'reentryGraceS' | 'hours' | 'extended' | 'rotating'>;

function optionalClaims(request: IssueRequest, notBeforeS: number | undefined): OptionalClaims {
  return {
    ...(notBeforeS !== undefined && { notBeforeS }),
    ...(request.uses !== undefined && { uses: request.uses }),
    ...(request.reentryGraceS !== undefined && { reentryGraceS: request.reentryGraceS }),
    ...(request.hours !== undefined && { hours: request.hours }),
    ...(request.extended && { extended: true }),
    ...(request.rotating && { rotating: true }),
  };
}
