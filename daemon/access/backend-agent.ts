import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { clientTlsStamp, readClientTls, type ClientTlsFiles } from '../base/client-tls.ts';
import { PosternError } from '../base/errors.ts';

/** Enough for one question, and a few that are late, at a time [S9]. */
const OPTIONS = { keepAlive: true, maxSockets: 8 };

/**
 * Connections to the backend that stay open. When its TLS files have changed, those under way end in peace and further ones
 * use the new files; files that cannot be used leave the old ones in use.
 */
export class BackendAgent {
  readonly #files: ClientTlsFiles;
  readonly #isSecure: boolean;
  #stamp: string;
  #agent: HttpAgent;
  /** Why the files as they are now are not used; empty when they are. */
  problem = '';

  /** Throws PosternError('tls-files'). */
  constructor(url: string, files: ClientTlsFiles = {}) {
    this.#files = files;
    this.#isSecure = url.startsWith('https:');
    this.#stamp = clientTlsStamp(files);
    this.#agent = this.#open();
  }

  /** To be asked for at every request. */
  get current(): HttpAgent {
    const stamp = clientTlsStamp(this.#files);
    if (stamp !== this.#stamp) this.#renew(stamp);
    return this.#agent;
  }

  destroy(): void {
    this.#agent.destroy();
  }

  #renew(stamp: string): void {
    this.#stamp = stamp;
    try {
      const before = this.#agent;
      this.#agent = this.#open();
      this.problem = '';
      letGo(before);
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      this.problem = thrown.message;
    }
  }

  #open(): HttpAgent {
    return this.#isSecure ? new HttpsAgent({ ...OPTIONS, ...readClientTls(this.#files) }) : new HttpAgent(OPTIONS);
  }
}

/** Ends an agent's unused connections now, and the others when their answer has come. */
function letGo(agent: HttpAgent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}
