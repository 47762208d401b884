import { systemClock } from '../../daemon/base/clock.ts';
import type { EventDraft } from '../../daemon/base/events.ts';
import { ruuidOf, systemRandom, ulid } from '../../daemon/base/ids.ts';
import { silentLogger } from '../../daemon/base/logger.ts';
import { StatusBoard } from '../../daemon/base/status.ts';
import { MqttReport } from '../../daemon/report/mqtt/mqtt-report.ts';
import { doorTopics } from '../../daemon/report/mqtt/topics.ts';
import { FleetLog } from './fleet-log.ts';

export interface FleetDoorOptions {
  number: number;
  prefix: string;
  /** Tried in turn, from the door's own place in it on. */
  brokers: readonly string[];
  version: '3.1.1' | '5';
}

/** A door as the broker sees one: the daemon's own connection, outbox and reports; nobody decides and nothing moves. */
export class FleetDoor {
  readonly uuid: string;
  readonly status = new StatusBoard(systemClock);
  readonly #log = new FleetLog();
  readonly #report: MqttReport;
  #upAtMs: number | undefined;
  #lostTimes = 0;

  constructor({ number, prefix, brokers, version }: FleetDoorOptions) {
    this.uuid = ruuidOf(systemRandom(16));
    const startedAtMs = systemClock.wallMs();
    const own = number % brokers.length;
    const topics = doorTopics(prefix, this.uuid);
    this.status.onChange((part, now) => {
      if (part === 'mqtt') this.#linkIs(now.state === 'ok');
    });
    this.#report = new MqttReport({
      access: { brokers: [...brokers.slice(own), ...brokers.slice(0, own)], login: () => ({ tls: {} }), version, keepaliveS: 15, connectTimeoutMs: 10_000 },
      doorUuid: this.uuid, topics, events: this.#log, state: this.#log.state, clock: systemClock, status: this.status, log: silentLogger,
      facts: () => ({
        doorUuid: this.uuid, name: `Door ${number}`, version: 'fleet', atMs: systemClock.wallMs(), startedAtMs,
        door: { state: 'locked', contact: 'closed', rex: 'idle', lockdownBy: undefined, passage: undefined },
        clock: 'verified', parts: this.status.all(), alarms: [], list: undefined, head: this.#log.head(),
      }),
      homeAssistant: { door: undefined, prefix: '', statusTopic: '' },
      picture: { isOn: false, readPicture: () => Promise.resolve(undefined) },
    });
    this.#report.start();
  }

  /** Monotonic milliseconds since when it is connected; undefined: it is not. */
  get upAtMs(): number | undefined {
    return this.#upAtMs;
  }

  /** How many connections it has lost. */
  get lostTimes(): number {
    return this.#lostTimes;
  }

  /** Events that no broker has acknowledged. */
  get waiting(): number {
    return this.#report.outbox.waiting;
  }

  /** Someone shows a code. The id of the event. */
  scan(): string {
    const id = ulid(systemClock.wallMs(), systemRandom);
    const draft: EventDraft = { type: 'access-denied', attemptId: id, tokenId: ruuidOf(systemRandom(16)), source: 'local', reason: 'expired' };
    this.#log.append({ ...draft, id, atMs: Math.floor(systemClock.wallMs()), doorUuid: this.uuid, clock: 'verified' });
    return id;
  }

  #linkIs(up: boolean): void {
    if (!up && this.#upAtMs !== undefined) this.#lostTimes++;
    this.#upAtMs = up ? (this.#upAtMs ?? systemClock.monotonicMs()) : undefined;
  }

  async stop(): Promise<void> {
    await this.#report.stop();
    this.#log.close();
  }
}
