import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Backend, type BackendOptions } from '../../../../daemon/backend/backend.ts';
import type { AlertSettings } from '../../../../daemon/backend/alerts/alert-settings.ts';
import { VirtualClock, type Clock } from '../../../../daemon/base/clock.ts';
import type { StoredEvent } from '../../../../daemon/base/events.ts';
import type { Reply } from '../served-backend.ts';
import type { DoorLog } from './door-log.ts';

export const FRONT = 'AAECAwQFBgcICQoLDA0ODw';
export const BACK = 'EBESExQVFhcYGRobHB0eHw';

/** Every rule, by its defaults. */
export const allAlerts: AlertSettings = {
  lateAfterH: 6, coolDownS: 3_600,
  denialsInARow: { enabled: true, count: 6, windowS: 120 },
  codeAtTwoDoors: { enabled: true, minTravelS: 30 },
  useOutOfHours: { enabled: true, count: 3, windowH: 24, timeZone: 'UTC' },
  expiredCodeKeepsTrying: { enabled: true, count: 5, windowH: 24 },
  overspent: { enabled: true }, logRewritten: { enabled: true }, doorSilent: { enabled: true, afterS: 900 },
};

export interface FoundEvent {
  id: string;
  type: string;
  timestampMs: number;
  text: string;
  outcome: string | null;
  chainFault: string | null;
  accessTokenUuid: string | null;
  doorName: string;
  person: { name: string | null; email: string | null; auditPrincipal: string | null } | null;
  pictures: { kind: string; state: string; path: string; sha256: string }[];
  event: Record<string, unknown>;
}

/** A backend that takes in events, with a folder and two doors; nothing is left of it. */
export class ReportingSite {
  readonly dir = mkdtempSync(join(tmpdir(), 'postern-reports-'));
  readonly clock: VirtualClock;
  backend!: Backend;
  url = '';
  readonly keys = { door: '', admin: '', reader: '', issuer: '' };
  readonly #options: Partial<BackendOptions>;

  private constructor(clock: VirtualClock, options: Partial<BackendOptions>) {
    this.clock = clock;
    this.#options = options;
  }

  static async open(options: Partial<BackendOptions> = {}): Promise<ReportingSite> {
    const clock = options.clock as VirtualClock | undefined ?? new VirtualClock();
    const site = new ReportingSite(clock, { alerts: allAlerts, ...options });
    await site.start();
    site.backend.addDoor({ uuid: FRONT, name: 'Front door' });
    site.backend.addDoor({ uuid: BACK, name: 'Back door' });
    for (const role of ['door', 'admin', 'reader', 'issuer'] as const) site.keys[role] = site.backend.createApiKey(role);
    return site;
  }

  async start(port = 0): Promise<void> {
    const clock: Clock = this.clock;
    this.backend = await Backend.open({ clock, dir: this.dir, ...this.#options });
    this.url = (await this.backend.listen({ host: '127.0.0.1', port })).url;
  }

  async close(): Promise<void> {
    await this.backend.close();
    rmSync(this.dir, { recursive: true });
  }

  get nowMs(): number {
    return this.clock.wallMs();
  }

  async request(method: string, path: string, key: string, body?: string | Uint8Array<ArrayBuffer>, type = 'application/json'): Promise<Response> {
    return fetch(this.url + path, { method, headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': key, ...(body !== undefined && { 'content-type': type }) }, ...(body !== undefined && { body }) });
  }

  async post(path: string, body: unknown, key = this.keys.admin): Promise<Reply> {
    const response = await this.request('POST', path, key, JSON.stringify(body));
    return { status: response.status, body: await response.json() as Record<string, unknown> };
  }

  upload(log: DoorLog, events: StoredEvent[] = log.events, more: object = {}): Promise<Reply> {
    return this.post('/api/postern/door/uploadEvents', { doorUuid: log.doorUuid, events, head: log.head, ...more }, this.keys.door);
  }

  async find(query: object = {}): Promise<FoundEvent[]> {
    const { status, body } = await this.post('/api/postern/events/findEvents', query, this.keys.reader);
    if (status !== 200) throw new Error(`HTTP ${status} ${JSON.stringify(body)}`);
    return body.events as FoundEvent[];
  }

  async alerts(): Promise<Record<string, unknown>[]> {
    return (await this.find({ typeFilter: ['alert-raised'], oldestFirst: true })).map(({ event }) => event);
  }

  async alertNames(): Promise<string[]> {
    return (await this.alerts()).map(({ alert }) => String(alert));
  }
}

/** Runs `body` with a site of its own. */
export function atSite(body: (site: ReportingSite) => Promise<void>, options: Partial<BackendOptions> = {}): () => Promise<void> {
  return async () => {
    const site = await ReportingSite.open(options);
    try {
      await body(site);
    } finally {
      await site.close();
    }
  };
}
