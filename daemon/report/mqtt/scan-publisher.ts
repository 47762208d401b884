import type { StoredEvent } from '../../base/events.ts';
import { mustBeOfBroker, type BrokerConnection } from './broker-connection.ts';
import { scanPayload } from './last-attempt.ts';

/** How many may be on their way to a slow broker; more are dropped, for the events topic has them all [S9]. */
const MAX_ON_THEIR_WAY = 16;

/** Tells attempts at the moment they happen, in a line a person reads: telemetry, which nobody is sent later. */
export class ScanPublisher {
  readonly #topic: string;
  #connection: BrokerConnection | undefined;
  #onTheirWay = 0;

  constructor({ topic }: { topic: string }) {
    this.#topic = topic;
  }

  start(events: { onStored(listener: (event: StoredEvent) => void): void }): void {
    events.onStored((event) => this.#stored(event));
  }

  begin(connection: BrokerConnection): void {
    this.#connection = connection;
  }

  end(): void {
    this.#connection = undefined;
  }

  #stored(event: StoredEvent): void {
    if (!this.#connection || this.#onTheirWay >= MAX_ON_THEIR_WAY) return;
    const payload = scanPayload(event);
    if (!payload) return;
    this.#onTheirWay++;
    void this.#connection.publish(this.#topic, JSON.stringify(payload)).catch(mustBeOfBroker).finally(() => this.#onTheirWay--);
  }
}
