import { join } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import type { RandomSource } from '../../base/ids.ts';
import { InFlight } from '../../base/in-flight.ts';
import type { Logger } from '../../base/logger.ts';
import { Alerts } from '../alerts/alerts.ts';
import type { AlertSettings } from '../alerts/alert-settings.ts';
import { WebhookOutbox, type Webhook } from '../alerts/webhook-outbox.ts';
import { WebhookSender } from '../alerts/webhook-sender.ts';
import type { SharedCommits } from '../shared-commits.ts';
import type { Store } from '../store.ts';
import { EventFinder } from './event-finder.ts';
import { EventIntake, type EventIntakeOptions } from './event-intake.ts';
import { EventStore } from './event-store.ts';
import { PictureFiles } from './picture-files.ts';
import { Pictures } from './pictures.ts';
import { deleteOld, type EventRetention } from './retention.ts';

/** What of the config is about events and alerts. */
export interface ReportSettings {
  /** Absent: nothing is deleted, as in a backend that lives in memory. */
  retention?: EventRetention | undefined;
  /** Absent: nothing is warned of. */
  alerts?: AlertSettings | undefined;
  webhooks?: readonly Webhook[] | undefined;
}

export interface ReportsOptions extends ReportSettings {
  store: Store;
  /** Folder of the backend; absent: in memory, and no pictures are kept. */
  dir: string | undefined;
  clock: Clock;
  random: RandomSource;
  log: Logger;
  commits: SharedCommits;
  countOffline: EventIntakeOptions['countOffline'];
}

const LOOK_EVERY_MS = 60_000;
const TIDY_EVERY_MS = 3_600_000;

/** Everything that comes of what doors report: events, pictures, alerts, webhooks. */
export class Reports {
  readonly intake: EventIntake;
  readonly pictures: Pictures;
  readonly finder: EventFinder;
  readonly #o: ReportsOptions;
  readonly #events: EventStore;
  readonly #alerts: Alerts | undefined;
  readonly #outbox: WebhookOutbox;
  readonly #sender: WebhookSender;
  readonly #inFlight = new InFlight();
  readonly #timers = new Map<string, Timer>();
  #listeningSinceMs: number | undefined;

  constructor(options: ReportsOptions) {
    const { store, clock, random, log, commits, countOffline, dir, alerts: settings } = options;
    this.#o = options;
    this.#events = new EventStore(store);
    this.#outbox = new WebhookOutbox({ store, clock, log, webhooks: options.webhooks ?? [] });
    this.#sender = new WebhookSender({ outbox: this.#outbox, commits, clock, log });
    this.#alerts = settings && new Alerts({ store, clock, random, events: this.#events, outbox: this.#outbox, settings });
    this.pictures = new Pictures({ store, commits, clock, files: dir === undefined ? undefined : new PictureFiles(join(dir, 'evidence')) });
    this.finder = new EventFinder(store);
    this.intake = new EventIntake({ clock, events: this.#events, pictures: this.pictures, alerts: this.#alerts, countOffline });
  }

  /** Begins to send webhooks, to watch for silent doors and to delete what is old: what one process does alone. */
  start(): void {
    if (this.#listeningSinceMs !== undefined) return;
    const sinceMs = this.#listeningSinceMs = this.#o.clock.wallMs();
    this.#sender.start();
    this.#every('silence', LOOK_EVERY_MS, LOOK_EVERY_MS, () => this.#o.commits.run(() => this.#alerts?.lookAtSilence(sinceMs)));
    this.#every('tidy', LOOK_EVERY_MS, TIDY_EVERY_MS, () => this.#tidy());
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    await this.#sender.stop();
    await this.#inFlight.idle();
  }

  /** Resolves when no webhook is being sent and nothing is being deleted. */
  async idle(): Promise<void> {
    await this.#sender.idle();
    await this.#inFlight.idle();
  }

  async #tidy(): Promise<void> {
    const { retention: limits, clock, commits } = this.#o;
    if (limits) await deleteOld({ clock, commits, events: this.#events, pictures: this.pictures, limits });
    await commits.run(() => this.#outbox.prune());
  }

  #every(name: string, firstMs: number, everyMs: number, work: () => Promise<unknown>): void {
    this.#timers.set(name, this.#o.clock.after(firstMs, () => {
      this.#every(name, everyMs, everyMs, work);
      void this.#inFlight.track(work().catch((thrown: unknown) => this.#o.log.error(`The backend's upkeep failed and is tried again: ${messageOf(thrown)}`)));
    }));
  }
}
