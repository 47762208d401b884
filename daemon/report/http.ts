import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { messageOf, PosternError } from '../base/errors.ts';
import type { StoredEvent } from '../base/events.ts';
import type { Logger } from '../base/logger.ts';
import { contentSecurityPolicy, statusPage } from './status-page.ts';
import { statusReport, type StatusSnapshot } from './status-report.ts';

export interface StatusServerOptions {
  /** [S8] A loopback address: there is no login. */
  host: string;
  port: number;
  snapshot: () => StatusSnapshot;
  /** The last attempts, the newest first. */
  recent: () => StoredEvent[];
  /** Names of what must never stop and does not answer [S10]; returns at once. */
  silent: () => string[];
  metrics: { contentType: string; text: () => Promise<string> };
  log: Logger;
  clock: Clock;
}

interface Page {
  type: string;
  body: () => string | Promise<string>;
  status?: () => number;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Serves the status of the daemon, to be read and no more: a page, its data as JSON, and a sign of life. */
export class StatusServer {
  readonly #options: StatusServerOptions;
  readonly #server: Server;
  readonly #pages: Record<string, Page>;

  constructor(options: StatusServerOptions) {
    this.#options = options;
    const { snapshot, recent, silent, metrics, clock } = options;
    this.#pages = {
      '/': { type: 'text/html; charset=utf-8', body: () => statusPage },
      '/status.json': { type: 'application/json; charset=utf-8', body: () => JSON.stringify(statusReport(snapshot(), recent(), clock.wallMs())) },
      '/healthz': { type: 'text/plain; charset=utf-8', body: () => healthText(silent()), status: () => (silent().length > 0 ? 503 : 200) },
      '/metrics': { type: metrics.contentType, body: metrics.text },
    };
    this.#server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000, maxHeaderSize: 8_192 }, (request, response) => void this.#serve(request, response));
    this.#server.maxConnections = 64;
  }

  /** Resolves to the page's URL; port 0 takes a free one. Throws PosternError('http-host', 'http-listen'). */
  async start(): Promise<string> {
    const { host, port } = this.#options;
    if (!LOOPBACK.has(host)) throw new PosternError('http-host', `The status page has no login and is served on this machine only, not on ${host}. Set http.host to 127.0.0.1.`);
    await new Promise<void>((resolve, reject) => {
      const failed = (error: Error): void => reject(new PosternError('http-listen', `The status page cannot be served on ${host}:${port}: ${error.message}. Set another http.port or stop what uses it.`, { cause: error }));
      this.#server.once('error', failed);
      this.#server.listen(port, host, () => {
        this.#server.off('error', failed);
        resolve();
      });
    });
    return `http://${host === '::1' ? '[::1]' : host}:${this.#port}/`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    // [S8] A foreign name that was made to point at this machine (DNS rebinding) would let any web page read along.
    if (!this.#isOurs(request.headers.host)) return send(response, 403, 'This page answers to its own address only.\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response.setHeader('allow', 'GET, HEAD'), 405, 'This page can only be read.\n');
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const page = Object.hasOwn(this.#pages, path) ? this.#pages[path] : undefined;
    if (!page) return send(response, 404, 'There is /, /status.json, /healthz and /metrics.\n');
    try {
      send(response, page.status?.() ?? 200, await page.body(), page.type);
    } catch (thrown) {
      this.#options.log.error('the status could not be told', { error: messageOf(thrown) });
      send(response, 500, 'The status cannot be told just now.\n');
    }
  }

  #isOurs(host: string | undefined): boolean {
    return ['127.0.0.1', 'localhost', '[::1]'].some((name) => host === `${name}:${this.#port}`);
  }
}

function healthText(silent: string[]): string {
  return silent.length === 0 ? 'ok\n' : silent.map((name) => `No answer from ${name}.\n`).join('');
}

function send(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
