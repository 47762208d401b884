import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BackendConnection } from '../access/backend-connection.ts';
import type { StopStack } from '../base/stop-stack.ts';
import type { Door } from '../door/door.ts';
import { attemptTypes } from '../report/attempt-line.ts';
import { BackendUpload } from '../report/backend-upload.ts';
import { StatusServer } from '../report/http.ts';
import type { VitalWatch } from '../report/vital-watch.ts';
import type { ScanHints } from '../scan/hint/scan-hints.ts';
import type { AppOptions } from '../app.ts';
import type { Memory } from './memory.ts';
import type { MetricsText } from './metrics.ts';
import { backendOf } from './backend-address.ts';

export function startUpload({ config, secrets, clock, log, jitter }: AppOptions, { doorUuid, events, status }: Memory, started: StopStack): BackendUpload | undefined {
  const backend = backendOf(config, secrets);
  if (!backend || !config.backend?.uploadEvents) return undefined;
  // Of its own, so that an attempt never waits for a connection that a picture has.
  const connection = new BackendConnection(backend);
  const upload = new BackendUpload({
    request: (what) => connection.request(what), doorUuid, events, state: events.state, pictures: config.backend.uploadPictures,
    readPicture: (file) => readFile(join(config.stateDir, 'evidence', file)).catch(() => undefined),
    clock, status, log, ...(jitter && { random: jitter }),
  });
  started.push(async () => {
    await upload.stop();
    connection.close();
  });
  upload.start();
  return upload;
}

export async function startPage(options: AppOptions, { doorUuid, status, events, time }: Memory, door: Door, { hints, vitals, metrics }: { hints: ScanHints; vitals: VitalWatch; metrics: MetricsText }, started: StopStack): Promise<string | undefined> {
  const { config, clock, log, version } = options;
  if (!config.http.enabled) return undefined;
  const startedAtMs = clock.wallMs();
  const page = new StatusServer({
    ...config.http, clock, log, metrics, silent: () => vitals.silent(),
    snapshot: () => ({ version, startedAtMs, clock: time.trust(), parts: status.all(), hint: hints.current, door: { uuid: doorUuid, name: config.door.name, ...door.view } }),
    recent: () => events.query({ newestFirst: true, limit: 20, types: attemptTypes }),
  });
  const url = await page.start();
  started.push(() => page.stop());
  return url;
}
