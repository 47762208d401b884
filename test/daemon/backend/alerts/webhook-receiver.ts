import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Delivery {
  id: string;
  timestamp: number;
  signature: string;
  body: string;
  headers: IncomingMessage['headers'];
}

/** A receiver of webhooks behind real HTTP. What it answers with is decided by the test, delivery by delivery. */
export class WebhookReceiver {
  readonly deliveries: Delivery[] = [];
  readonly url: string;
  readonly #server: Server;
  /** For the next ones; the last stays. 200 when there is none. */
  answers: ((response: ServerResponse) => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    server.on('request', (request, response) => void this.#receive(request, response));
  }

  static async open(port = 0): Promise<WebhookReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return new WebhookReceiver(server);
  }

  get ids(): string[] {
    return this.deliveries.map(({ id }) => id);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { headers } = request;
    this.deliveries.push({ id: String(headers['x-postern-id']), timestamp: Number(headers['x-postern-timestamp']), signature: String(headers['x-postern-signature']), body: Buffer.concat(chunks).toString(), headers });
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer) answer(response);
    else response.writeHead(204).end();
  }
}

/** As a receiver reckons it. */
export function signatureOf(secret: string, { timestamp, body }: Delivery): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}
