import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { eventually } from './eventually.ts';

export interface Heard {
  topic: string;
  payload: Buffer;
  retain: boolean;
}

/** Somebody at a broker who listens to all they may, and can publish. */
export class BrokerEar {
  readonly heard: Heard[] = [];
  readonly client: MqttClient;

  private constructor(client: MqttClient) {
    this.client = client;
    client.on('message', (topic, payload, { retain }) => this.heard.push({ topic, payload, retain }));
  }

  static async at(url: string, options: IClientOptions & { topics?: string[]; qos?: 0 | 1 } = {}): Promise<BrokerEar> {
    const { topics = ['#'], qos = 1, ...more } = options;
    const ear = new BrokerEar(await connectAsync(url, { reconnectPeriod: 0, ...more }));
    if (topics.length > 0) await ear.client.subscribeAsync(topics, { qos });
    return ear;
  }

  /** What was heard on a topic that ends so, as JSON. */
  json<T>(topicEnd: string): T[] {
    return this.heard.filter(({ topic, payload }) => topic.endsWith(topicEnd) && payload.length > 0).map(({ payload }) => JSON.parse(payload.toString()) as T);
  }

  /** The last text heard on a topic that ends so. */
  last(topicEnd: string): string | undefined {
    return this.heard.findLast(({ topic }) => topic.endsWith(topicEnd))?.payload.toString();
  }

  /** The first message on a topic that ends so for which `fits` holds, now or soon. */
  hears<T>(topicEnd: string, fits: (payload: T) => boolean = () => true): Promise<T> {
    return eventually(`a message on ${topicEnd}`, () => this.json<T>(topicEnd).find(fits));
  }

  /** As Home Assistant and people do it: QoS 0, not retained, unless told. */
  async publish(topic: string, payload: string | Buffer, options: { retain?: boolean; qos?: 0 | 1 } = {}): Promise<void> {
    await this.client.publishAsync(topic, payload, options);
  }

  close(): Promise<void> {
    return this.client.endAsync(true);
  }
}
