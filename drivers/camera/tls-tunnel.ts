import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { serverName } from '../../daemon/base/host-name.ts';
import { faultOf } from '../network-fault.ts';

export interface TlsTunnelOptions {
  host: string;
  port: number;
  /** Certificates, as PEM, of whoever signed the camera's; absent: those this system trusts. */
  ca: Buffer | undefined;
}

/**
 * A way into TLS for a program that does not look at certificates: one connection to a port of this machine goes on to the
 * camera, whose certificate and name are checked. Nobody else is let in, before or after.
 */
export class TlsTunnel {
  /** Why there is no way through, in the words of `PictureListener.ended`. */
  fault: string | undefined;
  readonly #o: TlsTunnelOptions;
  readonly #server: Server;
  #local: Socket | undefined;
  #remote: TLSSocket | undefined;

  private constructor(options: TlsTunnelOptions) {
    this.#o = options;
    this.#server = createServer((local) => this.#join(local));
  }

  static async open(options: TlsTunnelOptions): Promise<TlsTunnel> {
    const tunnel = new TlsTunnel(options);
    await new Promise<void>((resolve, reject) => tunnel.#server.on('error', reject).listen(0, '127.0.0.1', resolve));
    return tunnel;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    this.#local?.destroy();
    this.#remote?.destroy();
  }

  #join(local: Socket): void {
    if (this.#local) return void local.destroy();
    this.#server.close();
    const { host, port, ca } = this.#o;
    const remote = connect({ host, port, ...serverName(host), ...(ca && { ca }) });
    [this.#local, this.#remote] = [local, remote];
    remote.on('secureConnect', () => {
      local.pipe(remote);
      remote.pipe(local);
    });
    remote.on('error', (error) => {
      this.fault ??= faultOf(error, 'camera');
    });
    local.on('error', () => {});
    remote.on('close', () => local.destroy());
    local.on('close', () => remote.destroy());
  }
}
