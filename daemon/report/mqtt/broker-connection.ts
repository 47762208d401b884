import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type SecureContextOptions } from 'node:tls';
import type { IClientOptions, MqttClient } from 'mqtt';
import { PosternError } from '../../base/errors.ts';
import { bareHost, serverName } from '../../base/host-name.ts';
import type { Logger } from '../../base/logger.ts';
import { brokerFaultOf, type BrokerFault } from './broker-fault.ts';
import { PacketSizeWatch } from './packet-size-watch.ts';

/** Who this is to the broker: read anew for each connection, for certificates and passwords are renewed. */
export interface BrokerLogin {
  /** For mqtts:// alone. */
  tls: SecureContextOptions;
  user?: string | undefined;
  password?: string | undefined;
}

export interface BrokerConnectOptions {
  /** mqtts://HOST[:PORT] or mqtt://HOST[:PORT]. */
  url: string;
  clientId: string;
  login: BrokerLogin;
  version: '3.1.1' | '5';
  keepaliveS: number;
  connectTimeoutMs: number;
  /** Published by the broker when the door goes without a word; retained, QoS 1. */
  will?: { topic: string; payload: string };
  /** Of what the broker sends [S9]. */
  maxPacketBytes: number;
}

export interface Arrived {
  topic: string;
  payload: Buffer;
  retain: boolean;
}

/** What a broker takes at a time by itself; one of version 5 may take less. */
const RECEIVE_MAXIMUM = 65_535;

/** One connection, from the broker's yes to its end. Nothing is queued for a next one. */
export class BrokerConnection {
  /** How many publishes may wait for their acknowledgement (MQTT 5 §3.3.4). */
  readonly receiveMaximum: number;
  /** Resolves when it is over, whoever ended it. */
  readonly ended: Promise<BrokerFault>;
  readonly #client: MqttClient;
  #isUp = true;
  #cause: unknown;

  constructor(client: MqttClient, receiveMaximum: number | undefined, firstFault: () => unknown) {
    this.#client = client;
    this.receiveMaximum = receiveMaximum ?? RECEIVE_MAXIMUM;
    this.ended = new Promise((resolve) => {
      client.once('close', () => {
        this.#isUp = false;
        // Tells those who still wait for an acknowledgement that none comes.
        client.end(true);
        resolve(this.#cause instanceof DroppedConnection ? { kind: 'silent', text: this.#cause.message } : brokerFaultOf(this.#cause ?? firstFault(), true));
      });
    });
    client.on('disconnect', ({ reasonCode }) => (this.#cause ??= { code: reasonCode }));
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /**
   * Resolves when the broker has acknowledged it (QoS 1), or it was handed to the system (QoS 0). Rejects with
   * PosternError: 'broker-lost' when the connection ends before, 'broker-refused' when the broker does not take it.
   */
  publish(topic: string, payload: string | Buffer, { qos = 1, retain = false }: { qos?: 0 | 1; retain?: boolean } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#isUp) return reject(lost());
      this.#client.publish(topic, payload, { qos, retain }, (error) => {
        if (!error) return resolve();
        reject(this.#isUp && 'code' in error ? new PosternError('broker-refused', `The broker does not take what is published to ${topic}: ${error.message}. Check its access list.`) : lost());
      });
    });
  }

  /** QoS 0. Rejects with PosternError: 'broker-lost', or 'broker-refused' when the broker does not allow it. */
  subscribe(topics: string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#isUp) return reject(lost());
      this.#client.subscribe(topics, { qos: 0 }, (error, granted) => {
        const isRefused = granted?.some(({ qos }) => qos >= 128) ?? false;
        if (!error && !isRefused) return resolve();
        reject(this.#isUp ? new PosternError('broker-refused', `The broker does not let this door listen to ${topics.join(', ')}. Check its access list.`) : lost());
      });
    });
  }

  onMessage(listener: (arrived: Arrived) => void): void {
    this.#client.on('message', (topic, payload, { retain }) => listener({ topic, payload, retain }));
  }

  /** Ends it in good order, so that the broker publishes no will; resolves when it is over. */
  close(): Promise<BrokerFault> {
    if (this.#isUp) this.#client.end(false);
    return this.ended;
  }

  /** Ends it at once; the broker publishes the will. `why` is a fault's text. */
  drop(why: string): void {
    this.#cause ??= new DroppedConnection(why);
    // The library ends nothing that it is ending already, and waits for a broker that does not answer.
    this.#client.stream.destroy();
    this.#client.end(true);
  }
}

class DroppedConnection extends Error {}

/** Rejects with a `RefusedConnection`; PosternError('broker-stopped') when `stop` aborts first. */
export async function connectBroker(options: BrokerConnectOptions, stop: AbortSignal): Promise<BrokerConnection> {
  // Loaded by a door that has a broker only.
  const { MqttClient: Client } = await import('mqtt');
  let fault: unknown;
  const client = new Client(() => openStream(options, (error) => (fault ??= error)), clientOptions(options));
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      client.stream.destroy();
      client.end(true);
    };
    stop.addEventListener('abort', giveUp);
    const refused = (): void => {
      stop.removeEventListener('abort', giveUp);
      reject(new RefusedConnection(brokerFaultOf(fault, false)));
    };
    client.on('error', (error) => (fault ??= error));
    client.once('close', refused);
    client.once('connect', ({ properties }) => {
      stop.removeEventListener('abort', giveUp);
      client.off('close', refused);
      resolve(new BrokerConnection(client, properties?.receiveMaximum, () => fault));
    });
    if (stop.aborted) giveUp();
  });
}

export class RefusedConnection extends Error {
  readonly fault: BrokerFault;

  constructor(fault: BrokerFault) {
    super(fault.text);
    this.fault = fault;
  }
}

function clientOptions({ clientId, login, version, keepaliveS, connectTimeoutMs, will, maxPacketBytes }: BrokerConnectOptions): IClientOptions {
  return {
    clientId, clean: true, keepalive: keepaliveS, connectTimeout: connectTimeoutMs, timerVariant: 'native',
    protocolVersion: version === '5' ? 5 : 4,
    // The back-off is the link's, nothing is queued, and publishing does not put off a ping: a half-open link shows.
    reconnectPeriod: 0, resubscribe: false, queueQoSZero: false, reschedulePings: false,
    ...(login.user !== undefined && { username: login.user, password: login.password ?? '' }),
    ...(will && { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1 as const, retain: true } }),
    ...(version === '5' && { properties: { maximumPacketSize: maxPacketBytes } }),
  };
}

function openStream({ url, login, maxPacketBytes }: BrokerConnectOptions, onError: (error: Error) => void): Socket {
  const { protocol, hostname, port } = new URL(url);
  const host = bareHost(hostname);
  const isSecure = protocol === 'mqtts:';
  const place = { host, port: Number(port) || (isSecure ? 8883 : 1883) };
  const socket = isSecure ? connectTls({ ...place, ...login.tls, ...serverName(host) }) : connectPlain(place);
  const watch = new PacketSizeWatch(maxPacketBytes);
  socket.on('error', onError);
  socket.on('data', (chunk: Buffer) => {
    const size = watch.see(chunk);
    if (size !== undefined) socket.destroy(new Error(`a message of ${size} bytes was sent, where at most ${maxPacketBytes} are taken`));
  });
  return socket;
}

/** For what nobody waits for: what ends with a connection is told on the next, what else a broker says is logged. */
export function logUnlessLost(log: Logger): (thrown: unknown) => void {
  return (thrown) => {
    mustBeOfBroker(thrown);
    if (thrown.code !== 'broker-lost') log.warn(thrown.message);
  };
}

/** Rethrows what no broker has said: a bug is not passed over. */
export function mustBeOfBroker(thrown: unknown): asserts thrown is PosternError {
  if (!(thrown instanceof PosternError)) throw thrown;
}

function lost(): PosternError {
  return new PosternError('broker-lost', 'The connection to the broker ended.', { transient: true });
}
