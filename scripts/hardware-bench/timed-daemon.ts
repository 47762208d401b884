/**
 * The daemon as `postern run` composes it, with its stages timed: prints a JSON line for each entry that was granted,
 * and ends after some.
 *
 *   node .build/scripts/hardware-bench/timed-daemon.js CONFIG ENTRIES
 */
import { loadConfig } from '../../config/load.ts';
import { startApp } from '../../daemon/app.ts';
import { Backend } from '../../daemon/backend/backend.ts';
import { systemClock } from '../../daemon/base/clock.ts';
import { systemRandom } from '../../daemon/base/ids.ts';
import { humanLogger } from '../../daemon/base/logger.ts';
import { reportSettings } from '../../daemon/commands/report-settings.ts';
import { readSecrets } from '../../daemon/commands/secrets.ts';
import { version } from '../../daemon/commands/version.ts';
import { ServiceReport } from '../../daemon/report/service-report.ts';
import type { Camera } from '../../drivers/camera/camera.ts';
import { openCamera, openDoorIo } from '../../drivers/drivers.ts';
import { systemMonotonicMs } from '../../drivers/door-io/system-monotonic.ts';

/** The stages of one entry, milliseconds; `arrivedNs` is when its picture came out of the camera's driver, on CLOCK_MONOTONIC. */
export interface TimedEntry {
  waitMs: number;
  decodeMs: number;
  decideMs: number;
  commitMs: number;
  relayMs: number;
  arrivedNs: number;
}

type Stage = 'decode' | 'decide' | 'commit' | 'relay';

/** Notes when each frame came, and finds the one that a decode took: the newest there was when it began. */
class Arrivals {
  #times: number[] = [];

  watch(camera: Camera): Camera {
    return {
      name: camera.name,
      start: (sink) => camera.start({
        frame: (frame) => {
          this.#times.push(systemMonotonicMs());
          sink.frame(frame);
        },
        stopped: (reason) => sink.stopped(reason),
      }),
      stop: () => camera.stop(),
    };
  }

  takenAt(decodeBeganMs: number): number {
    const taken = this.#times.findLast((atMs) => atMs <= decodeBeganMs) ?? NaN;
    this.#times = this.#times.filter((atMs) => atMs >= taken);
    return taken;
  }
}

async function main(configFile: string, entries: number): Promise<void> {
  const config = loadConfig(configFile);
  const log = humanLogger(process.stderr, 'info');
  const backend = config.embeddedBackend && await Backend.open({ dir: config.embeddedBackend.dir, clock: systemClock, log, maxTokenDays: config.access.maxTokenDays, ...reportSettings() });
  if (config.embeddedBackend) await backend?.listen(config.embeddedBackend);
  const arrivals = new Arrivals();
  const took: Record<Stage, number> = { decode: 0, decide: 0, commit: 0, relay: 0 };
  let arrivedMs = 0;
  let beganMs = 0;
  let left = entries;
  let done: () => void = () => {};
  const over = new Promise<void>((resolve) => (done = resolve));
  const app = await startApp({
    config, log, version, secrets: readSecrets(config), clock: systemClock, random: systemRandom,
    camera: arrivals.watch(await openCamera(config, systemClock)),
    doorIo: await openDoorIo(config, systemClock),
    onTiming(stage, ms) {
      took[stage] = ms;
      if (stage === 'decode') {
        beganMs = systemMonotonicMs() - ms;
        arrivedMs = arrivals.takenAt(beganMs);
      }
      // A denial's stage takes no time at all.
      if (stage !== 'relay' || ms < 0.05) return;
      const entry: TimedEntry = { waitMs: beganMs - arrivedMs, decodeMs: took.decode, decideMs: took.decide, commitMs: took.commit, relayMs: took.relay, arrivedNs: arrivedMs * 1e6 };
      process.stdout.write(`${JSON.stringify(entry)}\n`);
      if (--left === 0) done();
    },
  });
  const service = new ServiceReport({ env: process.env, doorName: config.door.name, status: app.status, vitals: app.vitals, clock: systemClock, log });
  await over;
  service.stopping();
  await app.stop('SIGTERM');
  await service.close();
  await backend?.close();
}

const [configFile = '', entries = '1'] = process.argv.slice(2);
await main(configFile, Number(entries));
