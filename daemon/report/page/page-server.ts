import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { messageOf, PosternError } from '../../base/errors.ts';
import { ApiError } from '../../base/http/api-error.ts';
import { checkHeaders } from '../../base/http/connection-refusals.ts';
import { Connections } from '../../base/http/connections.ts';
import { sendJson, sendRefusal } from '../../base/http/json-answer.ts';
import { closeNow, listenAt } from '../../base/http/listening.ts';
import { RefusalLog } from '../../base/http/refusal-log.ts';
import { readBody } from '../../base/http/request-body.ts';
import { targetOf } from '../../base/http/request-target.ts';
import { SecureServer } from '../../base/http/secure-server.ts';
import { serverOptions, type ServerLimits } from '../../base/http/server-limits.ts';
import type { TlsFileNames } from '../../base/http/tls-files.ts';
import type { Logger } from '../../base/logger.ts';
import type { Problem } from './api.ts';
import { callerOf, mustBeAllowed, mustMeanIt } from './caller.ts';
import { isLoopbackAddress, OwnHosts } from './own-hosts.ts';
import type { PageCall } from './page-call.ts';
import type { PageFiles } from './page-files.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import type { Sessions } from './sessions.ts';

export interface PageServerOptions {
  host: string;
  port: number;
  /** Absent: plain HTTP, on a loopback address only [S8]. */
  tls?: TlsFileNames | undefined;
  /** Names by which others reach it, without a port. */
  allowedHosts: readonly string[];
  files: Pick<PageFiles, 'has' | 'send'>;
  sessions: Sessions;
  calls: readonly PageCall[];
  limits?: Partial<ServerLimits>;
  log: Logger;
  clock: Clock;
}

/** A page has a few readers; a stranger on the network must not take the door's memory [S9]. */
const LIMITS: ServerLimits = { headersMs: 10_000, requestMs: 15_000, checkEveryMs: 2_000, unreadAnswerMs: 30_000, idleMs: 30_000, connections: 64 };
const MAX_BODY_BYTES = 4_096;

/** Serves the page and answers its calls. What each call does is the table's; here stands what holds for all of them. */
export class PageServer {
  readonly #o: PageServerOptions;
  readonly #limits: ServerLimits;
  readonly #refusals: RefusalLog;
  readonly #secure: SecureServer | undefined;
  readonly #server: Server;
  readonly #connections: Connections;
  #hosts: OwnHosts;

  /** Throws PosternError('http-host', 'tls-files'). */
  constructor(options: PageServerOptions) {
    const { host, tls, log, clock } = options;
    if (!tls && !isLoopbackAddress(host)) throw new PosternError('http-host', `Without TLS the page is served on this machine only, not on ${host}. Name http.certFile and http.keyFile, or set http.host to 127.0.0.1.`);
    this.#o = options;
    this.#hosts = new OwnHosts(options);
    this.#limits = { ...LIMITS, ...options.limits };
    this.#refusals = new RefusalLog(log, clock);
    this.#secure = tls && new SecureServer(tls, { clock, log, limits: serverOptions(this.#limits) });
    this.#server = this.#secure?.server ?? createServer(serverOptions(this.#limits));
    this.#connections = new Connections(this.#server, { atMost: this.#limits.connections, bodyOf: problemOf, onRefused: ({ status, code }) => this.#refusals.refused(status, code) });
    this.#server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response));
  }

  /** Resolves to the page's URL; port 0 takes a free one. Rejects PosternError('http-listen'). */
  async start(): Promise<string> {
    const { host, port } = this.#o;
    const { port: taken } = await listenAt(this.#server, { host, port }, (error) =>
      new PosternError('http-listen', `The page cannot be served on ${host}:${port}: ${error.message}. Set another http.port or stop what uses it.`, { cause: error }));
    this.#secure?.watch();
    this.#hosts = new OwnHosts({ ...this.#o, port: taken });
    return `${this.#secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${taken}/`;
  }

  /** Has further connections use what is in the TLS files now; it looks at them by itself every few seconds. */
  reloadTls(): void {
    this.#secure?.reload();
  }

  /** Calling it again is harmless. */
  async stop(): Promise<void> {
    this.#secure?.stop();
    await closeNow(this.#server);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!await this.#connections.turnOf(request, response)) return;
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    response.setTimeout(this.#limits.unreadAnswerMs);
    try {
      await this.#answer(request, response);
    } catch (thrown) {
      const error = this.#apiErrorOf(thrown);
      this.#refusals.refused(error.status, error.code);
      sendRefusal(request, response, error, problemOf);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#connections.mustServe(request);
    checkHeaders(request);
    this.#hosts.mustBeOurs(request);
    const { path, query } = targetOf(request.url ?? '');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && this.#o.files.has(path)) return this.#o.files.send(path, request, response);
    const { call, params } = this.#callFor(path, request.method ?? '');
    this.#hosts.mustNotBeCrossSite(request);
    const caller = callerOf(request, { ...this.#o, hosts: this.#hosts, isSecure: this.#secure !== undefined });
    mustBeAllowed(caller, call.allows);
    const context = { caller, query, params, request, response };
    switch (call.kind) {
      case 'read': return sendJson(response, 200, await call.read(context));
      case 'stream': return call.stream(context);
      case 'change': {
        mustMeanIt(request, caller);
        mustBeJson(request);
        const { body } = await readBody(request, call.body, MAX_BODY_BYTES);
        return sendJson(response, 200, await call.change(body, context));
      }
    }
  }

  /** A path counts as it was sent: nothing in it is decoded or cleaned. Throws ApiError(404 'not-found', 405 'wrong-method'). */
  #callFor(path: string, method: string): { call: PageCall; params: Record<string, string> } {
    if (this.#o.files.has(path)) throw wrongMethod('GET, HEAD');
    for (const call of this.#o.calls) {
      const match = call.path.exec(path);
      if (!match) continue;
      const methods = call.kind === 'change' ? ['POST'] : ['GET', 'HEAD'];
      if (!methods.includes(method)) throw wrongMethod(methods.join(', '));
      return { call, params: { ...match.groups } };
    }
    throw new ApiError(404, 'not-found', 'There is nothing here. The page is at /.');
  }

  #apiErrorOf(thrown: unknown): ApiError {
    if (thrown instanceof ApiError) return thrown;
    this.#refusals.failed(messageOf(thrown), thrown instanceof Error ? thrown.stack : undefined);
    return new ApiError(500, 'internal', 'The door\'s daemon failed at this request; its log says how.');
  }
}

function wrongMethod(allow: string): ApiError {
  return new ApiError(405, 'wrong-method', `This takes ${allow.replace(', ', ' or ')}.`, { headers: { allow } });
}

/** A form of another site can send text and fields, but not this without being asked about first (Fetch, CORS preflight). */
function mustBeJson({ headers }: IncomingMessage): void {
  if (headers['content-type'] === undefined) throw new ApiError(415, 'content-type-bad', 'Send the body as JSON, with content-type: application/json.');
}

function problemOf({ code, message, headers }: ApiError): Problem {
  const retryAfterS = Number(headers['retry-after']);
  return { error: code, message, ...(retryAfterS > 0 && { retryAfterS }) };
}
