import type { Readable } from 'node:stream';
import fetch, { type Response } from 'node-fetch';
import { BackendAgent } from './backend-agent.ts';
import type { ClientTlsFiles } from '../base/client-tls.ts';

export interface BackendAddress {
  /** Where the backend answers, without a path of the API: `https://…`, or `http://…` on this machine. */
  url: string;
  /** Absent: the door's client certificate says who it is. */
  apiKey?: string | undefined;
  /** For https. */
  tls?: ClientTlsFiles | undefined;
}

export interface BackendRequest {
  path: string;
  /** Sent as a JSON POST; absent: a GET. */
  json?: unknown;
  /** Sent by PUT, in place of JSON. */
  put?: { bytes: Uint8Array; contentType: string };
  headers?: Record<string, string>;
  signal: AbortSignal;
  /** Longer bodies are refused when read whole; who streams counts for himself [S9]. */
  maxBytes: number;
}

/**
 * The way to the backend: API key or certificate, and connections that stay open so that a visitor does not wait for a TLS
 * handshake. The config lets only https or this machine's own http through, so whatever answers here is the backend.
 */
export class BackendConnection {
  readonly #address: BackendAddress;
  readonly #agent: BackendAgent;

  /** Throws PosternError('tls-files'). */
  constructor(address: BackendAddress) {
    this.#address = address;
    this.#agent = new BackendAgent(address.url, address.tls);
  }

  /** Why TLS files that were replaced are not used; empty when all is well. */
  get tlsProblem(): string {
    return this.#agent.problem;
  }

  /** One attempt; no redirect is followed. Rejects with what node-fetch throws (FetchError, AbortError). */
  request({ path, json, put, headers, signal, maxBytes }: BackendRequest): Promise<Response> {
    const { url, apiKey } = this.#address;
    return fetch(`${url.replace(/\/+$/, '')}${path}`, {
      method: put ? 'PUT' : json === undefined ? 'GET' : 'POST',
      headers: {
        ...(apiKey === undefined ? {} : { 'x-auth-scheme': 'api-token', 'x-auth-apikey': apiKey }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(put && { 'content-type': put.contentType }),
        ...headers,
      },
      body: put ? Buffer.from(put.bytes) : json === undefined ? null : JSON.stringify(json),
      agent: this.#agent.current,
      redirect: 'error',
      // No compression: what is fetched is small or does not compress, and a small body cannot unfold into a large one.
      compress: false,
      size: maxBytes,
      signal,
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Lets go of a body that nobody will read, and of its connection: it might never end. */
export function discard(response: Response): void {
  (response.body as Readable | null)?.destroy();
}
