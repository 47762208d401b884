import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** Debian's nginx serving a folder as static files, on loopback, with a folder of its own for all it writes. */
export class Nginx {
  readonly url: string;
  readonly #dir: string;
  readonly #child: ChildProcess;
  #signs = 0;

  private constructor(url: string, dir: string, child: ChildProcess) {
    this.url = url;
    this.#dir = dir;
    this.#child = child;
  }

  /** Between looking for a free port and taking it somebody else may take it: then with another. */
  static async open(root: string, tries = 3): Promise<Nginx> {
    const dir = mkdtempSync(join(tmpdir(), 'postern-nginx-'));
    const port = await freePort();
    writeFileSync(join(dir, 'nginx.conf'), configOf(dir, root, port));
    const child = spawn('nginx', ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', join(dir, 'error.log')], { stdio: 'ignore' });
    const nginx = new Nginx(`http://127.0.0.1:${port}`, dir, child);
    const fault = await Promise.race([nginx.#answers(), nginx.#ends()]);
    if (fault === undefined) return nginx;
    rmSync(dir, { recursive: true });
    if (tries > 1 && /bind\(\)/.test(fault)) return Nginx.open(root, tries - 1);
    throw new Error(`nginx does not run: ${fault}`);
  }

  /** `GET /path 200` for each request of a door's list or keys, in order, since the last time it was asked. */
  async answered(): Promise<string[]> {
    // nginx logs a request after its answer has gone out, each in its turn: a later one in the log means that all are.
    await this.#logsARequest();
    const path = join(this.#dir, 'access.log');
    const lines = readFileSync(path, 'utf8').split('\n').filter((line) => line.includes('/api/'));
    writeFileSync(path, '', { flag: 'w' });
    return lines;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.#dir, { recursive: true });
  }

  /** Until a request is in its own log: who answers at the port may be somebody else. */
  async #answers(): Promise<undefined> {
    await this.#logsARequest();
    return this.#child.exitCode === null ? undefined : new Promise(() => undefined);
  }

  /** Until a request made now is in its log, or it has ended. */
  async #logsARequest(): Promise<void> {
    const log = join(this.#dir, 'access.log');
    const sign = `/is-it-you-${this.#signs++}`;
    while (this.#child.exitCode === null && !(existsSync(log) && readFileSync(log, 'utf8').includes(sign))) {
      await fetch(`${this.url}${sign}`).then((response) => response.arrayBuffer(), () => new Promise((resolve) => setImmediate(resolve)));
    }
  }

  /** Why it ended, or did not begin. */
  #ends(): Promise<string> {
    return new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(`${error.message}. Install Debian's nginx`));
      this.#child.once('exit', () => resolve(readFileSync(join(this.#dir, 'error.log'), 'utf8')));
    });
  }
}

function configOf(dir: string, root: string, port: number): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`).join(' ');
  return `
daemon off;
master_process off;
pid ${dir}/nginx.pid;
events {}
http {
  ${temp}
  log_format short "$request_method $uri $status";
  access_log ${dir}/access.log short;
  default_type application/octet-stream;
  server { listen 127.0.0.1:${port}; root ${root}; location /api/postern/ { expires 10s; } }
}
`;
}
