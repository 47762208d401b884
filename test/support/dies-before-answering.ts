/** Preloaded into a backend process: it dies by SIGKILL when it is about to answer a question of a door, its commit done. */
import { ServerResponse } from 'node:http';

// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its own `this` below
const writeHead = ServerResponse.prototype.writeHead as (this: ServerResponse, ...args: unknown[]) => ServerResponse;

ServerResponse.prototype.writeHead = function (this: ServerResponse, ...args: unknown[]): ServerResponse {
  if (this.req.url?.endsWith('/validateQRAccessCode')) process.kill(process.pid, 'SIGKILL');
  return writeHead.apply(this, args);
};
