import type { Alarms } from './base/alarm.ts';
import { messageOf } from './base/errors.ts';
import type { StatusBoard } from './base/status.ts';
import { StopStack } from './base/stop-stack.ts';
import type { Door } from './door/door.ts';
import type { EventLog } from './record/event-log.ts';
import { VitalWatch } from './report/vital-watch.ts';
import { startAccess } from './parts/access.ts';
import { startAlarms } from './parts/alarms.ts';
import type { AppOptions } from './parts/app-options.ts';
import { DoorCommands } from './parts/door-commands.ts';
import { startDoor, startPassages, vitalSignsOf } from './parts/door.ts';
import { startEvidence } from './parts/evidence.ts';
import { startMemory } from './parts/memory.ts';
import { metricsText, startMetrics, withTiming } from './parts/metrics.ts';
import { startMqtt } from './parts/mqtt.ts';
import { startOrders } from './parts/orders.ts';
import { startLiveView, startPage } from './parts/page.ts';
import { startUpload } from './parts/report.ts';
import { startCamera, startDecoder, startPipeline } from './parts/scan.ts';
import { startSignals } from './parts/signals.ts';

/** A running daemon, as its process edge and tests see it. */
export interface App {
  events: EventLog;
  door: Door;
  status: StatusBoard;
  alarms: Alarms;
  /** What a watchdog listens to [S10]. */
  vitals: VitalWatch;
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
 * alarms, broker, status page, camera. When one does not start, those before it are stopped and the error goes on.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const started = new StopStack();
  const ending = { reason: 'it did not start' };
  try {
    const memory = await startMemory(options, ending, started);
    const metrics = startMetrics(options, memory, started);
    const door = await startDoor(options, memory, started);
    const { validator, lists, online } = await startAccess(options, memory, door, started);
    const orders = startOrders(options, memory, door, started);
    const passages = startPassages(options, memory, door, started);
    const qr = await startDecoder(options, memory, started);
    const evidence = await startEvidence(options, memory, qr, started);
    const upload = startUpload(options, memory, started);
    const signals = startSignals(options, memory, evidence, started);
    const view = startLiveView(options, qr, signals.hints, started);
    const pipeline = startPipeline(withTiming(options, metrics), { ...memory, door, validator, evidence, qr: view.qr, signals }, started);
    const alarms = startAlarms(options, memory, door, lists, started);
    const commands = new DoorCommands({ door, evidence, events: memory.events, clock: options.clock });
    const mqtt = startMqtt(options, memory, { door, commands, alarms, lists }, started);
    const vitals = new VitalWatch({ signs: vitalSignsOf(door, memory.events, options.clock), clock: options.clock });
    started.push(() => vitals.stop());
    vitals.start();
    const measured = metricsText(metrics, options, memory, { door, lists, qr, evidence, alarms, upload, mqtt });
    const perform: DoorCommands['perform'] = (command, by) => commands.perform(command, by);
    const page = await startPage(options, { ...memory, door, hints: signals.hints, live: view.live, alarms, vitals, metrics: measured, perform }, started);
    startCamera(options, memory.status, pipeline, signals.light, started);

    const { events, status, telling } = memory;
    const asking = [online, orders, upload, passages, mqtt].filter((part) => part !== undefined);
    const parts = [lists, ...asking, pipeline, validator, door, evidence, alarms, telling, events];
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
    return { events, door, status, alarms, vitals, pageUrl: page?.url, reloadTls: () => page?.reloadTls(), idle, stop };
  } catch (thrown) {
    await started.stopAll().catch((second: unknown) => options.log.error(`Not all could be stopped: ${messageOf(second)}`));
    throw thrown;
  }
}
