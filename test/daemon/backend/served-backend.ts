import { Backend } from '../../../daemon/backend/backend.ts';
import type { ServerLimits } from '../../../daemon/base/http/server-limits.ts';
import type { Role } from '../../../daemon/backend/keys/api-keys.ts';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import type { Logger } from '../../../daemon/base/logger.ts';
import { denialText, type DenialReason } from '../../../daemon/base/verdict.ts';

export const FRONT = 'AAECAwQFBgcICQoLDA0ODw';
export const BACK = 'EBESExQVFhcYGRobHB0eHw';
/** Known, but without a camera for codes. */
export const GARAGE = 'ICEiIyQlJicoKSorLC0uLw';

export interface Reply {
  status: number;
  // The tests say what they expect in it.
  body: Record<string, unknown>;
}

/** A backend on a virtual clock behind its own HTTP, with three doors and a key for each role. */
export class ServedBackend {
  readonly backend: Backend;
  readonly clock: VirtualClock;
  readonly url: string;
  readonly adminKey: string;
  readonly doorKey: string;
  readonly issuerKey: string;
  readonly readerKey: string;
  #nonces = 0;

  private constructor(backend: Backend, clock: VirtualClock, url: string) {
    this.backend = backend;
    this.clock = clock;
    this.url = url;
    this.adminKey = this.key('admin');
    this.doorKey = this.key('door');
    this.issuerKey = this.key('issuer');
    this.readerKey = this.key('reader');
  }

  static async open(dir?: string, { limits = {}, log }: { limits?: Partial<ServerLimits>; log?: Logger } = {}): Promise<ServedBackend> {
    const clock = new VirtualClock();
    const backend = await Backend.open({ clock, ...(dir !== undefined && { dir }), ...(log && { log }) });
    backend.addDoor({ uuid: FRONT, name: 'Front door' });
    backend.addDoor({ uuid: BACK, name: 'Back door' });
    backend.addDoor({ uuid: GARAGE, name: 'Garage', hasQr: false });
    const { url } = await backend.listen({ host: '127.0.0.1', port: 0, checkAnswers: true, limits });
    return new ServedBackend(backend, clock, url);
  }

  /** A further key. On a virtual clock no rate is ever filled up again, so it may as much as a key can. */
  key(role: Role, name: string = role, options: { door?: string; perMinute?: number } = {}): string {
    return this.backend.createApiKey(role, name, { perMinute: 1_000_000, ...options });
  }

  async post(path: string, body: unknown, key = this.adminKey): Promise<Reply> {
    const response = await fetch(this.url + path, {
      method: 'POST', headers: { ...this.auth(key), 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() as Record<string, unknown> };
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, { headers: { ...this.auth(this.doorKey), ...headers } });
  }

  /** What a door is told about a code: `granted`, `granted extended`, or the reason of the denial. */
  async verdict(code: string, door = FRONT, nonce = this.nonce()): Promise<string> {
    const { status, body } = await this.post('/api/accesscontrol/qr/validateQRAccessCode', { nonce, doorUuid: door, code, timestampMs: this.clock.wallMs() }, this.doorKey);
    if (status !== 200) return `HTTP ${status} ${String(body.code)}`;
    if (body.verdict === 'granted') return body.extended === true ? 'granted extended' : 'granted';
    return Object.hasOwn(denialText, body.reason as DenialReason) ? (body.reason as DenialReason) : `unknown reason ${String(body.reason)}`;
  }

  nonce(): string {
    return String(++this.#nonces).padStart(26, '0');
  }

  auth(key: string): Record<string, string> {
    return { 'x-auth-scheme': 'api-token', 'x-auth-apikey': key };
  }

  close(): Promise<void> {
    return this.backend.close();
  }
}
