import { mqtt, type MqttConfig } from '../../../../config/sections/mqtt.ts';
import type { App } from '../../../../daemon/app.ts';
import { systemClock, type Clock } from '../../../../daemon/base/clock.ts';
import { doorTopics, type DoorTopics } from '../../../../daemon/report/mqtt/topics.ts';
import { eventually } from '../../../support/eventually.ts';
import { OwnDoor } from '../../../support/own-door.ts';

type Parts = Omit<NonNullable<Parameters<OwnDoor['start']>[0]>, 'config'>;

/** A door of real parts whose config names a broker. */
export class DoorAtBroker {
  readonly own: OwnDoor;
  app: App | undefined;

  private constructor(own: OwnDoor) {
    this.own = own;
  }

  static async open({ clock = systemClock }: { clock?: Clock } = {}): Promise<DoorAtBroker> {
    return new DoorAtBroker(await OwnDoor.open({ clock }));
  }

  async start(config: { brokers: string[] } & Partial<MqttConfig>, parts: Parts = {}): Promise<App> {
    this.app = await this.own.start({ config: { mqtt: mqtt.parse(config) }, ...parts });
    return this.app;
  }

  get doorUuid(): string {
    const [event] = this.running.events.query({ limit: 1 });
    if (!event) throw new Error('no event yet');
    return event.doorUuid;
  }

  get topics(): DoorTopics {
    return doorTopics('postern', this.doorUuid);
  }

  get running(): App {
    if (!this.app) throw new Error('the door was not started');
    return this.app;
  }

  /** The reason that the status gives for a part, once it fits. */
  says(part: string, fits: RegExp): Promise<string> {
    return eventually(`the status of ${part} to be ${String(fits)}, and it is ${this.running.status.get(part)?.reason}`, () => {
      const reason = this.running.status.get(part)?.reason;
      return reason !== undefined && fits.test(reason) ? reason : undefined;
    });
  }

  connected(): Promise<string> {
    return this.says('mqtt', /^Connected/);
  }

  async close(): Promise<void> {
    await this.own.close();
  }
}
