import type { Config } from '../config/schema.ts';
import type { Camera } from '../drivers/camera/camera.ts';
import type { DoorIo } from '../drivers/door-io/door-io.ts';
import type { Clock } from './base/clock.ts';
import { messageOf } from './base/errors.ts';
import type { RandomSource } from './base/ids.ts';
import type { Logger } from './base/logger.ts';
import type { StatusBoard } from './base/status.ts';
import { StopStack } from './base/stop-stack.ts';
import type { Door } from './door/door.ts';
import type { PipelineOptions } from './pipeline.ts';
import type { EventLog } from './record/event-log.ts';
import type { VitalSign } from './report/heartbeat.ts';
import type { PassIssuer } from './report/page/passes.ts';
import { startAccess } from './parts/access.ts';
import { startDoor, startPassages, vitalSignsOf } from './parts/door.ts';
import { startEvidence } from './parts/evidence.ts';
import { startMemory } from './parts/memory.ts';
import { startOrders } from './parts/orders.ts';
import { DoorCommands } from './parts/door-commands.ts';
import { startLiveView, startPage } from './parts/page.ts';
import { startUpload } from './parts/report.ts';
import { startCamera, startDecoder, startPipeline } from './parts/scan.ts';
import { startSignals } from './parts/signals.ts';

/** What the config names by file, as read. */
export interface Secrets {
  /** Raw Ed25519 public keys of 32 bytes. */
  roots: Uint8Array[];
  apiKey: string | undefined;
  /** 32 bytes. */
  zoneMaster: Uint8Array | undefined;
}

export interface AppOptions {
  config: Config;
  secrets: Secrets;
  camera: Camera;
  doorIo: DoorIo;
  clock: Clock;
  random: RandomSource;
  /** 0 ≤ r < 1, for jitter. */
  jitter?: () => number;
  log: Logger;
  version: string;
  /** 'nominal' for a replay: which extra look a frame gets does not depend on the machine. */
  lookCosts?: 'measured' | 'nominal';
  /** Issues passes where a backend runs in this process. */
  passes?: PassIssuer;
  /** For the benchmark. */
  onTiming?: PipelineOptions['onTiming'];
}

/** A running daemon, as its process edge and tests see it. */
export interface App {
  events: EventLog;
  door: Door;
  status: StatusBoard;
  /** What a watchdog listens to [S10]. */
  vitalSigns: readonly VitalSign[];
  /** Of the status page, when the config asks for one. */
  pageUrl: string | undefined;
  /** Has the page use what is in its TLS files now. */
  reloadTls: () => void;
  /** Resolves when nothing is under way in any part. */
  idle(): Promise<void>;
  /** Rests the relay first, then stops the rest in the reverse order of the start. */
  stop(reason: string): Promise<void>;
}

/** Work in one part can bring up work in one before it: a frame an attempt, an attempt a release, each its events. */
const SETTLING_ROUNDS = 3;

/**
 * Makes the parts, each from the options it needs, and starts them in this order: memory (log, time), door with its
 * relay at rest, access (keys, list, online check), orders of the backend, passage by schedule, decoder, pictures, lamps and hints, pipeline,
 * status page, camera. When one does not start, those before it are stopped and the error goes on.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const started = new StopStack();
  const ending = { reason: 'it did not start' };
  try {
    const memory = await startMemory(options, ending, started);
    const door = await startDoor(options, memory, started);
    const { validator, lists, online } = await startAccess(options, memory, door, started);
    const orders = startOrders(options, memory, door, started);
    const passages = startPassages(options, memory, door, started);
    const qr = await startDecoder(options, memory, started);
    const evidence = await startEvidence(options, memory, qr, started);
    const upload = startUpload(options, memory, started);
    const signals = startSignals(options, memory, evidence, started);
    const view = startLiveView(options, qr, signals.hints, started);
    const pipeline = startPipeline(options, { ...memory, door, validator, evidence, qr: view.qr, signals }, started);
    const commands = new DoorCommands({ door, evidence, events: memory.events, clock: options.clock });
    const page = await startPage(options, { ...memory, door, hints: signals.hints, live: view.live, perform: (command, by) => commands.perform(command, by) }, started);
    startCamera(options, memory.status, pipeline, signals.light, started);

    const { events, status, telling } = memory;
    const asking = [online, orders, upload, passages].filter((part) => part !== undefined);
    const parts = [lists, ...asking, pipeline, validator, door, evidence, telling, events];
    const idle = async (): Promise<void> => {
      for (let round = 0; round < SETTLING_ROUNDS; round++) {
        for (const part of parts) await part.idle();
      }
    };
    started.push(() => signals.stop());
    // [S1] Stopped first: whatever else hangs or fails, the relay is at rest.
    started.push(() => door.stop());
    const stop = async (reason: string): Promise<void> => {
      ending.reason = reason;
      await started.stopAll();
    };
    return { events, door, status, vitalSigns: vitalSignsOf(door, events, options.clock), pageUrl: page?.url, reloadTls: () => page?.reloadTls(), idle, stop };
  } catch (thrown) {
    await started.stopAll().catch((second: unknown) => options.log.error(`Not all could be stopped: ${messageOf(second)}`));
    throw thrown;
  }
}
