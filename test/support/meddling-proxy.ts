import { createServer, request as forwarded, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Exchange {
  path: string;
  asked: string;
  /** Of the real server; empty before it answered. */
  answer: string;
}

/** Stands between a client and a server, and meddles where a test says so. By path; without a say all is passed on. */
export class MeddlingProxy {
  /** Waited for before the request is passed on. */
  readonly before = new Map<string, (exchange: Exchange) => Promise<void> | void>();
  /** Waited for before the answer is passed on; what it returns takes the answer's place. */
  readonly after = new Map<string, (exchange: Exchange) => Promise<string | void> | string | void>();
  /** Answers without asking the server. */
  readonly instead = new Map<string, (exchange: Exchange) => string | undefined>();
  /** What the server was asked and answered, in the order of the answers. */
  readonly seen: Exchange[] = [];
  /** Requests that were passed on and are not answered yet. */
  waiting = 0;
  readonly #target: () => string;
  readonly #server: Server;

  private constructor(target: () => string) {
    this.#target = target;
    this.#server = createServer((request, response) => void this.#pass(request, response).catch(() => response.destroy()));
  }

  static async open(target: () => string): Promise<MeddlingProxy> {
    const proxy = new MeddlingProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const exchange = { path, asked: await textOf(request), answer: '' };
    const own = this.instead.get(path)?.(exchange);
    if (own !== undefined) return void response.writeHead(200, { 'content-type': 'application/json' }).end(own);
    await this.before.get(path)?.(exchange);
    this.waiting++;
    const { status, type, body } = await this.#ask(request, response, exchange.asked).finally(() => this.waiting--);
    exchange.answer = body.toString();
    this.seen.push(exchange);
    const changed = await this.after.get(path)?.(exchange);
    response.writeHead(status, { 'content-type': type }).end(changed ?? body);
  }

  #ask({ method, headers, url = '' }: IncomingMessage, response: ServerResponse, body: string): Promise<{ status: number; type: string; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const onward = forwarded(this.#target() + url, { method, headers: { ...headers, connection: 'close' } }, (answer) => {
        bytesOf(answer).then((bytes) => resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', body: bytes }), reject);
      });
      onward.on('error', reject);
      // Whoever hangs up here hangs up there.
      response.on('close', () => onward.destroy());
      onward.end(body);
    });
  }
}

async function textOf(message: IncomingMessage): Promise<string> {
  return (await bytesOf(message)).toString();
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
