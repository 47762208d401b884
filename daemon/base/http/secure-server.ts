import type { ServerOptions } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { TlsFiles, type TlsFileNames } from './tls-files.ts';

export interface SecureServerOptions {
  clock: Clock;
  log: Logger;
  limits: ServerOptions;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

/** An HTTPS server whose files may be replaced while it runs. */
export class SecureServer {
  readonly server: Server;
  readonly #files: TlsFiles;
  readonly #open = new Set<TLSSocket>();

  /** Throws PosternError('tls-files'). */
  constructor(names: TlsFileNames, { clock, log, limits }: SecureServerOptions) {
    this.#files = new TlsFiles(names, { clock, log, onTrustChange: () => this.#distrust() });
    // Whoever has no certificate, or a bad one, may still have an API key: it is judged with the request.
    const clients = { requestCert: names.clientCaFile !== undefined, rejectUnauthorized: false, handshakeTimeout: HANDSHAKE_TIMEOUT_MS };
    this.server = createServer({ ...limits, ...clients, ...this.#files.context });
    this.server.on('secureConnection', (socket) => {
      this.#open.add(socket);
      socket.on('close', () => this.#open.delete(socket));
    });
  }

  /** Looks at its files every few seconds until it is stopped. */
  watch(): void {
    this.#files.watch(this.server);
  }

  /** Looks at its files now. */
  reload(): void {
    this.#files.reload(this.server);
  }

  stop(): void {
    this.#files.stop();
  }

  /** Whoever came with a certificate has to show it again: it may be one that is no longer believed. */
  #distrust(): void {
    for (const socket of this.#open) {
      if (socket.getPeerX509Certificate()) socket.destroy();
    }
  }
}
