/** Preloaded into a backend process: it dies by SIGKILL when it is about to answer a question of a door, its commit done. */
import { ServerResponse } from 'node:http';

const prototype = ServerResponse.prototype as { writeHead: (this: ServerResponse, ...args: unknown[]) => ServerResponse };
const { writeHead } = prototype;

prototype.writeHead = function (...args) {
  if (this.req.url?.endsWith('/validateQRAccessCode')) process.kill(process.pid, 'SIGKILL');
  return writeHead.apply(this, args);
};
