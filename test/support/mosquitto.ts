import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

export interface MosquittoOptions {
  /** Files for TLS; absent: plain. */
  tls?: { ca: string; cert: string; key: string; wantsClientCertificate?: boolean };
  /** Lines of its access list. */
  acl?: string[];
  /** Names and passwords; absent: whoever comes is let in. */
  users?: Record<string, string>;
  /** Further lines of its configuration. */
  more?: string[];
}

/** Debian's Mosquitto on loopback, with a folder of its own for all it reads and writes. It can be killed and started again on its port. */
export class Mosquitto {
  readonly port: number;
  readonly isSecure: boolean;
  readonly #dir: string;
  #child: ChildProcess | undefined;

  private constructor(port: number, dir: string, isSecure: boolean) {
    this.port = port;
    this.isSecure = isSecure;
    this.#dir = dir;
  }

  static async open(options: MosquittoOptions = {}): Promise<Mosquitto> {
    const dir = mkdtempSync(join(tmpdir(), 'postern-mosquitto-'));
    const mosquitto = new Mosquitto(await freePort(), dir, options.tls !== undefined);
    mkdirSync(join(dir, 'kept'));
    if (options.acl) writeFileSync(join(dir, 'acl'), `${options.acl.join('\n')}\n`, { mode: 0o600 });
    if (options.users) await writePasswords(join(dir, 'passwords'), options.users);
    writeFileSync(join(dir, 'mosquitto.conf'), configOf(dir, mosquitto.port, options));
    await mosquitto.start();
    return mosquitto;
  }

  get url(): string {
    return `${this.isSecure ? 'mqtts' : 'mqtt'}://127.0.0.1:${this.port}`;
  }

  get log(): string {
    const path = join(this.#dir, 'log');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** Starts it, also again after `stop` or `kill`. */
  async start(): Promise<void> {
    const before = runningLines(this.log);
    const child = spawn('mosquitto', ['-c', join(this.#dir, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let fault: string | undefined;
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', () => (fault = 'it is not installed: install Debian\'s mosquitto (apt-get install mosquitto)'));
    child.once('exit', (code) => (fault ??= `it ended with ${code}: ${said} ${this.log}`));
    this.#child = child;
    await eventually('Mosquitto runs', () => fault !== undefined || runningLines(this.log) > before);
    if (fault !== undefined) throw new Error(`Mosquitto does not run: ${fault}`);
  }

  /** In good order. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Stands still, as a machine does that hangs: its connections stay open and nothing comes. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async close(): Promise<void> {
    await this.#end('SIGKILL');
    rmSync(this.#dir, { recursive: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGCONT');
    child.kill(signal);
    await ended;
  }
}

function runningLines(log: string): number {
  return log.split(' running').length;
}

function configOf(dir: string, port: number, { tls, acl, users, more = [] }: MosquittoOptions): string {
  return [
    `listener ${port} 127.0.0.1`,
    `log_dest file ${dir}/log`,
    'log_type all',
    'persistence true',
    `persistence_location ${dir}/kept/`,
    'autosave_interval 1',
    ...(tls ? [`cafile ${tls.ca}`, `certfile ${tls.cert}`, `keyfile ${tls.key}`] : []),
    ...(tls?.wantsClientCertificate ? ['require_certificate true', 'use_identity_as_username true'] : []),
    ...(acl ? [`acl_file ${dir}/acl`] : []),
    ...(users ? [`password_file ${dir}/passwords`, 'allow_anonymous false'] : [`allow_anonymous ${tls?.wantsClientCertificate ? 'false' : 'true'}`]),
    // As root it would change to a user that cannot read this folder.
    'user root',
    ...more,
    '',
  ].join('\n');
}

async function writePasswords(path: string, users: Record<string, string>): Promise<void> {
  writeFileSync(path, '', { mode: 0o600 });
  for (const [name, password] of Object.entries(users)) {
    const child = spawn('mosquitto_passwd', ['-b', path, name, password], { stdio: 'ignore' });
    await new Promise((resolve, reject) => {
      child.once('exit', resolve);
      child.once('error', () => reject(new Error('Mosquitto does not run: it is not installed: install Debian\'s mosquitto (apt-get install mosquitto)')));
    });
  }
}
