import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { Allowances } from '../../base/http/allowances.ts';
import { ApiError } from '../../base/http/api-error.ts';
import { networkOf } from '../../base/http/asker-address.ts';

/** A door with a mistyped key stays below; a guesser gets one try in two seconds after the first two minutes' worth. */
const FAILURES_PER_MINUTE = 30;
const FAILURES_AT_ONCE = 120;
/** [S9] */
const MOST_ADDRESSES = 4_096;
const MOST_KNOWN = 8_192;

/**
 * Slows guessing down: where too many keys from one address were wrong, keys from there are not looked at for a while. Keys
 * that were right from that address before are, so that one misconfigured door behind a site's router, or a stranger there,
 * does not lock out the others.
 */
export class FailedAttempts {
  readonly #log: Logger;
  readonly #failures: Allowances;
  /** Address and key id that were right before; the one seen last comes last. */
  readonly #known = new Set<string>();

  constructor(clock: Clock, log: Logger) {
    this.#log = log;
    this.#failures = new Allowances({ clock, mostNames: MOST_ADDRESSES });
  }

  /** Throws ApiError(429 'too-many-wrong-keys') while keys from there are not looked at. */
  mustBeLookedAt(address: string | undefined, keyId: string): void {
    const network = networkOf(address);
    const waitS = this.#failures.waitS(network, FAILURES_PER_MINUTE, FAILURES_AT_ONCE);
    if (waitS === 0 || this.#known.has(`${network} ${keyId}`)) return;
    throw new ApiError(429, 'too-many-wrong-keys', `Too many API keys from your address were wrong. Check the key, and try again in ${waitS} s.`, { headers: { 'retry-after': String(waitS) } });
  }

  wasRight(address: string | undefined, keyId: string): void {
    const name = `${networkOf(address)} ${keyId}`;
    this.#known.delete(name);
    this.#known.add(name);
    if (this.#known.size > MOST_KNOWN) this.#known.delete(this.#known.values().next().value as string);
  }

  wasWrong(address: string | undefined): void {
    const network = networkOf(address);
    this.#failures.take(network, FAILURES_PER_MINUTE, FAILURES_AT_ONCE);
    if (this.#failures.waitS(network, FAILURES_PER_MINUTE, FAILURES_AT_ONCE) === 0) return;
    this.#log.warn(`Many wrong API keys come from ${network}: for a while only keys that were right from there before are looked at.`);
  }
}
