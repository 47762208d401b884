import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export const UNLOCK = '/api/accesscontrol/unlockAccessControlledDoor';
export const FIND_DOORS = '/api/component/findAccessControlledDoors';

interface Asked {
  path: string;
  headers: Record<string, unknown>;
  body: Record<string, unknown>;
}

/** Answers in place of the controller; what it does not end stays unanswered. */
type Mood = (response: ServerResponse) => void;

/** A door controller's server with one door that relocks by its own time, and with moods. */
export class StandInController {
  readonly asked: Asked[] = [];
  readonly moods = new Map<string, Mood>();
  /** What findAccessControlledDoors tells, a page each. */
  pages: unknown[][];
  unlockMs = 400;
  readonly #server: Server;
  readonly #isSecure: boolean;
  #releasedUntilMs = 0;

  private constructor(doorUuid: string, tls: { cert: Buffer; key: Buffer } | undefined) {
    this.pages = [[{ uuid: doorUuid, name: 'Front door', unlockTimeSec: 0.4, remoteUnlockEnabled: true }]];
    const take = (request: IncomingMessage, response: ServerResponse): void => void this.#take(request, response).catch(() => response.destroy());
    this.#isSecure = tls !== undefined;
    this.#server = tls ? createSecureServer(tls, take) : createServer(take);
  }

  static async open(doorUuid: string, tls?: { cert: Buffer; key: Buffer }, port = 0): Promise<StandInController> {
    const controller = new StandInController(doorUuid, tls);
    await new Promise<void>((resolve) => controller.#server.listen(port, '127.0.0.1', resolve));
    return controller;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(host = '127.0.0.1'): string {
    return `${this.#isSecure ? 'https' : 'http'}://${host}:${this.port}`;
  }

  /** The lock, as someone at the door finds it. */
  get isReleased(): boolean {
    return performance.now() < this.#releasedUntilMs;
  }

  get unlocks(): Asked[] {
    return this.asked.filter(({ path }) => path === UNLOCK);
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const asked = { path: request.url ?? '', headers: request.headers, body: JSON.parse(text) as Record<string, unknown> };
    this.asked.push(asked);
    const mood = this.moods.get(asked.path);
    if (mood) return mood(response);
    if (asked.path === UNLOCK) {
      this.#releasedUntilMs = performance.now() + this.unlockMs;
      return answer(response, { type: 'SUCCESS' });
    }
    const page = Number(asked.body.lastEvaluatedKey ?? 0);
    answer(response, { accessControlledDoors: this.pages[page] ?? [], ...(page + 1 < this.pages.length && { lastEvaluatedKey: String(page + 1) }) });
  }
}

export function answer(response: ServerResponse, json: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(typeof json === 'string' ? json : JSON.stringify(json));
}
