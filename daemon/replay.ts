import { createHash } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import type { Camera } from '../drivers/camera/camera.ts';
import type { SimulatedDoorIo } from '../drivers/door-io/simulated.ts';
import type { Session, SessionInput } from '../drivers/session.ts';
import { startApp, type App } from './app.ts';
import { Backend } from './backend/backend.ts';
import type { Site } from './backend/site.ts';
import type { VirtualClock } from './base/clock.ts';
import type { StoredEvent } from './base/events.ts';
import type { RandomSource } from './base/ids.ts';
import { silentLogger } from './base/logger.ts';
import { logFiles } from './record/log-files.ts';
import { LogReader } from './record/log-reader.ts';

export interface ReplayOptions {
  session: Session;
  /** The door's config; its state folder, drivers, backend address and status page are the replay's own, and how full the disk is tells nothing. */
  config: Config;
  site: Site;
  /** An empty folder for the state. */
  stateDir: string;
  /** Starts at the session's time. */
  clock: VirtualClock;
  camera: Camera;
  door: SimulatedDoorIo;
  version: string;
  /** Called before the clock moves to `atMs` of the session; it waits as long as the speed asks. */
  pace?: (atMs: number) => Promise<void>;
}

/** What still falls due after the last input: relock, the picture of the entry. */
const TAIL_MS = 10_000;
const HASHES = new Set(['hash', 'prevHash', 'sha256']);
/** More than any session of half a minute tells. */
const MAX_EVENTS = 10_000;

/**
 * Plays a recorded session through the whole daemon: real decoder, database, pictures and backend, over real HTTP; only
 * the clock, the chance behind ids, and the wires of the door are the session's. The clock moves on when everything that
 * was under way has come to its end, so the events are the same each time.
 */
export async function replaySession(options: ReplayOptions): Promise<StoredEvent[]> {
  const { session, clock, config, stateDir, site, camera, door: doorIo, version } = options;
  const random = seededRandom(session.name);
  // A source of its own: what the backend draws for a request must not fall between the door's ids.
  const backend = await Backend.seed(site, { clock, random: seededRandom(`${session.name} backend`) });
  const network = await Network.open(backend);
  try {
    const app = await startApp({
      config: { ...config, stateDir, backend: { url: network.url, apiKeyFile: '', uploadEvents: false, uploadPictures: 'off' }, http: { ...config.http, enabled: false }, alarms: { ...config.alarms, diskFreeMb: 0 } },
      secrets: { roots: backend.rootPublicKeys(), zoneMaster: backend.zoneMaster(), apiKey: backend.createApiKey('door') },
      camera: withoutItsEnd(camera), doorIo, clock, random, version, jitter: () => 0.5, lookCosts: 'nominal', log: silentLogger,
    });
    try {
      await play(options, app, network);
    } finally {
      await app.stop('the recording has ended');
    }
    return allEvents(stateDir);
  } finally {
    await backend.close();
  }
}

/** That a recording comes to its end is no failure of the camera that took it. */
function withoutItsEnd(camera: Camera): Camera {
  return {
    name: camera.name,
    start: (sink) => camera.start({ frame: (frame) => sink.frame(frame), stopped: () => undefined }),
    stop: () => camera.stop(),
  };
}

/** An event as a line of `events.jsonl`: what was decided, without the hashes, which change with the JPEG encoder's version. */
export function replayLine(event: StoredEvent): string {
  return JSON.stringify(event, (key, value: unknown) => (HASHES.has(key) ? undefined : value));
}

async function play({ session, clock, door, pace }: ReplayOptions, app: App, network: Network): Promise<void> {
  const startedMs = clock.monotonicMs();
  const moveTo = async (atMs: number): Promise<void> => {
    await pace?.(atMs);
    await clock.advanceTo(startedMs + atMs, () => app.idle());
  };
  for (const input of session.inputs) {
    await moveTo(input.atMs);
    await apply(input, door, network);
  }
  await moveTo((session.inputs.at(-1)?.atMs ?? 0) + TAIL_MS);
}

/** Frames come from the camera by themselves. */
async function apply(input: SessionInput, door: SimulatedDoorIo, network: Network): Promise<void> {
  if ('contact' in input) door.setContact(input.contact);
  else if ('rex' in input) door.setRex(input.rex);
  else if ('backend' in input) await (input.backend === 'away' ? network.cut() : network.mend());
}

/** The way between door and backend, which a session can cut and mend; the address stays the same. */
class Network {
  readonly url: string;
  readonly #backend: Backend;
  #close: (() => Promise<void>) | undefined;

  private constructor(backend: Backend, listening: { url: string; close: () => Promise<void> }) {
    this.#backend = backend;
    this.url = listening.url;
    this.#close = listening.close;
  }

  static async open(backend: Backend): Promise<Network> {
    return new Network(backend, await backend.listen({ host: '127.0.0.1', port: 0 }));
  }

  async cut(): Promise<void> {
    await this.#close?.();
    this.#close = undefined;
  }

  async mend(): Promise<void> {
    if (this.#close) return;
    const listening = await this.#backend.listen({ host: '127.0.0.1', port: Number(new URL(this.url).port) });
    this.#close = listening.close;
  }
}

/** The same bytes for the same session, whatever was drawn elsewhere. */
function seededRandom(seed: string): RandomSource {
  let drawn = 0;
  return (length) => {
    const block = (): Buffer => createHash('sha256').update(`${seed} ${drawn++}`).digest();
    return Buffer.concat(Array.from({ length: Math.ceil(length / 32) }, block)).subarray(0, length);
  };
}

function allEvents(stateDir: string): StoredEvent[] {
  const reader = LogReader.open(logFiles(stateDir).db);
  try {
    return reader.query({ limit: MAX_EVENTS });
  } finally {
    reader.close();
  }
}
