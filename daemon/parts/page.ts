import type { Alarms } from '../base/alarm.ts';
import type { DoorCommand, DoorCommandOutcome } from '../base/door-command.ts';
import { PosternError } from '../base/errors.ts';
import type { Frame } from '../base/frame.ts';
import { systemRandom } from '../base/ids.ts';
import type { StopStack } from '../base/stop-stack.ts';
import type { Door } from '../door/door.ts';
import { GarbageTally } from '../record/garbage-tally.ts';
import { liveHalvings, livePicture } from '../record/live-picture.ts';
import { Attempts } from '../report/page/attempts.ts';
import { pageCalls } from '../report/page/calls.ts';
import { Commands } from '../report/page/commands.ts';
import { DayCounts } from '../report/page/day-counts.ts';
import { InstallerMode } from '../report/page/installer-mode.ts';
import { LiveView } from '../report/page/live-view.ts';
import { LoginDesk } from '../report/page/login.ts';
import { isLoopbackAddress } from '../report/page/own-hosts.ts';
import { PageFiles } from '../report/page/page-files.ts';
import { PageServer } from '../report/page/page-server.ts';
import { RecentAttempts } from '../report/page/recent-attempts.ts';
import { Sessions } from '../report/page/sessions.ts';
import type { StatusSnapshot } from '../report/page/status.ts';
import { UsersFile } from '../report/page/users-file.ts';
import { Users } from '../report/page/users.ts';
import type { VitalWatch } from '../report/vital-watch.ts';
import type { ScanHints } from '../scan/hint/scan-hints.ts';
import type { QrReader } from '../scan/qr.ts';
import type { AppOptions } from './app-options.ts';
import { outcomeOf } from './door-commands.ts';
import { quadsIn, storedPictures } from './evidence.ts';
import type { Memory } from './memory.ts';
import type { MetricsText } from './metrics.ts';

const HOUR_MS = 3_600_000;
/** Failed logins are told one by one, then counted and summed up. */
const FAILURES = { toldOfEach: 3, windowMs: 600_000, networks: 20 };

export interface PageSources extends Memory {
  door: Door;
  hints: ScanHints;
  live: LiveView;
  perform: (command: DoorCommand, by: string) => Promise<DoorCommandOutcome>;
  alarms: Alarms;
  vitals: VitalWatch;
  metrics: MetricsText;
}

/** The live view, which takes what the decoder looked at: `qr` is to be read in place of the decoder itself. */
export function startLiveView({ clock }: AppOptions, qr: QrReader, hints: ScanHints, started: StopStack): { live: LiveView; qr: Pick<QrReader, 'read'> } {
  const findCodes = async (luma: Uint8Array, width: number, height: number): Promise<ReturnType<typeof quadsIn>> =>
    quadsIn(await qr.readPlainly({ seq: 0, arrivedMs: 0, luma, width, height }), false);
  const live = new LiveView({ clock, hint: () => hints.current, develop: (frame, codes, sightings, small) => livePicture({ frame, codes, sightings, small }, findCodes) });
  started.push(() => live.stop());
  const read: QrReader['read'] = async (frame: Frame, options) => {
    const seen = await qr.read(frame, live.wants(frame) ? { ...options, halvings: liveHalvings(frame) } : options);
    live.see(frame, seen);
    return seen;
  };
  return { live, qr: { read } };
}

/** Resolves to the page's URL, and how its TLS files are read anew; undefined where the config wants no page. Rejects PosternError('http-users', 'http-listen', 'tls-files'). */
export async function startPage(options: AppOptions, sources: PageSources, started: StopStack): Promise<{ url: string; reloadTls: () => void } | undefined> {
  const { config: { http, stateDir, door: { timeZone } }, clock, log, passes } = options;
  const { events, status, door, live, vitals, metrics, tell, perform } = sources;
  if (!http.enabled) return undefined;
  const tls = http.certFile !== undefined && http.keyFile !== undefined ? { certFile: http.certFile, keyFile: http.keyFile } : undefined;
  const users = new Users({ file: new UsersFile(stateDir, systemRandom), clock, log });
  mustHaveUsers(http.host, users);

  const failures = new GarbageTally({
    clock, windowMs: FAILURES.windowMs, maxDifferent: FAILURES.networks, onSummary: tell,
    summaryOf: ({ digest: from, count, sinceMs }) => ({ type: 'logins-failed', from, count, sinceMs }),
  });
  const onFailed = (from: string): void => {
    if (failures.admit(from, FAILURES.toldOfEach)) tell({ type: 'login-failed', from });
  };
  const pictures = storedPictures(stateDir);
  const attempts = new Attempts({ log: events, hasPicture: (file) => pictures.has(file) });
  const dayCounts = new DayCounts({ log: events, clock, timeZone });
  const installerMode = new InstallerMode({ clock, tell });
  const sessions = new Sessions({ users, clock, random: systemRandom, idleMs: http.sessionIdleS * 1_000, maxMs: http.sessionMaxH * HOUR_MS });
  const commands = new Commands({ perform, installerMode, isLockedDown: () => door.view.lockdownBy !== undefined, testPulse: async (by) => outcomeOf(await door.testPulse(by)) });
  const files = new PageFiles();
  if (!files.isComplete) status.report('page', 'degraded', 'Some of the page\'s files are not there. Run npm run build.');
  const server = new PageServer({
    host: http.host, port: http.port, tls, allowedHosts: http.allowedHosts, files, sessions, clock, log,
    calls: pageCalls({
      snapshot: snapshotOf(options, sources, installerMode), attempts, recent: new RecentAttempts({ attempts, log: events }), dayCounts, live, commands, passes, silent: () => vitals.silent(), metrics,
      readPicture: (file) => pictures.read(file),
      users, sessions, desk: new LoginDesk({ users, clock, onFailed }), idleS: http.sessionIdleS, isSecure: tls !== undefined, tell, clock, log,
    }),
  });
  const url = await server.start();
  started.push(async () => {
    await server.stop();
    dayCounts.stop();
    installerMode.stop();
    failures.sumUp();
  });
  return { url, reloadTls: () => server.reloadTls() };
}

/** [S5] A page on the network that nobody can log in to was meant otherwise. */
function mustHaveUsers(host: string, users: Users): void {
  if (isLoopbackAddress(host) || users.count > 0) return;
  throw new PosternError('http-users', `The page is to be served on ${host}, and nobody can log in to it. Run "postern user add NAME --role admin" with this config first, or set http.host to 127.0.0.1.`);
}

function snapshotOf({ config, clock, version, passes }: AppOptions, { doorUuid, door, status, time, hints, live, alarms }: PageSources, installerMode: InstallerMode): () => StatusSnapshot {
  const startedAtMs = clock.wallMs();
  return () => ({
    version, startedAtMs, nowMs: clock.wallMs(), clock: time.trust(), parts: status.all(), hint: hints.current, alarms: alarms.active(), camera: live.camera,
    installerMode: installerMode.current, issuesPasses: passes !== undefined, door: { uuid: doorUuid, name: config.door.name, ...door.view },
  });
}

