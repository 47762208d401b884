import { createServer, type AddressInfo } from 'node:net';

/** A port that was free a moment ago, for a program that cannot find one by itself. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
