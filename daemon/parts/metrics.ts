import { stat } from 'node:fs/promises';
import type { ListSync } from '../access/list-sync.ts';
import type { Alarms } from '../base/alarm.ts';
import type { StopStack } from '../base/stop-stack.ts';
import type { Door } from '../door/door.ts';
import type { Evidence } from '../record/evidence.ts';
import { logFiles } from '../record/log-files.ts';
import type { BackendUpload } from '../report/backend-upload.ts';
import { Metrics, type MetricFacts } from '../report/metrics/metrics.ts';
import type { QrReader } from '../scan/qr.ts';
import type { AppOptions } from './app-options.ts';
import type { Memory } from './memory.ts';
import type { Mqtt } from './mqtt.ts';

export interface MeasuredParts {
  door: Door;
  lists: ListSync;
  qr: QrReader;
  evidence: Evidence;
  alarms: Alarms;
  upload: BackendUpload | undefined;
  mqtt: Mqtt | undefined;
}

/** What is served at /metrics. */
export interface MetricsText {
  contentType: string;
  text: () => Promise<string>;
}

export function startMetrics({ version }: AppOptions, { events }: Memory, started: StopStack): Metrics {
  const metrics = new Metrics({ version, node: process.version });
  events.onStored((event) => metrics.take(event));
  started.push(() => metrics.stop());
  return metrics;
}

/** The same, with the pipeline's stages timed. */
export function withTiming(options: AppOptions, metrics: Metrics): AppOptions {
  return {
    ...options,
    onTiming: (stage, ms) => {
      metrics.timed(stage, ms);
      options.onTiming?.(stage, ms);
    },
  };
}

export function metricsText(metrics: Metrics, options: AppOptions, memory: Memory, parts: MeasuredParts): MetricsText {
  return { contentType: metrics.contentType, text: async () => metrics.text(await factsOf(options, memory, parts)) };
}

async function factsOf({ config: { stateDir }, clock }: AppOptions, { status, events, time }: Memory, { door, lists, qr, evidence, alarms, upload, mqtt }: MeasuredParts): Promise<MetricFacts> {
  const head = lists.list()?.head;
  return {
    nowMs: clock.wallMs(), doorState: door.view.state, clock: time.trust(), alarms: alarms.active(), parts: status.all(),
    list: head && { version: head.version, issuedAtMs: head.issuedAtS * 1000, entries: head.count },
    waiting: { ...(upload && { backend: upload.waiting }), ...(mqtt && { broker: mqtt.report.outbox.waiting }) },
    log: { bytes: await sizeOf(logFiles(stateDir).db), lastSeq: events.head().seq },
    evidenceBytes: evidence.bytes, frames: qr.frames,
  };
}

/** With what waits in the log beside it. */
async function sizeOf(db: string): Promise<number> {
  const sizes = await Promise.all([db, `${db}-wal`].map((path) => stat(path).then(({ size }) => size, () => 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}
