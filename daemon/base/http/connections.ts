import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError, type RefusalBody } from './api-error.ts';
import { rawRefusal, refusalOfConnection } from './connection-refusals.ts';

/** How many connections beyond those that are served are told so; more are not even taken. */
const TOLD_SHARE = 1.5;

/** A server's connections: how many are served, and one request of each at a time. */
export class Connections {
  readonly #atMost: number;
  readonly #onRefused: (error: ApiError) => void;
  readonly #bodyOf: RefusalBody;
  /** What is being answered on a connection. */
  readonly #answering = new WeakMap<Duplex, ServerResponse>();
  /** Those that came when there were enough. */
  readonly #surplus = new WeakSet<Duplex>();
  #open = 0;

  /** `onRefused` is told of what was refused before there was a request. */
  constructor(server: Server, { atMost, bodyOf, onRefused }: { atMost: number; bodyOf: RefusalBody; onRefused: (error: ApiError) => void }) {
    this.#atMost = atMost;
    this.#onRefused = onRefused;
    this.#bodyOf = bodyOf;
    server.maxConnections = Math.ceil(atMost * TOLD_SHARE);
    server.on('connection', (socket) => {
      this.#open++;
      socket.once('close', () => this.#open--);
    });
    // A door that was here before the crowd is served as ever. With TLS a request knows the secured connection only.
    for (const event of ['connection', 'secureConnection']) {
      server.on(event, (socket: Duplex) => {
        if (this.#open > this.#atMost) this.#surplus.add(socket);
      });
    }
    server.on('connect', (_, socket) => this.#refuse(socket, new ApiError(405, 'wrong-method', 'This is no proxy. Ask for the call itself.', { headers: { allow: 'GET, HEAD, POST, PUT' } })));
    server.on('clientError', (error: Error, socket) => this.#refuse(socket, refusalOfConnection(error)));
  }

  /** Resolves when the requests before it on its connection are answered; false when nobody is there any more. A caller who sends many and reads nothing costs one answer. */
  async turnOf({ socket }: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const before = this.#answering.get(socket);
    this.#answering.set(socket, response);
    if (before && !before.closed) await once(before, 'close');
    return !socket.destroyed;
  }

  /** Throws ApiError(503 'busy') where there were enough connections already. */
  mustServe({ socket }: IncomingMessage): void {
    if (this.#surplus.has(socket)) throw new ApiError(503, 'busy', 'Too many connections are open. Try again in a few seconds.', { headers: { 'retry-after': '5', connection: 'close' } });
  }

  /** For what is no request; the connection ends. */
  #refuse(socket: Duplex, error: ApiError): void {
    const begun = this.#answering.get(socket);
    // An answer that is half sent must not be taken for another.
    if (!socket.writable || (begun?.headersSent && !begun.writableFinished)) return void socket.destroy();
    this.#onRefused(error);
    socket.end(rawRefusal(error, this.#bodyOf), () => socket.destroy());
  }
}
