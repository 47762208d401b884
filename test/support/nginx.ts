import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's nginx serving a folder as static files, on loopback, with a folder of its own for all it writes. */
export class Nginx {
  readonly url: string;
  readonly #dir: string;
  readonly #child: ChildProcess;

  private constructor(url: string, dir: string, child: ChildProcess) {
    this.url = url;
    this.#dir = dir;
    this.#child = child;
  }

  static async open(root: string): Promise<Nginx> {
    const dir = mkdtempSync(join(tmpdir(), 'postern-nginx-'));
    const port = await freePort();
    writeFileSync(join(dir, 'nginx.conf'), configOf(dir, root, port));
    const child = spawn('nginx', ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', join(dir, 'error.log')], { stdio: 'ignore' });
    const ended = new Promise<never>((_, reject) => {
      child.on('error', (error) => reject(new Error(`nginx does not start (${error.message}): install Debian's nginx`)));
      child.on('exit', () => reject(new Error(`nginx ended: ${readFileSync(join(dir, 'error.log'), 'utf8')}`)));
    });
    ended.catch(() => undefined);
    const nginx = new Nginx(`http://127.0.0.1:${port}`, dir, child);
    await Promise.race([nginx.#answers(), ended]);
    return nginx;
  }

  /** `GET /path 200` for each request of a door's list or keys, in order, since the last time it was asked. */
  answered(): string[] {
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

  async #answers(): Promise<void> {
    for (;;) {
      try {
        await fetch(this.url);
        return;
      } catch {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
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

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
