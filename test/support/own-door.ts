import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { startApp, type App } from '../../daemon/app.ts';
import type { AppOptions } from '../../daemon/parts/app-options.ts';
import { Backend } from '../../daemon/backend/backend.ts';
import { readSite } from '../../daemon/backend/site.ts';
import { VirtualClock, type Clock } from '../../daemon/base/clock.ts';
import type { StoredEvent } from '../../daemon/base/events.ts';
import { systemRandom } from '../../daemon/base/ids.ts';
import { silentLogger } from '../../daemon/base/logger.ts';
import { logFiles } from '../../daemon/record/log-files.ts';
import { LogReader } from '../../daemon/record/log-reader.ts';
import { SimulatedDoorIo } from '../../drivers/door-io/simulated.ts';
import { HandCamera } from './hand-camera.ts';
import { qrPicture } from './qr-picture.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const site = readSite(readFileSync(join(fixtures, 'site/site.json'), 'utf8'));

/** The text of a token of the recorded sessions' site. */
export function tokenText(name: string): string {
  const text = site.tokens.find((token) => token.name === name)?.text;
  if (text === undefined) throw new Error(`the site has no token ${name}`);
  return text;
}

/** The page's section of a config, on loopback. */
export function pageAt(port: number): Config['http'] {
  return { ...loadConfig(join(fixtures, 'configs/door.yaml')).http, enabled: true, host: '127.0.0.1', port };
}

/** A door with a state folder of its own, at which a daemon of real parts can be started, stopped and started again. */
export class OwnDoor {
  readonly dir: string;
  readonly clock: Clock;
  readonly guard: 'process' | 'in-process';
  backend: Backend | undefined;
  camera: HandCamera;
  doorIo: SimulatedDoorIo;
  app: App | undefined;

  private constructor(dir: string, clock: Clock, guard: 'process' | 'in-process') {
    this.dir = dir;
    this.clock = clock;
    this.guard = guard;
    this.camera = new HandCamera(clock);
    this.doorIo = this.#newDoorIo();
  }

  static async open({ clock = new VirtualClock(), guard = 'in-process' }: { clock?: Clock; guard?: 'process' | 'in-process' } = {}): Promise<OwnDoor> {
    return new OwnDoor(await mkdtemp(join(tmpdir(), 'postern-app-')), clock, guard);
  }

  /** Starts the daemon, with a backend where one is asked for, and waits for what it does at first. */
  async start({ withBackend = false, config = {}, ...parts }: { withBackend?: boolean; config?: Partial<Config> } & Partial<Omit<AppOptions, 'config'>> = {}): Promise<App> {
    const { clock } = this;
    this.doorIo = this.#newDoorIo();
    const backend = withBackend ? await this.#servedBackend() : undefined;
    const ours = loadConfig(join(fixtures, 'configs/door.yaml'));
    this.app = await startApp({
      // How full the disk is that the tests run on is none of the door's business.
      config: { ...ours, stateDir: this.stateDir, alarms: { ...ours.alarms, diskFreeMb: 0 }, ...(backend && { backend: { url: backend.url, apiKeyFile: '', uploadEvents: true, uploadPictures: 'all' } }), ...config },
      // Without a key nobody is asked.
      secrets: { roots: backend?.roots ?? [], apiKey: backend?.apiKey, zoneMaster: undefined },
      camera: this.camera, doorIo: this.doorIo, clock, random: systemRandom, jitter: () => 0.5, log: silentLogger, version: 'test', ...parts,
    });
    await this.app.idle();
    return this.app;
  }

  get stateDir(): string {
    return join(this.dir, 'state');
  }

  /** The level in the relay's file, as anybody can read it. */
  get relay(): string {
    return readFileSync(join(this.dir, 'door', 'relay'), 'utf8').trim();
  }

  /** Shows a code once and waits until all is done that comes of it. */
  async show(text: string): Promise<void> {
    this.camera.show(await qrPicture(text, { scale: 3 }));
    await this.app?.idle();
  }

  /** All that is in the log, by a reader of its own. */
  events(): StoredEvent[] {
    const reader = LogReader.open(logFiles(this.stateDir).db);
    try {
      return reader.query({ limit: 10_000 });
    } finally {
      reader.close();
    }
  }

  /** Ids of the processes that have this door's relay in their command line: its guards. */
  guards(): number[] {
    return readdirSync('/proc').map(Number).filter((pid) => pid > 0 && pid !== process.pid && commandLine(pid).includes(join(this.dir, 'door', 'relay')));
  }

  async close(): Promise<void> {
    await this.app?.stop('the test is over');
    await this.backend?.close();
    await rm(this.dir, { recursive: true });
  }

  #newDoorIo(): SimulatedDoorIo {
    return new SimulatedDoorIo({ dir: join(this.dir, 'door'), clock: this.clock, guard: this.guard });
  }

  async #servedBackend(): Promise<{ url: string; roots: Uint8Array[]; apiKey: string }> {
    this.backend ??= await Backend.seed(site, { clock: this.clock });
    const { url } = await this.backend.listen({ host: '127.0.0.1', port: 0 });
    return { url, roots: this.backend.rootPublicKeys(), apiKey: this.backend.createApiKey('door') };
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It has ended since.
    return '';
  }
}
