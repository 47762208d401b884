import { connectAsync, type MqttClient } from 'mqtt';
import { readTopic, siteFilter } from '../../daemon/report/mqtt/topics.ts';

/** Whoever gathers a site's events: one connection with a session that the broker keeps, so that it is told what it missed. */
export class SiteEar {
  /** How often each event arrived, by its id. */
  readonly arrived = new Map<string, number>();
  /** Events that arrived for the first time after a later one of their door. */
  outOfOrder = 0;
  readonly #lastSeq = new Map<string, number>();
  readonly #client: MqttClient;

  private constructor(client: MqttClient, prefix: string) {
    this.#client = client;
    client.on('message', (topic, payload) => this.#take(prefix, topic, payload));
  }

  static async at(url: string, prefix: string): Promise<SiteEar> {
    const client = await connectAsync(url, { clientId: `site-ear-${prefix.replaceAll('/', '-')}`, clean: false, reconnectPeriod: 500, protocolVersion: 4 });
    const ear = new SiteEar(client, prefix);
    await client.subscribeAsync(siteFilter(prefix, 'events'), { qos: 1 });
    return ear;
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #take(prefix: string, topic: string, payload: Buffer): void {
    const doorUuid = readTopic(prefix, topic)?.doorUuid;
    const { id, seq } = JSON.parse(payload.toString()) as { id: string; seq: number };
    const times = this.arrived.get(id) ?? 0;
    this.arrived.set(id, times + 1);
    if (doorUuid === undefined || times > 0) return;
    const last = this.#lastSeq.get(doorUuid) ?? 0;
    if (seq < last) this.outOfOrder++;
    this.#lastSeq.set(doorUuid, Math.max(last, seq));
  }
}
