import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Backend } from '../../../../daemon/backend/backend.ts';
import { PassReader } from '../../../../daemon/commands/pass/pass-reader.ts';
import { MovedClock } from '../../backend/passes/pass-site.ts';
import { BACK, FRONT } from '../../backend/served-backend.ts';
import { MailServer, selfSigned } from './mail-server.ts';

const main = fileURLToPath(new URL('../../../../daemon/main.js', import.meta.url));

export interface PassOutcome {
  code: number | null;
  out: string;
  err: string;
}

/** When it is by the backend's clock: some days before the clocks of Berlin go back. */
const NOW_MS = Date.parse('2026-10-20T09:00:00Z');

/** A backend, a mail server with STARTTLS, and the command line as processes of its own. */
export class PassOffice {
  readonly dir: string;
  readonly reader: PassReader;
  readonly clock: MovedClock;
  backend: Backend;
  url: string;
  readonly adminKey: string;
  readonly doorKey: string;
  readonly mail: MailServer;
  readonly smtpPort: number;
  readonly #certFile: string;
  #nonces = 0;

  private constructor(parts: Pick<PassOffice, 'reader' | 'clock' | 'backend' | 'url' | 'mail' | 'smtpPort' | 'dir'> & { certFile: string }) {
    this.reader = parts.reader;
    this.clock = parts.clock;
    this.backend = parts.backend;
    this.url = parts.url;
    this.mail = parts.mail;
    this.smtpPort = parts.smtpPort;
    this.dir = parts.dir;
    this.#certFile = parts.certFile;
    this.adminKey = this.backend.createApiKey('admin');
    this.doorKey = this.backend.createApiKey('door');
    writeFileSync(this.file('admin.key'), `${this.adminKey}\n`, { mode: 0o600 });
    writeFileSync(this.file('roots.txt'), this.backend.rootPublicKeys().map((key) => `${Buffer.from(key).toString('base64url')}\n`).join(''));
    writeFileSync(this.file('smtp.password'), 'open#sesame\n', { mode: 0o600 });
  }

  static async open(): Promise<PassOffice> {
    const dir = mkdtempSync(join(tmpdir(), 'postern-pass-'));
    const clock = new MovedClock();
    clock.movedMs = NOW_MS - clock.wallMs();
    const backend = await Backend.open({ clock, dir: join(dir, 'backend') });
    backend.addDoor({ uuid: FRONT, name: 'Front door' });
    backend.addDoor({ uuid: BACK, name: 'Büro & <Hof>' });
    const { url } = await backend.listen({ host: '127.0.0.1', port: 0 });
    const { key, cert, certFile } = selfSigned(dir);
    const mail = new MailServer({ key, cert });
    return new PassOffice({ dir, clock, backend, url, mail, smtpPort: await mail.listen(), certFile, reader: new PassReader() });
  }

  file(name: string): string {
    return join(this.dir, name);
  }

  /** How a command is told of the backend; with its root keys. */
  get place(): string[] {
    return ['--url', this.url, '--key-file', this.file('admin.key'), '--root-keys', this.file('roots.txt')];
  }

  get post(): string[] {
    return ['--smtp-host', 'localhost', '--smtp-port', String(this.smtpPort), '--mail-from', 'Reception <reception@example.org>'];
  }

  start(args: string[], env: Record<string, string> = {}): { child: ChildProcess; ended: Promise<PassOutcome> } {
    const child = spawn(process.execPath, [main, 'pass', ...args], { cwd: this.dir, env: { ...process.env, NODE_EXTRA_CA_CERTS: this.#certFile, TZ: 'UTC', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err }))) };
  }

  run(args: string[], env: Record<string, string> = {}): Promise<PassOutcome> {
    return this.start(args, env).ended;
  }

  /** Ids of the codes there are, with their status. */
  async codes(): Promise<Map<string, string>> {
    const codes = new Map<string, string>();
    let lastEvaluatedKey: unknown = null;
    do {
      const body = await this.#post('/api/accesscontrol/qr/getQRAccessCodes', { lastEvaluatedKey }, this.adminKey);
      for (const { accessTokenUuid, status } of body.qrAccessCodes as { accessTokenUuid: string; status: string }[]) codes.set(accessTokenUuid, status);
      lastEvaluatedKey = body.lastEvaluatedKey;
    } while (lastEvaluatedKey !== null);
    return codes;
  }

  /** What a door is told about a code. */
  async verdict(code: string, door = FRONT): Promise<string> {
    const body = await this.#post('/api/accesscontrol/qr/validateQRAccessCode', { nonce: String(++this.#nonces).padStart(26, '0'), doorUuid: door, code, timestampMs: Date.now() }, this.doorKey);
    return String(body.reason ?? body.verdict);
  }

  async #post(path: string, body: object, key: string): Promise<Record<string, unknown>> {
    const response = await fetch(this.url + path, { method: 'POST', headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': key, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return await response.json() as Record<string, unknown>;
  }

  /** Stops the backend and serves the same folder again at the same port. */
  async restartBackend(whileAway: () => Promise<void>): Promise<void> {
    await this.backend.close();
    await whileAway();
    this.backend = await Backend.open({ clock: this.clock, dir: this.file('backend') });
    await this.backend.listen({ host: '127.0.0.1', port: Number(new URL(this.url).port) });
  }

  async close(): Promise<void> {
    await this.reader.close();
    await this.mail.close();
    await this.backend.close();
    rmSync(this.dir, { recursive: true });
  }
}
