import sharp from 'sharp';
import type { BrowserContext, Page } from 'playwright-core';
import { Backend } from '../../../../daemon/backend/backend.ts';
import type { IssueRequest } from '../../../../daemon/backend/codes/issue-request.ts';
import { systemClock, type Clock } from '../../../../daemon/base/clock.ts';
import type { Logger } from '../../../../daemon/base/logger.ts';
import { QrReader } from '../../../../daemon/scan/qr.ts';
import { eventually } from '../../../support/eventually.ts';
import { FRONT } from '../served-backend.ts';

export interface CreatedPass {
  tokenId: string;
  passId: string;
  url: string;
  secret: string;
}

/** The system's clock, moved by as much as a test likes. */
export class MovedClock implements Clock {
  movedMs = 0;
  #stoppedMs: number | undefined;

  /** Lets no time pass on the monotonic clock, however slow the machine. */
  stop(): void {
    this.#stoppedMs = this.monotonicMs() - this.movedMs;
  }

  go(): void {
    this.#stoppedMs = undefined;
  }

  wallMs(): number {
    return systemClock.wallMs() + this.movedMs;
  }

  monotonicMs(): number {
    return (this.#stoppedMs ?? systemClock.monotonicMs()) + this.movedMs;
  }

  after(delayMs: number, run: () => void): ReturnType<Clock['after']> {
    return systemClock.after(delayMs, run);
  }
}

/** A backend that issues passes, seen from a visitor's browser and from the door. */
export class PassSite {
  readonly clock: MovedClock;
  readonly backend: Backend;
  readonly url: string;
  readonly adminKey: string;
  readonly doorKey: string;
  /** All that the backend logged. */
  readonly logged: string[];
  readonly reader: QrReader;
  #nonces = 0;

  private constructor(parts: Pick<PassSite, 'clock' | 'backend' | 'url' | 'logged' | 'reader'>) {
    this.clock = parts.clock;
    this.backend = parts.backend;
    this.url = parts.url;
    this.logged = parts.logged;
    this.reader = parts.reader;
    this.adminKey = parts.backend.createApiKey('admin');
    this.doorKey = parts.backend.createApiKey('door');
  }

  static async open(): Promise<PassSite> {
    const clock = new MovedClock();
    const logged: string[] = [];
    const backend = await Backend.open({ clock, log: loggerInto(logged) });
    backend.addDoor({ uuid: FRONT, name: 'Front door' });
    const { url } = await backend.listen({ host: '127.0.0.1', port: 0 });
    return new PassSite({ clock, backend, url, logged, reader: await QrReader.open({ clock: systemClock, deadlineMs: 10_000 }) });
  }

  async post(path: string, body: object, key?: string): Promise<{ status: number; body: Record<string, unknown> }> {
    const auth = key === undefined ? {} : { 'x-auth-scheme': 'api-token', 'x-auth-apikey': key };
    const response = await fetch(this.url + path, { method: 'POST', headers: { ...auth, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() as Record<string, unknown> };
  }

  async pass(request: Partial<IssueRequest> = {}): Promise<CreatedPass> {
    const { tokenId } = this.backend.issue({ doors: [FRONT], validS: 7_200, rotating: true, ...request });
    return this.passFor(tokenId);
  }

  async passFor(tokenId: string): Promise<CreatedPass> {
    const { status, body } = await this.post('/api/accesscontrol/qr/createWebPass', { accessTokenUuid: tokenId }, this.adminKey);
    if (status !== 200) throw new Error(String(body.code));
    const url = String(body.passUrl);
    return { tokenId, passId: String(body.passUuid), url, secret: url.split('#')[1] ?? '' };
  }

  /** What the front door is told about a code. */
  async verdict(code: string): Promise<string> {
    const nonce = String(++this.#nonces).padStart(26, '0');
    const { body } = await this.post('/api/accesscontrol/qr/validateQRAccessCode', { nonce, doorUuid: FRONT, code, timestampMs: this.clock.wallMs() }, this.doorKey);
    return String(body.reason ?? body.verdict);
  }

  /** The codes that the door's own reader finds in what the visitor sees. */
  async seen(page: Page): Promise<string[]> {
    const { data, info } = await sharp(await page.screenshot()).removeAlpha().greyscale().raw().toBuffer({ resolveWithObject: true });
    const { codes } = await this.reader.read({ seq: 1, arrivedMs: 0, width: info.width, height: info.height, luma: new Uint8Array(data) });
    return codes.map((code) => code.text);
  }

  /** Resolves when the door opens for what the visitor sees; on a slow machine a code may be past before it is read. */
  async opensFor(page: Page): Promise<string> {
    return eventually('the door opens', async () => {
      for (const code of await this.seen(page)) if (await this.verdict(code) === 'granted') return code;
      return undefined;
    });
  }

  async close(): Promise<void> {
    await this.reader.close();
    await this.backend.close();
  }
}

export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true, timezoneId: 'Europe/Berlin', locale: 'en-GB' } as const;

/** Opens a pass's link and puts it on this "phone". */
export async function tap(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole('button', { name: 'Put this pass on this phone' }).click();
  await page.locator('#pass').waitFor();
  await page.evaluate('navigator.serviceWorker.ready');
  return page;
}

function loggerInto(lines: string[]): Logger {
  const take = (message: string, facts?: object): void => void lines.push(`${message} ${JSON.stringify(facts ?? {})}`);
  return { debug: take, info: take, warn: take, error: take };
}
