import type { IncomingMessage } from 'node:http';
import { ApiError } from '../../base/http/api-error.ts';

export interface OwnHostsOptions {
  /** Where it listens; `port` as it turned out. */
  host: string;
  port: number;
  /** Names by which others reach it, without a port. */
  allowedHosts: readonly string[];
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];
const ANY_ADDRESS = new Set(['0.0.0.0', '::']);

export function isLoopbackAddress(host: string): boolean {
  return host === '::1' || host === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * [S8] By which names the page answers. A foreign name that was made to point at this machine (DNS rebinding) would let any
 * web page read along and act with its reader's login.
 */
export class OwnHosts {
  readonly #o: OwnHostsOptions;
  readonly #loopback: ReadonlySet<string>;
  readonly #withPort: ReadonlySet<string>;
  readonly #names: ReadonlySet<string>;

  constructor(options: OwnHostsOptions) {
    const { host, port, allowedHosts } = options;
    this.#o = options;
    this.#loopback = new Set(LOOPBACK_NAMES.map((name) => `${name}:${port}`));
    const own = ANY_ADDRESS.has(host) ? [] : [`${host.includes(':') ? `[${host}]` : host}:${port}`];
    this.#withPort = new Set([...this.#loopback, ...own]);
    this.#names = new Set(allowedHosts.map((name) => name.toLowerCase()));
  }

  /** Throws ApiError(421 'foreign-host'). */
  mustBeOurs({ headers: { host = '' }, url = '' }: IncomingMessage): void {
    const asked = host.toLowerCase();
    // Of a target with a host of its own that one counts (RFC 9112 §3.2.2); two that differ are two requests in one.
    const named = /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1];
    const isOne = named === undefined || named.toLowerCase() === asked;
    if (isOne && (this.#withPort.has(asked) || this.#names.has(asked.replace(/:\d{1,5}$/, '')))) return;
    throw new ApiError(421, 'foreign-host', 'This page answers to its own address only. To reach it by this name put the name into http.allowedHosts.');
  }

  /** Whether it is read on the machine itself, where no login is asked for: by a loopback name, past no proxy. */
  isLocal({ headers }: IncomingMessage): boolean {
    const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined || headers.via !== undefined;
    return isLoopbackAddress(this.#o.host) && this.#loopback.has((headers.host ?? '').toLowerCase()) && !isForwarded;
  }

  /**
   * Whatever another site has a browser send is refused, by what browsers say of where it comes from (Fetch Metadata, and
   * RFC 6454 for older ones). Throws ApiError(403 'cross-site').
   */
  mustNotBeCrossSite({ headers, method }: IncomingMessage): void {
    const site = headers['sec-fetch-site'];
    const isOwnSite = site === undefined || site === 'same-origin' || (site === 'none' && method !== 'POST');
    if (isOwnSite && (headers.origin === undefined || this.#isOwnOrigin(headers.origin, headers.host))) return;
    throw new ApiError(403, 'cross-site', 'This comes from another site. Open the page by its own address.');
  }

  /** A TLS proxy in front is an https origin by the same host. */
  #isOwnOrigin(origin: string, host = ''): boolean {
    return origin === `https://${host}` || origin === `http://${host}`;
  }
}
