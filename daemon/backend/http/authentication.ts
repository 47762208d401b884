import type { IncomingMessage } from 'node:http';
import type { ApiKeys, Caller } from '../keys/api-keys.ts';
import { ApiError } from './api-error.ts';
import type { Endpoint } from './endpoint.ts';

/** Finds out who asks, by the headers `x-auth-scheme` and `x-auth-apikey`, and whether they may. */
export class Authentication {
  readonly #apiKeys: ApiKeys;

  constructor(apiKeys: ApiKeys) {
    this.#apiKeys = apiKeys;
  }

  /** The caller; undefined where anyone may ask. Throws ApiError(401 'no-key', 'wrong-key'; 403 'wrong-role'). */
  callerOf(request: IncomingMessage, { allows }: Pick<Endpoint, 'allows'>): Caller | undefined {
    if (allows === 'anyone') return undefined;
    if (request.headers['x-auth-scheme'] !== 'api-token') throw new ApiError(401, 'no-key', 'Send the headers x-auth-scheme: api-token and x-auth-apikey with an API key.');
    const key = request.headers['x-auth-apikey'];
    const caller = this.#apiKeys.holderOf(typeof key === 'string' ? key : '');
    if (!caller) throw new ApiError(401, 'wrong-key', 'There is no such API key. It may have been copied in part or revoked.');
    if (!allows.includes(caller.role)) throw new ApiError(403, 'wrong-role', `This call is for ${allows.join(' or ')}; ${caller.name} is ${caller.role}.`);
    return caller;
  }
}
