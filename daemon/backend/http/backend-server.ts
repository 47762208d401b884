import Database from 'better-sqlite3';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf, PosternError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { BackendParts } from '../backend-parts.ts';
import { checkAnswer, checkRefusal } from './answer-check.ts';
import { ApiError } from '../../base/http/api-error.ts';
import { Authentication } from './authentication.ts';
import { checkHeaders } from '../../base/http/connection-refusals.ts';
import { Connections } from '../../base/http/connections.ts';
import type { Call, Endpoint, RequestContext, Upload } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { addressOf } from '../../base/http/asker-address.ts';
import { sendFile } from './file-answer.ts';
import { hasBody, sendJson, sendRefusal } from '../../base/http/json-answer.ts';
import { sendPieces } from './pieces-answer.ts';
import { closeNow, listenAt } from '../../base/http/listening.ts';
import { RefusalLog } from '../../base/http/refusal-log.ts';
import { readBody, readBytes } from '../../base/http/request-body.ts';
import { readQuery, targetOf } from '../../base/http/request-target.ts';
import { Router } from './router.ts';
import { SecureServer } from '../../base/http/secure-server.ts';
import { defaultLimits, serverOptions, type ServerLimits } from '../../base/http/server-limits.ts';
import type { TlsFileNames } from '../../base/http/tls-files.ts';

/** [S8] Plain HTTP is reachable from this machine only; for others there is TLS, or a TLS proxy in front. */
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

export interface ListenAt {
  host: string;
  port: number;
  /** Absent: plain HTTP. */
  tls?: TlsFileNames | undefined;
}

export interface BackendServerOptions extends ListenAt {
  limits?: Partial<ServerLimits>;
  /** Every answer is held to its schema, every refusal to the API document; what breaks them is a 500. For tests: it takes time. */
  checkAnswers?: boolean;
}

/** The backend's HTTP side: routes, authenticates, answers. */
export class BackendServer {
  readonly #backend: BackendParts;
  readonly #limits: ServerLimits;
  readonly #checksAnswers: boolean;
  readonly #refusals: RefusalLog;
  readonly #server: Server;
  readonly #router = new Router(endpoints);
  readonly #authentication: Authentication;
  readonly #at: { host: string; port: number };
  readonly #secure: SecureServer | undefined;
  readonly #connections: Connections;

  /** Throws PosternError('backend-host', 'tls-files'). */
  constructor(backend: BackendParts, log: Logger, options: BackendServerOptions) {
    const { host, port, tls, limits, checkAnswers = false } = options;
    if (!tls && !LOOPBACK.has(host)) throw new PosternError('backend-host', `Without TLS the backend listens on this machine only, not on ${host}. Add a tls section to its config, or put a TLS proxy in front.`);
    this.#backend = backend;
    this.#at = { host, port };
    this.#limits = { ...defaultLimits, ...limits };
    this.#checksAnswers = checkAnswers;
    this.#refusals = new RefusalLog(log, backend.clock);
    this.#authentication = new Authentication({ ...backend, log });
    this.#secure = tls && new SecureServer(tls, { clock: backend.clock, log, limits: serverOptions(this.#limits) });
    this.#server = this.#secure?.server ?? createServer(serverOptions(this.#limits));
    this.#connections = new Connections(this.#server, { atMost: this.#limits.connections, bodyOf: refusalBody, onRefused: ({ status, code }) => this.#refusals.refused(status, code) });
    this.#hear();
  }

  /** Resolves to the URL it answers at. */
  async listen(): Promise<string> {
    const { host, port } = this.#at;
    const address = await listenAt(this.#server, { host, port }, (error) =>
      new PosternError('backend-listen', `The backend cannot listen on ${host}:${port}: ${error.message}. Choose another port or stop what uses it.`, { cause: error }));
    this.#secure?.watch();
    return `${this.#secure ? 'https' : 'http'}://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  }

  /** Looks at the TLS files now. */
  reloadTls(): void {
    this.#secure?.reload();
  }

  async close(): Promise<void> {
    this.#secure?.stop();
    await closeNow(this.#server);
  }

  #hear(): void {
    const serve = (request: IncomingMessage, response: ServerResponse): void => void this.#serve(request, response);
    this.#server.on('request', serve).on('checkContinue', serve);
    this.#server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
      this.#refuse(request, response, new ApiError(417, 'expectation-bad', 'Leave out the Expect header; of those only 100-continue is known.')));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!await this.#connections.turnOf(request, response)) return;
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    try {
      await this.#answer(request, response);
    } catch (thrown) {
      this.#refuse(request, response, this.#apiErrorOf(thrown));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#connections.mustServe(request);
    checkHeaders(request);
    const { path, query } = targetOf(request.url ?? '');
    const { endpoint, params } = this.#router.routeOf(request.method ?? '', path);
    const caller = this.#authentication.callerOf(request, endpoint);
    try {
      await this.#perform(endpoint, { backend: this.#backend, caller, params, query, address: addressOf(request), hungUp: hungUpSignal(response) }, request, response);
    } catch (thrown) {
      if (this.#checksAnswers && thrown instanceof ApiError) checkRefusal(endpoint, thrown);
      throw thrown;
    }
  }

  async #perform(endpoint: Endpoint, context: RequestContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = readQuery(context.query, endpoint.query);
    // Only now, when it is known who asks for what, is the body wanted (RFC 9110 §10.1.1).
    if (endpoint.kind !== 'file' && request.headers.expect !== undefined) response.writeContinue();
    switch (endpoint.kind) {
      case 'call': {
        const { body, ignored } = await readBody(request, endpoint.body, endpoint.maxBytes);
        return this.#sendAnswer(endpoint, response, await endpoint.answer(body, context, query), ignored);
      }
      case 'upload': return this.#sendAnswer(endpoint, response, await endpoint.store(await readBytes(request, endpoint.maxBytes), context, query), []);
      case 'file': {
        if (hasBody(request)) throw new ApiError(400, 'body-unexpected', 'A download takes no body. Leave it out.');
        const answer = await endpoint.file(context, query);
        this.#mustBeRead(response);
        return 'pieces' in answer ? sendPieces(request, response, answer) : sendFile(request, response, endpoint.contentType, answer);
      }
    }
  }

  #sendAnswer(endpoint: Call | Upload, response: ServerResponse, answer: unknown, ignored: string[]): void {
    if (this.#checksAnswers) checkAnswer(endpoint, answer);
    this.#mustBeRead(response);
    sendJson(response, 200, ignored.length === 0 ? answer : withWarning(answer as object, ignored));
  }

  #apiErrorOf(thrown: unknown): ApiError {
    if (thrown instanceof ApiError) return thrown;
    this.#refusals.failed(messageOf(thrown), thrown instanceof Error ? thrown.stack : undefined);
    if (thrown instanceof Database.SqliteError) return new ApiError(503, 'storage', 'The backend cannot use its database now. Nothing was changed; try again, with the same nonce where there is one.', { headers: { 'retry-after': '5' } });
    return new ApiError(500, 'internal', 'The backend failed at this request; its log says how. Try again, with the same nonce where there is one.');
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: ApiError): void {
    this.#refusals.refused(error.status, error.code);
    this.#mustBeRead(response);
    // Which is due with this status (RFC 9110 §15.5.2).
    if (error.status === 401) response.setHeader('www-authenticate', 'api-token');
    sendRefusal(request, response, error, refusalBody);
  }

  /** From now on it is the caller's turn: who takes nothing for so long is gone, and an answer on its way is memory or an open file [S9]. Until now it was ours, and a call may take long. */
  #mustBeRead(response: ServerResponse): void {
    response.setTimeout(this.#limits.unreadAnswerMs);
  }
}

/** Aborted when the connection ends before the answer is sent. */
function hungUpSignal(response: ServerResponse): AbortSignal {
  const hungUp = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) hungUp.abort();
  });
  return hungUp.signal;
}

/** As Rhombus's clients look for it. */
function refusalBody({ message, code }: ApiError): object {
  return { error: true, errorMsg: message, code };
}

function withWarning(answer: object, ignored: string[]): object {
  const names = ignored.slice(0, 10).map((name) => JSON.stringify(name.slice(0, 64))).join(', ');
  const said = (answer as { warningMsg?: string | null }).warningMsg;
  const warningMsg = `The call does not know ${names}; it was passed over.`;
  return { ...answer, warningMsg: typeof said === 'string' ? `${said} ${warningMsg}` : warningMsg };
}
