import { parseArgs } from 'node:util';
import type { Config } from '../../config/schema.ts';
import { persistenceText } from '../../drivers/door-io/gpio-persistence.ts';
import { openCamera, openDoorIo } from '../../drivers/drivers.ts';
import { startApp } from '../app.ts';
import { Backend } from '../backend/backend.ts';
import { systemClock } from '../base/clock.ts';
import { systemRandom } from '../base/ids.ts';
import { humanLogger, jsonLogger, type Logger } from '../base/logger.ts';
import type { PassIssuer } from '../report/page/passes.ts';
import { ServiceReport } from '../report/service-report.ts';
import type { Command, CommandIo } from './command.ts';
import { openConfig } from './config-file.ts';
import { reportSettings } from './report-settings.ts';
import { giveUpOomProtection } from './oom-score.ts';
import { readCameraPassword, readSecrets } from './secrets.ts';
import { version } from './version.ts';

export const runCommand: Command = {
  name: 'run',
  summary: 'Runs the daemon for one door',
  help: `Usage: postern run [--config FILE]

Runs until SIGINT (Ctrl-C) or SIGTERM, then brings the relay to rest and stops. A second signal ends it at once; the
relay comes to rest all the same, by the relay guard. Where the page has TLS files (http.certFile), SIGHUP has them read
again; new ones are taken up by themselves within seconds.

  --config FILE   the door's config (default: the demo's, once it has been prepared)

Exit codes: 0 stopped by a signal; 2 the config is bad or something the door needs is missing.
`,
  async run(args, io) {
    const { values } = parseArgs({ args, options: { config: { type: 'string' } } });
    const config = openConfig(values.config);
    const log = loggerOf(config);
    const signal = firstSignal();
    const backend = await openEmbedded(config, log);
    try {
      await runDoor(config, log, io, signal, backend);
    } finally {
      await backend?.close();
    }
    return 0;
  },
};

async function runDoor(config: Config, log: Logger, io: CommandIo, signal: Promise<string>, backend: Backend | undefined): Promise<void> {
  giveUpOomProtection();
  const doorIo = await openDoorIo(config, systemClock);
  const persistence = config.doorIo.driver === 'simulated' ? undefined : persistenceText();
  if (persistence !== undefined) log.info(persistence);
  for (const warning of doorIo.warnings ?? []) log.warn(warning);
  const app = await startApp({
    config, log, version,
    secrets: readSecrets(config),
    camera: await openCamera(config, systemClock, readCameraPassword(config)),
    doorIo,
    clock: systemClock,
    random: systemRandom,
    ...(backend && { passes: passIssuer(backend, config.door.uuid) }),
  });
  const reload = (): void => app.reloadTls();
  // Without TLS files it is what it always is: the terminal has gone.
  if (config.http.certFile !== undefined) process.on('SIGHUP', reload);
  const service = new ServiceReport({ env: process.env, doorName: config.door.name, status: app.status, vitalSigns: app.vitalSigns, clock: systemClock, log });
  io.out.write(whereToLook(config, app.pageUrl));
  const name = await signal;
  log.info(`Stopping (${name})`);
  service.stopping();
  process.off('SIGHUP', reload);
  await app.stop(name);
  await service.close();
  io.out.write('Stopped. The relay is at rest.\n');
}

/** What the config embeds is served before the door asks for it, and closed after. */
async function openEmbedded(config: Config, log: Logger): Promise<Backend | undefined> {
  const { embeddedBackend: place, access } = config;
  if (!place) return undefined;
  const backend = await Backend.open({ dir: place.dir, clock: systemClock, log, maxTokenDays: access.maxTokenDays, ...reportSettings() });
  try {
    await backend.listen(place);
    return backend;
  } catch (thrown) {
    await backend.close();
    throw thrown;
  }
}

/** As the page asks for passes of this door. */
function passIssuer(backend: Backend, door: string): PassIssuer {
  return {
    issue: async (request, principal) => {
      const { tokenId, png, claims } = await backend.issueWithPicture({ ...request, doors: [door] }, principal);
      return { tokenId, png, expiresAtMs: claims.expiresAtS * 1_000 };
    },
  };
}

function loggerOf({ log: { level, format } }: Config): Logger {
  const forPeople = format === 'human' || (format === 'auto' && process.stderr.isTTY);
  return forPeople ? humanLogger(process.stderr, level) : jsonLogger(level);
}

/** Listens from the start, so that an early Ctrl-C stops cleanly too. The second signal finds no listener and ends the process. */
function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    const signals = ['SIGINT', 'SIGTERM'] as const;
    const heard = (name: string): void => {
      for (const each of signals) process.off(each, heard);
      resolve(name);
    };
    for (const each of signals) process.on(each, heard);
  });
}

function whereToLook({ door, stateDir, http }: Config, pageUrl: string | undefined): string {
  const page = http.enabled && pageUrl !== undefined ? `  status page   ${pageUrl}   (JSON: ${pageUrl}status.json)\n` : '';
  return `
${door.name} is being watched. Where to look:
${page}  event log     ${stateDir}/events.db   (npx postern events)
  pictures      ${stateDir}/evidence/
Ctrl-C stops it.

`;
}
