import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { ruuidOf } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import type { Doors } from '../doors.ts';
import { Allowances } from '../../base/http/allowances.ts';
import { partsOf, perMinuteOf, type ApiKeys, type Caller } from '../keys/api-keys.ts';
import { ApiError } from '../../base/http/api-error.ts';
import { certificateOf, certificateRefusalText, type CertificateRefusal } from './client-certificate.ts';
import type { Endpoint } from './endpoint.ts';
import { FailedAttempts } from './failed-attempts.ts';

export interface AuthenticationOptions {
  clock: Clock;
  log: Logger;
  apiKeys: Pick<ApiKeys, 'holderOf'>;
  doors: Pick<Doors, 'get'>;
}

/** [S9] */
const MOST_CALLERS = 4_096;

/** Finds out who asks, by the headers `x-auth-scheme` and `x-auth-apikey` or by a door's certificate, and whether they may. */
export class Authentication {
  readonly #o: AuthenticationOptions;
  readonly #rates: Allowances;
  readonly #failed: FailedAttempts;

  constructor(options: AuthenticationOptions) {
    this.#o = options;
    this.#rates = new Allowances({ clock: options.clock, mostNames: MOST_CALLERS });
    this.#failed = new FailedAttempts(options.clock, options.log);
  }

  /**
   * The caller; undefined where anyone may ask. Throws ApiError(401 'no-key', 'wrong-key', 'certificate-…';
   * 403 'wrong-role'; 429 'rate-limited', 'too-many-wrong-keys').
   */
  callerOf(request: IncomingMessage, { allows }: Pick<Endpoint, 'allows'>): Caller | undefined {
    if (allows === 'anyone') return undefined;
    const caller = hasKey(request) ? this.#holderOf(request) : this.#doorOf(request);
    this.#mustBeInRate(caller);
    if (!allows.includes(caller.role)) throw new ApiError(403, 'wrong-role', `This call is for ${allows.join(' or ')}; ${caller.name} is ${caller.role}.`);
    return caller;
  }

  #holderOf({ headers, socket }: IncomingMessage): Caller {
    if (headers['x-auth-scheme'] !== 'api-token') throw noKey();
    const key = String(headers['x-auth-apikey'] ?? '');
    const [id] = partsOf(key);
    this.#failed.mustBeLookedAt(socket.remoteAddress, id);
    const caller = this.#o.apiKeys.holderOf(key);
    if (!caller) {
      this.#failed.wasWrong(socket.remoteAddress);
      throw new ApiError(401, 'wrong-key', 'There is no such API key. It may have been copied in part or revoked.');
    }
    this.#failed.wasRight(socket.remoteAddress, id);
    return caller;
  }

  /** The door of a certificate is a caller by itself: role door, bound to it. */
  #doorOf({ socket }: IncomingMessage): Caller {
    const reading = certificateOf(socket);
    if (!reading) throw noKey();
    if ('refused' in reading) throw refused(reading.refused);
    // A connection may outlive the certificate it began with.
    if (this.#o.clock.wallMs() >= reading.expiresAtMs) throw refused('certificate-expired');
    if (!this.#o.doors.get(reading.door)) throw refused('certificate-without-door');
    const name = `cert:${ruuidOf(reading.door)}`;
    return { id: name, name, role: 'door', door: reading.door, perMinute: perMinuteOf.door };
  }

  #mustBeInRate({ id, name, perMinute }: Caller): void {
    if (this.#rates.take(id, perMinute)) return;
    const waitS = this.#rates.waitS(id, perMinute);
    throw new ApiError(429, 'rate-limited', `${name} may make ${perMinute} requests a minute. Try again in ${waitS} s.`, { headers: { 'retry-after': String(waitS) } });
  }
}

function hasKey({ headers }: IncomingMessage): boolean {
  return headers['x-auth-apikey'] !== undefined || headers['x-auth-scheme'] !== undefined;
}

function noKey(): ApiError {
  return new ApiError(401, 'no-key', 'Send the headers x-auth-scheme: api-token and x-auth-apikey with an API key.');
}

function refused(code: CertificateRefusal): ApiError {
  return new ApiError(401, code, certificateRefusalText[code]);
}
