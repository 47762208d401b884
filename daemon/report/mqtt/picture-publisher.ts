import type { Clock } from '../../base/clock.ts';
import type { StoredEvent } from '../../base/events.ts';
import type { Logger } from '../../base/logger.ts';
import type { NewestInLog } from '../log-place.ts';
import type { BrokerConnection } from './broker-connection.ts';
import { NewestTeller } from './newest-teller.ts';

export interface PicturePublisherOptions {
  topic: string;
  /** Whether the config lets pictures go to the broker. */
  isOn: boolean;
  events: NewestInLog;
  /** A stored JPEG by its path below the evidence folder; undefined when it is gone. */
  readPicture: (file: string) => Promise<Buffer | undefined>;
  clock: Clock;
  log: Logger;
}

/** A picture of a scan is some 100 kB; a broker commonly takes a megabyte at least. */
const MAX_BYTES = 1_000_000;
const GATHER_MS = 500;

/**
 * Keeps the newest kept picture on its topic. [S7] Only what is stored is published, its codes pixelated. When that picture is
 * deleted on the door, or pictures are no longer to go to the broker, an empty message takes it away there.
 */
export class PicturePublisher {
  readonly #o: PicturePublisherOptions;
  readonly #teller: NewestTeller;
  #newest: { file: string; attemptId: string; atMs: number } | undefined;

  constructor(options: PicturePublisherOptions) {
    this.#o = options;
    this.#teller = new NewestTeller({ ...options, gatherMs: GATHER_MS, tell: (connection) => this.#tell(connection) });
  }

  start(): void {
    const { isOn, events } = this.#o;
    if (!isOn) return;
    const [last] = events.query({ types: ['evidence-stored'], newestFirst: true, limit: 1 });
    if (last) this.#see(last);
    events.onStored((event) => {
      if (this.#see(event)) this.#teller.changed();
    });
  }

  begin(connection: BrokerConnection): void {
    this.#teller.begin(connection);
  }

  end(): void {
    this.#teller.end();
  }

  idle(): Promise<void> {
    return this.#teller.idle();
  }

  /** Whether the event is about the newest picture, or brings one. */
  #see(event: StoredEvent): boolean {
    if (event.type === 'evidence-stored') {
      // The approach shows a passer-by, the entry a back.
      const scan = event.pictures.find(({ kind }) => kind === 'scan');
      if (scan) this.#newest = { file: scan.file, attemptId: event.attemptId, atMs: event.atMs };
      return scan !== undefined;
    }
    if (event.type !== 'evidence-deleted' || !this.#newest) return false;
    const isGone = event.attemptId === undefined ? event.throughMs >= this.#newest.atMs : event.attemptId === this.#newest.attemptId;
    if (isGone) this.#newest = undefined;
    return isGone;
  }

  async #tell(connection: BrokerConnection): Promise<void> {
    const { topic, readPicture } = this.#o;
    const picture = this.#newest && await readPicture(this.#newest.file);
    const payload = picture && picture.length <= MAX_BYTES ? picture : '';
    await connection.publish(topic, payload, { retain: true });
  }
}
