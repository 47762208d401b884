import Database from 'better-sqlite3';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, PosternError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { BackendParts } from '../backend-parts.ts';
import { ApiError } from './api-error.ts';
import { Authentication } from './authentication.ts';
import type { Endpoint, RequestContext } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { addressOf } from './asker-address.ts';
import { sendFile } from './file-answer.ts';
import { readBody, readBytes } from './request-body.ts';
import { Router } from './router.ts';

/** [S8] It speaks plain HTTP, so it is reachable from this machine only; a TLS proxy may stand in front. */
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** The backend's HTTP side: routes, authenticates, answers. */
export class BackendServer {
  readonly #backend: BackendParts;
  readonly #log: Logger;
  readonly #server: Server;
  readonly #router = new Router(endpoints);
  readonly #authentication: Authentication;

  constructor(backend: BackendParts, log: Logger) {
    this.#backend = backend;
    this.#log = log;
    this.#authentication = new Authentication(backend.apiKeys);
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
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const { endpoint, params } = this.#router.routeOf(request.method ?? '', path);
    const caller = this.#authentication.callerOf(request, endpoint);
    await this.#perform(endpoint, { backend: this.#backend, caller, params, query: new URLSearchParams(query), address: addressOf(request) }, request, response);
  }

  async #perform(endpoint: Endpoint, context: RequestContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (endpoint.kind) {
      case 'call': return sendJson(response, 200, await endpoint.answer(await readBody(request, endpoint.body), context));
      case 'upload': return sendJson(response, 200, await endpoint.store(await readBytes(request, endpoint.maxBytes), context));
      case 'file': return sendFile(request, response, endpoint.contentType, await endpoint.file(context));
    }
  }

  #apiErrorOf(thrown: unknown): ApiError {
    if (thrown instanceof ApiError) return thrown;
    this.#log.error('a request failed in the backend', { error: messageOf(thrown), stack: thrown instanceof Error ? thrown.stack : undefined });
    if (thrown instanceof Database.SqliteError) return new ApiError(503, 'storage', 'The backend cannot use its database now. Nothing was changed; try again, with the same nonce where there is one.', { headers: { 'retry-after': '5' } });
    return new ApiError(500, 'internal', 'The backend failed at this request; its log says how. Try again, with the same nonce where there is one.');
  }

  #refuse(response: ServerResponse, error: ApiError): void {
    if (response.headersSent) return void response.destroy();
    // What is left of a refused body is not read, so the connection cannot be used again.
    response.setHeader('connection', 'close');
    for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
    sendJson(response, error.status, { error: true, errorMsg: error.message, code: error.code });
  }
}

function sendJson(response: ServerResponse, status: number, answer: unknown): void {
  const body = JSON.stringify(answer);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) }).end(body);
}
