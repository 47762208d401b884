import { alarmNames, type AlarmChange, type AlarmName, type Alarms } from '../../base/alarm.ts';
import { mustBeOfBroker, type BrokerConnection } from './broker-connection.ts';
import type { AlarmPayload } from './payloads.ts';

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
    // One that is retained from before a restart must not stand for ever.
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
