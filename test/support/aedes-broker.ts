import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';

/** A broker in the test's own process; it can be taken away and come back on its port, with what it keeps. */
export class AedesBroker {
  readonly aedes: Aedes;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  private constructor(aedes: Aedes) {
    this.aedes = aedes;
  }

  static async open(): Promise<AedesBroker> {
    const broker = new AedesBroker(await Aedes.createBroker());
    await broker.listen();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  /** How many connections it has. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Listens, also again after `goAway`. */
  async listen(): Promise<void> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      this.aedes.handle(socket);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  async goAway(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  async close(): Promise<void> {
    await this.goAway();
    await new Promise<void>((resolve) => this.aedes.close(() => resolve()));
  }
}
