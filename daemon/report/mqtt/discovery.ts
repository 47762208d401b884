import { z } from 'zod';
import type { Clock, Timer } from '../../base/clock.ts';
import type { DurableState } from '../../base/durable-state.ts';
import type { Logger } from '../../base/logger.ts';
import type { Arrived, BrokerConnection } from './broker-connection.ts';
import { discoveryPayload, discoveryTopic, platformsOf, type DiscoveryPayload, type HomeAssistantDoor } from './home-assistant.ts';
import { NewestTeller } from './newest-teller.ts';

export interface DiscoveryOptions {
  /** Read at each telling. Undefined: discovery is off. */
  door: (() => HomeAssistantDoor) | undefined;
  doorUuid: string;
  prefix: string;
  statusTopic: string;
  state: DurableState;
  clock: Clock;
  log: Logger;
  /** 0 ≤ r < 1, for the jitter. */
  jitter?: () => number;
  /** Home Assistant has started: what it shows is to be told anew. */
  onBirth: () => void;
}

const KEY = 'mqtt-discovery';
/** Home Assistant starts for all doors at once: they answer within this. */
const BIRTH_WITHIN_MS = 5_000;

/** What Home Assistant has been told of this door, to be taken back when it no longer holds. */
const toldSchema = z.object({ topic: z.string(), platforms: z.record(z.string(), z.string()) });
type Told = z.output<typeof toldSchema>;

/** Announces the door to Home Assistant, again when that has started anew, and takes back what is no longer so. */
export class Discovery {
  readonly #o: DiscoveryOptions;
  readonly #teller: NewestTeller;
  #birth: Timer | undefined;

  constructor(options: DiscoveryOptions) {
    this.#o = options;
    this.#teller = new NewestTeller({ ...options, gatherMs: 0, tell: (connection) => this.#tell(connection) });
  }

  /** What is to be listened to; nothing while discovery is off. */
  get listensTo(): string[] {
    return this.#o.door ? [this.#o.statusTopic] : [];
  }

  begin(connection: BrokerConnection): void {
    this.#teller.begin(connection);
  }

  end(): void {
    this.#birth?.cancel();
    this.#birth = undefined;
    this.#teller.end();
  }

  /** https://www.home-assistant.io/integrations/mqtt/#birth-and-last-will-messages; a retained one only says that it is there. */
  arrived({ topic, payload, retain }: Arrived): void {
    if (topic !== this.#o.statusTopic || retain || payload.toString() !== 'online') return;
    const { clock, jitter = Math.random, onBirth } = this.#o;
    this.#birth ??= clock.after(jitter() * BIRTH_WITHIN_MS, () => {
      this.#birth = undefined;
      this.#teller.changed();
      onBirth();
    });
  }

  idle(): Promise<void> {
    return this.#teller.idle();
  }

  async #tell(connection: BrokerConnection): Promise<void> {
    const { door, doorUuid, prefix, state } = this.#o;
    const told = toldSchema.safeParse(state.get(KEY)).data;
    const now = door && { topic: discoveryTopic(prefix, doorUuid), payload: discoveryPayload(door()) };
    // An empty retained message takes a device away.
    if (told && told.topic !== now?.topic) await connection.publish(told.topic, '', { retain: true });
    if (now) {
      const gone = told?.topic === now.topic ? goneOf(told, now.payload) : {};
      await connection.publish(now.topic, JSON.stringify({ ...now.payload, cmps: { ...now.payload.cmps, ...gone } }), { retain: true });
    }
    const tells = now && { topic: now.topic, platforms: platformsOf(now.payload) };
    if (JSON.stringify(tells) !== JSON.stringify(told)) await state.set(KEY, tells ?? null);
  }
}

/** An entity whose platform alone is told is taken away: https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload */
function goneOf({ platforms }: Told, { cmps }: DiscoveryPayload): Record<string, { p: string }> {
  return Object.fromEntries(Object.entries(platforms).filter(([id]) => !(id in cmps)).map(([id, p]) => [id, { p }]));
}
