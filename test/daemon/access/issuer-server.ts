import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signKeySet, type KeySet, type KeyState, type KeyUse, type SetKey } from '../../../daemon/base/key-set.ts';
import { rawPublicKey, type Signer } from '../../../daemon/base/ed25519.ts';
import { encodeDelta } from '../../../daemon/base/token-list-delta.ts';
import { parseListHead } from '../../../daemon/base/token-list-file.ts';
import { DAY_S, listSigner, NOON_S, rootSigner, tokenSigner } from './situation.ts';

export function setKey(signer: Signer, use: KeyUse, state: KeyState = 'active', changes: Partial<SetKey> = {}): SetKey {
  return { id: signer.keyId, use, state, publicKey: rawPublicKey(signer.privateKey), notBeforeS: NOON_S - 400 * DAY_S, notAfterS: NOON_S + 400 * DAY_S, ...changes };
}

export function keySet(changes: Partial<KeySet> = {}): KeySet {
  return { version: 3, issuedAtS: NOON_S - DAY_S, keys: [setKey(tokenSigner, 'token'), setKey(listSigner, 'list')], listFloor: 0, ...changes };
}

export function signedKeySet(changes: Partial<KeySet> = {}, root: Signer = rootSigner): Uint8Array {
  return signKeySet(keySet(changes), root);
}

export const root = rawPublicKey(rootSigner.privateKey);

/** What the server does with a request it has an answer for. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * An issuer's HTTP side, real as far as the network goes. `keySetBytes`, `listBytes` and `deltas` are served with their ETags;
 * a handler in `instead` takes over a path, to fail in any way.
 */
export class IssuerServer {
  keySetBytes: Uint8Array = new Uint8Array(0);
  listBytes: Uint8Array = new Uint8Array(0);
  /** By the version they lead from. From the list's own version on there is always the one that leads nowhere. */
  readonly deltas = new Map<number, Uint8Array>();
  /** By the beginning of the path. */
  readonly instead = new Map<string, Handler>();
  /** `GET /path 200`, in the order of the answers. */
  readonly answered: string[] = [];
  readonly headersSeen: IncomingMessage['headers'][] = [];
  readonly #server: Server;
  url = '';

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.keepAliveTimeout = 60_000;
  }

  static async open(): Promise<IssuerServer> {
    const issuer = new IssuerServer();
    await new Promise<void>((resolve) => issuer.#server.listen(0, '127.0.0.1', resolve));
    issuer.url = `http://127.0.0.1:${(issuer.#server.address() as AddressInfo).port}`;
    return issuer;
  }

  /** Resolves when `count` requests have ended, answered or not. */
  async ended(count: number): Promise<void> {
    while (this.answered.length < count) await new Promise((resolve) => setImmediate(resolve));
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** For a handler in `instead` that serves some paths as usual. */
  serveList(request: IncomingMessage, response: ServerResponse): void {
    serve(request, response, this.listBytes);
  }

  #emptyDelta(from: number): Uint8Array | undefined {
    try {
      const { head, entriesDigest, entriesAt } = parseListHead(this.listBytes);
      const nothing = { removed: new Uint8Array(0), changed: new Uint8Array(0) };
      return head.version === from ? encodeDelta({ version: from, entriesDigest }, this.listBytes.subarray(0, entriesAt), nothing) : undefined;
    } catch {
      return undefined;
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.headersSeen.push(request.headers);
    response.on('close', () => this.answered.push(`${request.method} ${path} ${response.statusCode}`));
    const [, handler] = [...this.instead].find(([start]) => path.startsWith(start)) ?? [];
    if (handler) return handler(request, response);
    if (path === '/api/postern/keyset') return serve(request, response, this.keySetBytes);
    const list = /^\/api\/postern\/tokenlist\/[^/]+\/(full|\d+)$/.exec(path)?.[1];
    const bytes = list === 'full' ? this.listBytes : this.deltas.get(Number(list)) ?? this.#emptyDelta(Number(list));
    if (list !== undefined && bytes) return serve(request, response, bytes);
    response.writeHead(404).end();
  }
}

function serve(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
  response.writeHead(200, { etag, 'content-type': 'application/octet-stream' }).end(bytes);
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
