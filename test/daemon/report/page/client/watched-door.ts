import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { loadConfig } from '../../../../../config/load.ts';
import type { AppOptions } from '../../../../../daemon/parts/app-options.ts';
import { systemClock, type Clock } from '../../../../../daemon/base/clock.ts';
import type { Role } from '../../../../../daemon/report/page/api.ts';
import { openChromium } from '../../../../support/chromium.ts';
import { eventually } from '../../../../support/eventually.ts';
import { OwnDoor, pageAt } from '../../../../support/own-door.ts';
import { qrPicture } from '../../../../support/qr-picture.ts';
import { addUsers, PASSWORD } from '../page-reader.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const PHONE: BrowserContextOptions = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
export const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };

const ourDoor = loadConfig(fileURLToPath(new URL('../../../../../../fixtures/configs/door.yaml', import.meta.url))).door;

/** The time at which the site's tokens are valid, running. */
const startedMs = systemClock.monotonicMs();
const siteClock: Clock = { ...systemClock, wallMs: () => Date.parse('2026-03-02T09:00:00Z') + Math.floor(systemClock.monotonicMs() - startedMs) };

/** The real daemon with a door of its own, and browsers that look at its page. */
export class WatchedDoor {
  readonly door: OwnDoor;
  readonly #browser: Browser;
  readonly #parts: Partial<AppOptions>;
  #port = 0;
  #film: NodeJS.Timeout | undefined;
  /** What browsers complained of, and what they asked other machines for. */
  readonly complaints: string[] = [];

  private constructor(door: OwnDoor, browser: Browser, parts: Partial<AppOptions>) {
    this.door = door;
    this.#browser = browser;
    this.#parts = parts;
  }

  /** Undefined where there is no browser. */
  static async open(name = 'Front door', parts: Partial<AppOptions> = {}): Promise<WatchedDoor | undefined> {
    const browser = await openChromium();
    if (!browser) return undefined;
    const door = await OwnDoor.open({ clock: siteClock });
    await addUsers(door.stateDir);
    const watched = new WatchedDoor(door, browser, parts);
    await watched.start(name);
    return watched;
  }

  /** On the same port each time, so that a page that is open finds it again. */
  async start(name = 'Front door'): Promise<void> {
    const app = await this.door.start({ config: { http: pageAt(this.#port), door: { ...ourDoor, name } }, ...this.#parts });
    this.#port = Number(new URL(app.pageUrl ?? '').port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** A browser of its own at the page, logged in where a role is named. */
  async look(role?: Role, options: BrowserContextOptions = DESK): Promise<Page> {
    const context = await this.#browser.newContext(options);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => this.complaints.push(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(this.url) && !request.url().startsWith('data:')) this.complaints.push(`asks for ${request.url()}`);
    });
    await page.goto(this.url);
    await page.locator('#content').waitFor();
    if (role) await logIn(page, role);
    return page;
  }

  /** A code is held up until an attempt comes of it: on a busy machine a picture may be too old when it is looked at [S4]. */
  async attempt(text: string): Promise<void> {
    const count = (): number => this.door.events().filter(({ type }) => /^access-(granted|denied|unavailable)$/.test(type)).length;
    const before = count();
    await eventually('an attempt', async () => {
      await this.door.show(text);
      return count() > before || undefined;
    });
  }

  /** A code is held up until `stopFilm`. */
  async film(text: string): Promise<void> {
    const picture = await qrPicture(text, { scale: 3 });
    this.#film = setInterval(() => this.door.camera.show(picture), 100);
  }

  stopFilm(): void {
    clearInterval(this.#film);
  }

  async close(): Promise<void> {
    this.stopFilm();
    await this.#browser.close();
    await this.door.close();
  }
}

export async function logIn(page: Page, role: Role, password = PASSWORD): Promise<void> {
  await page.locator('#log-in').click();
  await page.getByLabel('Name').fill(role);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await page.locator('#login').waitFor({ state: 'hidden' });
  await page.locator('#log-out').waitFor();
}

/** What axe-core finds wrong with the page as it is, each with where; the policy of the page lets it in by the debugger alone. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate('axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ": " + html.slice(0, 160) + " " + failureSummary)))');
}

/** By how many pixels the page is wider than the screen. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth');
}
