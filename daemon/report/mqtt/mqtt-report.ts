import type { Alarms } from '../../base/alarm.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import type { DurableState } from '../../base/durable-state.ts';
import { InFlight } from '../../base/in-flight.ts';
import type { Logger } from '../../base/logger.ts';
import type { StatusBoard } from '../../base/status.ts';
import type { NewestInLog, PassedOnLog } from '../log-place.ts';
import { AlarmPublisher } from './alarm-publisher.ts';
import { logUnlessLost, type BrokerConnection } from './broker-connection.ts';
import { BrokerLink, type BrokerLinkOptions } from './broker-link.ts';
import { Discovery, type DiscoveryOptions } from './discovery.ts';
import { EventPublisher } from './event-publisher.ts';
import { LastAttempt } from './last-attempt.ts';
import { NewestTeller } from './newest-teller.ts';
import { availabilityPayloads } from './payloads.ts';
import { PicturePublisher, type PicturePublisherOptions } from './picture-publisher.ts';
import { ScanPublisher } from './scan-publisher.ts';
import { statePayload, type StateFacts } from './state-payload.ts';
import type { DoorTopics } from './topics.ts';

/** How the brokers are reached; the same for what is told and for commands. */
export type BrokerAccess = Pick<BrokerLinkOptions, 'brokers' | 'login' | 'version' | 'keepaliveS' | 'connectTimeoutMs' | 'jitter'>;

export interface MqttReportOptions {
  access: BrokerAccess;
  doorUuid: string;
  topics: DoorTopics;
  events: PassedOnLog & NewestInLog;
  state: DurableState;
  /** The state of the door and its parts; what is known here is added. */
  facts: () => Omit<StateFacts, 'outbox' | 'lastAttempt'>;
  alarms?: Alarms | undefined;
  homeAssistant: Pick<DiscoveryOptions, 'door' | 'prefix' | 'statusTopic'>;
  picture: Pick<PicturePublisherOptions, 'isOn' | 'readPicture'>;
  clock: Clock;
  status: StatusBoard;
  log: Logger;
}

/** What is told on a connection, anew on each. */
interface Teller {
  begin(connection: BrokerConnection): void;
  end(): void;
}

/** Parts of the daemon that change at the same moment are told in one. */
const STATE_GATHER_MS = 200;
/** For what changes without anybody's telling. */
const STATE_EVERY_MS = 60_000;
/** Nothing of what this connection listens to is longer. */
const MAX_PACKET_BYTES = 16_384;
const PART = 'mqtt';

/** What leaves the door by MQTT: availability, state, events, alarms, the last picture, Home Assistant's discovery. */
export class MqttReport {
  readonly #o: MqttReportOptions;
  readonly #link: BrokerLink;
  readonly #events: EventPublisher;
  readonly #state: NewestTeller;
  readonly #scans: ScanPublisher;
  readonly #lastAttempt: LastAttempt;
  readonly #picture: PicturePublisher;
  readonly #discovery: Discovery;
  readonly #alarms: AlarmPublisher | undefined;
  readonly #tellers: Teller[];
  readonly #inFlight = new InFlight();
  #connection: BrokerConnection | undefined;
  #refresh: Timer | undefined;

  constructor(options: MqttReportOptions) {
    const { access, topics, alarms, homeAssistant, picture, status } = options;
    this.#o = options;
    this.#events = new EventPublisher(options);
    this.#state = new NewestTeller({ ...options, gatherMs: STATE_GATHER_MS, tell: (connection) => connection.publish(topics.state, this.#stateText(), { retain: true }) });
    this.#lastAttempt = new LastAttempt(options.events);
    this.#scans = new ScanPublisher({ topic: topics.scan });
    this.#picture = new PicturePublisher({ ...options, ...picture, topic: topics.picture });
    this.#discovery = new Discovery({ ...options, ...homeAssistant, ...(access.jitter && { jitter: access.jitter }), onBirth: () => this.#state.changed() });
    this.#alarms = alarms && new AlarmPublisher({ alarms, topicOf: (name) => topics.alarm(name) });
    // What a person sees first goes first; of events there may be thousands.
    this.#tellers = [this.#discovery, this.#state, ...(this.#alarms ? [this.#alarms] : []), this.#picture, this.#scans, this.#events];
    this.#link = new BrokerLink({
      ...access, clock: options.clock, clientId: `postern-${options.doorUuid}`, maxPacketBytes: MAX_PACKET_BYTES,
      will: { topic: topics.availability, payload: availabilityPayloads.offline },
      report: (state, reason) => status.report(PART, state, reason),
      onUp: (connection) => this.#begin(connection),
      onDown: () => this.#end(),
    });
  }

  start(): void {
    const { events, status, alarms } = this.#o;
    this.#events.start();
    this.#scans.start(events);
    this.#picture.start();
    this.#alarms?.start();
    const changed = (): void => this.#state.changed();
    events.onStored(changed);
    status.onChange(changed);
    alarms?.onChange(changed);
    this.#link.start();
  }

  /** Events that no broker has yet. */
  get outbox(): EventPublisher['outbox'] {
    return this.#events.outbox;
  }

  /** Resolves when nothing is being written down or read; what a broker has not acknowledged is not waited for. */
  async idle(): Promise<void> {
    await this.#events.idle();
  }

  /** Says that the door is going, for two seconds at most in all, whatever the broker does. */
  async stop(): Promise<void> {
    await this.#sayOffline();
    await this.#link.stop();
    this.#end();
    await this.#events.stop();
    await this.#inFlight.idle();
  }

  #begin(connection: BrokerConnection): void {
    const { topics, clock } = this.#o;
    this.#connection = connection;
    this.#tell(connection.publish(topics.availability, availabilityPayloads.online, { retain: true }));
    const { listensTo } = this.#discovery;
    if (listensTo.length > 0) {
      connection.onMessage((arrived) => this.#discovery.arrived(arrived));
      this.#tell(connection.subscribe(listensTo));
    }
    for (const teller of this.#tellers) teller.begin(connection);
    const refresh = (): void => {
      this.#state.changed();
      this.#refresh = clock.after(STATE_EVERY_MS, refresh);
    };
    this.#refresh = clock.after(STATE_EVERY_MS, refresh);
  }

  #end(): void {
    this.#connection = undefined;
    this.#refresh?.cancel();
    for (const teller of this.#tellers) teller.end();
  }

  async #sayOffline(): Promise<void> {
    const { topics, clock } = this.#o;
    if (!this.#connection) return;
    const said = this.#connection.publish(topics.availability, availabilityPayloads.offline, { retain: true });
    this.#tell(said);
    await new Promise<void>((resolve) => {
      const late = clock.after(1_000, resolve);
      const done = (): void => {
        late.cancel();
        resolve();
      };
      said.then(done, done);
    });
  }

  #tell(published: Promise<void>): void {
    void this.#inFlight.track(published.catch(logUnlessLost(this.#o.log)));
  }

  #stateText(): string {
    return JSON.stringify(statePayload({ ...this.#o.facts(), outbox: this.#events.outbox, lastAttempt: this.#lastAttempt.payload }));
  }
}
