import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, PosternError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { ApiError } from './api-error.ts';
import type { ApiKeyHolder, Role } from './api-keys.ts';
import type { BackendParts } from './backend-parts.ts';
import type { Download } from './call.ts';
import { readBody } from './request-body.ts';
import { routeOf, type Route } from './router.ts';

/** [S8] It speaks plain HTTP, so it is reachable from this machine only; a TLS proxy may stand in front. */
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

const JSON_TYPE = 'application/json; charset=utf-8';

/** The backend's HTTP side: routes, authenticates, answers. */
export class BackendServer {
  readonly #backend: BackendParts;
  readonly #log: Logger;
  readonly #server: Server;

  constructor(backend: BackendParts, log: Logger) {
    this.#backend = backend;
    this.#log = log;
    this.#server = createServer({ headersTimeout: 10_000, requestTimeout: 15_000, maxHeaderSize: 8_192 }, (request, response) => void this.#serve(request, response));
    // Doors keep their connection between two polls a minute apart, so that an attempt finds it open.
    this.#server.keepAliveTimeout = 90_000;
    this.#server.maxConnections = 512;
  }

  /** Resolves to the URL it answers at. */
  async listen({ host, port }: { host: string; port: number }): Promise<string> {
    if (!LOOPBACK.has(host)) throw new PosternError('backend-host', `The backend speaks plain HTTP and listens on this machine only, not on ${host}. To serve other machines put a TLS proxy in front.`);
    await new Promise<void>((resolve, reject) => {
      const failed = (error: Error): void => reject(new PosternError('backend-listen', `The backend cannot listen on ${host}:${port}: ${error.message}. Choose another port or stop what uses it.`, { cause: error }));
      this.#server.once('error', failed);
      this.#server.listen(port, host, () => {
        this.#server.off('error', failed);
        resolve();
      });
    });
    const address = this.#server.address() as AddressInfo;
    return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    try {
      await this.#answer(request, response);
    } catch (thrown) {
      this.#refuse(response, this.#apiErrorOf(thrown));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = routeOf(request.method ?? '', pathOf(request));
    if (route.kind === 'health') return send(response, 200, JSON_TYPE, '{"status":"ok"}');
    const context = { backend: this.#backend, caller: this.#authenticate(request, roleOf(route)) };
    if (route.kind === 'download') return sendFile(request, response, route.download.contentType, route.download.file(route.name, context));
    const answer = await route.call.answer(await readBody(request, route.call.body), context);
    send(response, 200, JSON_TYPE, JSON.stringify(answer));
  }

  /** Who holds the key of the request. Throws ApiError(401 or 403). */
  #authenticate(request: IncomingMessage, role: Role): ApiKeyHolder {
    if (request.headers['x-auth-scheme'] !== 'api-token') throw new ApiError(401, 'no-key', 'Send the headers x-auth-scheme: api-token and x-auth-apikey with an API key.');
    const key = request.headers['x-auth-apikey'];
    const caller = this.#backend.apiKeys.holderOf(typeof key === 'string' ? key : '');
    if (!caller) throw new ApiError(401, 'wrong-key', 'There is no such API key. It may have been copied in part or revoked.');
    if (role === 'admin' && caller.role !== 'admin') throw new ApiError(403, 'wrong-role', `This call needs an admin's key; ${caller.name} is a ${caller.role}'s.`);
    return caller;
  }

  #apiErrorOf(thrown: unknown): ApiError {
    if (thrown instanceof ApiError) return thrown;
    this.#log.error('a request failed in the backend', { error: messageOf(thrown), stack: thrown instanceof Error ? thrown.stack : undefined });
    return new ApiError(500, 'internal', 'The backend failed at this request; its log says how. Try again, with the same nonce where there is one.');
  }

  #refuse(response: ServerResponse, error: ApiError): void {
    if (response.headersSent) return void response.destroy();
    // What is left of a refused body is not read, so the connection cannot be used again.
    response.setHeader('connection', 'close');
    send(response, error.status, JSON_TYPE, JSON.stringify({ error: true, errorMsg: error.message, code: error.code }));
  }
}

function roleOf(route: Exclude<Route, { kind: 'health' }>): Role {
  return route.kind === 'call' ? route.call.role : route.download.role;
}

function pathOf(request: IncomingMessage): string {
  const [path = ''] = (request.url ?? '').split('?', 1);
  return path;
}

function sendFile(request: IncomingMessage, response: ServerResponse, type: string, file: ReturnType<Download['file']>): void {
  response.setHeader('etag', file.etag);
  // May be kept by the door, but is asked for again each time: a revocation must not wait for a cache.
  response.setHeader('cache-control', 'private, no-cache');
  const known = (request.headers['if-none-match'] ?? '').split(',').map((etag) => etag.trim());
  if (known.includes(file.etag)) return void response.writeHead(304).end();
  send(response, 200, type, file.bytes());
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
