import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a server at the level of bytes: holds back, cuts off, goes away. */
export class TcpProxy {
  /** Connections so far. */
  accepted = 0;
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  #isHolding = false;
  #isHoldingAnswers = false;

  private constructor(targetPort: number) {
    this.#server = createServer((client) => this.#pass(client, targetPort));
  }

  static async open(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Neither side hears anything more, nor that the other is gone: a half-open connection. */
  hold(): void {
    this.#isHolding = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** What the server says is held back; what the client says arrives. */
  holdAnswers(): void {
    this.#isHoldingAnswers = true;
    for (const [, server] of this.#pairs) server.pause();
  }

  release(): void {
    this.#isHolding = this.#isHoldingAnswers = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #pass(client: Socket, targetPort: number): void {
    this.accepted++;
    const server = connect(targetPort, '127.0.0.1');
    const pair: [Socket, Socket] = [client, server];
    this.#pairs.add(pair);
    for (const [from, to] of [[client, server], [server, client]] as const) {
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
    }
    if (this.#isHolding) client.pause();
    if (this.#isHolding || this.#isHoldingAnswers) server.pause();
  }
}
