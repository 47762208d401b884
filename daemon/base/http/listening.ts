import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Resolves to where the server listens once it does; port 0 takes a free one. Rejects with what `failure` makes of the system's error. */
export async function listenAt(server: Server, { host, port }: { host: string; port: number }, failure: (error: Error) => Error): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error): void => reject(failure(error));
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve();
    });
  });
  return server.address() as AddressInfo;
}

/** Ends it and every connection; of one that does not listen there is nothing to end. */
export async function closeNow(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
