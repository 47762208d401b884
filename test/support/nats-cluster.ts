import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

interface Server {
  dir: string;
  mqttPort: number;
  monitorPort: number;
  config: string;
  child: ChildProcess | undefined;
}

/** Debian's nats-server three times on loopback, as one cluster with JetStream, which MQTT needs there; each keeps three copies of everything. */
export class NatsCluster {
  readonly #dir: string;
  readonly #servers: Server[];

  private constructor(dir: string, servers: Server[]) {
    this.#dir = dir;
    this.#servers = servers;
  }

  static async open(): Promise<NatsCluster> {
    const dir = mkdtempSync(join(tmpdir(), 'postern-nats-'));
    const ports: number[] = [];
    while (ports.length < 12) {
      const port = await freePort();
      if (!ports.includes(port)) ports.push(port);
    }
    const routes = ports.slice(0, 3);
    const servers = routes.map((clusterPort, i) => serverOf(join(dir, `n${i + 1}`), i, { clusterPort, clientPort: ports[3 + i] as number, mqttPort: ports[6 + i] as number, monitorPort: ports[9 + i] as number }, routes));
    const cluster = new NatsCluster(dir, servers);
    try {
      servers.forEach((server) => cluster.#spawn(server));
      for (const server of servers) await eventually('the cluster has a leader', () => isReady(server));
      return cluster;
    } catch (thrown) {
      await cluster.close();
      throw thrown;
    }
  }

  get urls(): string[] {
    return this.#servers.map(({ mqttPort }) => `mqtt://127.0.0.1:${mqttPort}`);
  }

  /** With SIGKILL, as a power cut would. */
  async kill(index: number): Promise<void> {
    const server = this.#servers[index] as Server;
    const { child } = server;
    server.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Starts one again that was killed. */
  async start(index: number): Promise<void> {
    const server = this.#servers[index] as Server;
    this.#spawn(server);
    await eventually('the server is back', () => isReady(server));
  }

  async close(): Promise<void> {
    for (const index of this.#servers.keys()) await this.kill(index);
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #spawn(server: Server): void {
    const child = spawn('nats-server', ['-c', server.config], { stdio: 'ignore' });
    let fault: Error | undefined;
    child.once('error', () => (fault = new Error('nats-server does not run: install Debian\'s nats-server (apt-get install nats-server)')));
    server.child = child;
    child.once('exit', () => {
      if (fault) throw fault;
    });
  }
}

interface Ports {
  clusterPort: number;
  clientPort: number;
  mqttPort: number;
  monitorPort: number;
}

function serverOf(dir: string, index: number, { clusterPort, clientPort, mqttPort, monitorPort }: Ports, routes: number[]): Server {
  mkdirSync(dir, { recursive: true });
  const config = join(dir, 'nats.conf');
  writeFileSync(config, `
server_name: n${index + 1}
host: 127.0.0.1
port: ${clientPort}
http: "127.0.0.1:${monitorPort}"
log_file: "${dir}/log"
jetstream { store_dir: "${dir}/store", max_memory_store: 64MB, max_file_store: 1GB }
mqtt { host: 127.0.0.1, port: ${mqttPort}, stream_replicas: 3, ack_wait: "10s", max_ack_pending: 1000 }
cluster { name: site, listen: "127.0.0.1:${clusterPort}", routes: [${routes.map((port) => `"nats://127.0.0.1:${port}"`).join(', ')}] }
`);
  return { dir, mqttPort, monitorPort, config, child: undefined };
}

/** Whether it has caught up with the cluster's leader. A program that could not be started is told with its log. */
async function isReady({ monitorPort, child, dir }: Server): Promise<boolean> {
  if (child && child.exitCode !== null) throw new Error(`nats-server ended: ${readFileSync(join(dir, 'log'), 'utf8')}`);
  const answer = await fetch(`http://127.0.0.1:${monitorPort}/healthz`).catch(() => undefined);
  return answer?.ok ?? false;
}
