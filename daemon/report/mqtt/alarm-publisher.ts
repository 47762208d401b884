import type { AlarmChange, AlarmName, Alarms } from '../../base/alarm.ts';
import { PosternError } from '../../base/errors.ts';
import type { BrokerConnection } from './broker-connection.ts';
import type { AlarmPayload } from './payloads.ts';

/** Every alarm there is: each has its topic from the first connection on, so that one retained from before a restart does not stand for ever. */
const names: Record<AlarmName, true> = {
  'forced': true, 'held-open': true, 'lockdown': true, 'tamper': true, 'log-tampered': true, 'list-stale': true, 'clock-unverified': true,
  'camera-dead': true, 'disk-filling': true, 'broker-lost': true, 'backend-lost': true, 'denials-in-a-row': true, 'relay-fault': true, 'rex-stuck': true,
};
export const alarmNames = Object.keys(names) as AlarmName[];

/** Keeps one retained topic an alarm: whether it stands, how grave it is, since when, and when it was cleared. */
export class AlarmPublisher {
  readonly #topicOf: (name: string) => string;
  readonly #alarms: Alarms;
  readonly #last = new Map<AlarmName, AlarmChange>();
  #connection: BrokerConnection | undefined;

  constructor({ alarms, topicOf }: { alarms: Alarms; topicOf: (name: string) => string }) {
    this.#alarms = alarms;
    this.#topicOf = topicOf;
  }

  start(): void {
    for (const alarm of this.#alarms.active()) this.#last.set(alarm.name, { alarm });
    this.#alarms.onChange((change) => {
      this.#last.set(change.alarm.name, change);
      this.#publish(change.alarm.name);
    });
  }

  begin(connection: BrokerConnection): void {
    this.#connection = connection;
    for (const name of alarmNames) this.#publish(name);
  }

  end(): void {
    this.#connection = undefined;
  }

  #publish(name: AlarmName): void {
    const payload = JSON.stringify(alarmPayload(name, this.#last.get(name)));
    // What a connection takes along when it ends is published anew on the next.
    this.#connection?.publish(this.#topicOf(name), payload, { retain: true }).catch(mustBeOfBroker);
  }
}

export function alarmPayload(name: AlarmName, change: AlarmChange | undefined): AlarmPayload {
  if (!change) return { name, active: false, severity: null, text: '', sinceMs: null, clearedAtMs: null };
  const { alarm: { severity, text, sinceMs }, clearedAtMs } = change;
  return { name, active: clearedAtMs === undefined, severity, text, sinceMs, clearedAtMs: clearedAtMs ?? null };
}

function mustBeOfBroker(thrown: unknown): void {
  if (!(thrown instanceof PosternError)) throw thrown;
}
