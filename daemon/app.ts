import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Camera } from '../drivers/camera/camera.ts';
import type { DoorIo } from '../drivers/door-io/door-io.ts';
import { BackendConnection, type BackendAddress } from './access/backend-connection.ts';
import { BackendOrders, type OrderOutcome } from './access/backend-orders.ts';
import { ListSync } from './access/list-sync.ts';
import { OnlineValidator } from './access/online.ts';
import { TrustedTime } from './access/trusted-time.ts';
import { Validator } from './access/validator.ts';
import type { Clock } from './base/clock.ts';
import { messageOf, PosternError } from './base/errors.ts';
import { eventText } from './base/event-text.ts';
import type { ClockTrust, EventDraft, StoredEvent } from './base/events.ts';
import type { Quad } from './base/frame.ts';
import { ruuidOf, uuidBytes, type RandomSource } from './base/ids.ts';
import { InFlight } from './base/in-flight.ts';
import type { Logger } from './base/logger.ts';
import { StatusBoard, type PartStatus } from './base/status.ts';
import { StopStack } from './base/stop-stack.ts';
import { showingKey } from './base/token.ts';
import { Door, type ReleaseOutcome } from './door/door.ts';
import { PassageScheduler } from './door/passage-scheduler.ts';
import { Pipeline, type PipelineOptions } from './pipeline.ts';
import { EventLog } from './record/event-log.ts';
import { Evidence } from './record/evidence.ts';
import { GarbageTally } from './record/garbage-tally.ts';
import { Upkeep } from './record/upkeep.ts';
import { attemptTypes } from './report/attempt-line.ts';
import { BackendUpload } from './report/backend-upload.ts';
import type { VitalSign } from './report/heartbeat.ts';
import { StatusServer } from './report/http.ts';
import { QrReader } from './scan/qr.ts';
import type { ScanResult } from './scan/scan-result.ts';
import { ShowingFilter } from './scan/showing-filter.ts';

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
  /** Resolves when nothing is under way in any part. */
  idle(): Promise<void>;
  /** Rests the relay first, then stops the rest in the reverse order of the start. */
  stop(reason: string): Promise<void>;
}

const GARBAGE_WINDOW_MS = 600_000;
const GARBAGE_DIFFERENT = 50;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MB = 1024 * 1024;
/** Work in one part can bring up work in one before it: a frame an attempt, an attempt a release, each its events. */
const SETTLING_ROUNDS = 3;

/**
 * Makes the parts, each from the options it needs, and starts them in this order: memory (log, time), door with its
 * relay at rest, access (keys, list, online check), orders of the backend, decoder, pictures, pipeline, status page, camera. When one does not start,
 * those before it are stopped and the error goes on.
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
    const pipeline = startPipeline(options, { ...memory, door, validator, evidence, qr }, started);
    const pageUrl = await startPage(options, memory, door, started);
    startCamera(options, memory.status, pipeline, started);

    const { events, status, telling } = memory;
    const asking = [online, orders, upload, passages].filter((part) => part !== undefined);
    const parts = [lists, ...asking, pipeline, validator, door, evidence, telling, events];
    const idle = async (): Promise<void> => {
      for (let round = 0; round < SETTLING_ROUNDS; round++) {
        for (const part of parts) await part.idle();
      }
    };
    // [S1] Stopped first: whatever else hangs or fails, the relay is at rest.
    started.push(() => door.stop());
    const stop = async (reason: string): Promise<void> => {
      ending.reason = reason;
      await started.stopAll();
    };
    return { events, door, status, vitalSigns: vitalSignsOf(door, events, options.clock), pageUrl, idle, stop };
  } catch (thrown) {
    await started.stopAll().catch((second: unknown) => options.log.error(`Not all could be stopped: ${messageOf(second)}`));
    throw thrown;
  }
}

interface Memory {
  doorUuid: string;
  /** The same, 16 bytes. */
  door16: Uint8Array;
  status: StatusBoard;
  events: EventLog;
  time: TrustedTime;
  /** Has an event written that nobody waits for. */
  tell: (draft: EventDraft) => void;
  telling: InFlight;
}

async function startMemory({ config, clock, random, log, version }: AppOptions, ending: { reason: string }, started: StopStack): Promise<Memory> {
  const door16 = uuidBytes(config.door.uuid);
  if (!door16) throw new PosternError('config-bad', 'door.uuid is no UUID.');
  const doorUuid = ruuidOf(door16);
  const status = new StatusBoard(clock);
  makeStateDir(config.stateDir);
  const events = await EventLog.open({
    dir: config.stateDir, doorUuid, clock, random, status, reserveBytes: config.events.reservedMb * MB, clockTrust: () => time.trust(),
  });
  started.push(() => events.close());
  events.onStored((event) => logEvent(log, event));

  const telling = new InFlight();
  const tell = (draft: EventDraft): void => {
    const failed = (thrown: unknown): void => log.error(`An event could not be written: ${messageOf(thrown)}`, { type: draft.type });
    void telling.track(events.append(draft).then(undefined, failed));
  };
  started.push(async () => {
    tell({ type: 'daemon-stopped', reason: ending.reason });
    await telling.idle();
  });
  status.onChange((part, now, before) => tellOfPart(tell, part, now, before));
  const time = new TrustedTime({
    clock, log, state: events.state, rtcHasBattery: config.access.rtcHasBattery,
    onChange: (trust) => tell({ type: 'clock-changed', trust }),
  });
  tell({ type: 'daemon-started', version, cleanStop: stoppedCleanly(events) });
  time.start();
  started.push(() => time.stop());
  return { doorUuid, door16, status, events, time, tell, telling };
}

async function startDoor({ config, doorIo, clock, log }: AppOptions, { events, time, status, tell }: Memory, started: StopStack): Promise<Door> {
  const clockIsBelieved = (): boolean => isBelieved(time.trust());
  const door = new Door({ io: doorIo, clock, settings: config.door, state: events.state, status, log, onEvent: tell, clockIsBelieved });
  started.push(() => door.stop());
  await door.start();
  return door;
}

function startPassages({ config: { door: { passageSchedule: name, schedules, timeZone } }, clock, log }: AppOptions, { events, time }: Memory, door: Door, started: StopStack): PassageScheduler | undefined {
  const schedule = name === undefined ? undefined : schedules[name];
  if (name === undefined || schedule === undefined) return undefined;
  const passages = new PassageScheduler({ door, name, schedule, timeZone, clock, log, state: events.state, clockIsBelieved: () => isBelieved(time.trust()) });
  started.push(() => passages.stop());
  passages.start();
  return passages;
}

/** Enough to open a door by the hour. */
function isBelieved(trust: ClockTrust): boolean {
  return trust === 'verified' || trust === 'rtc';
}

interface Access {
  validator: Validator;
  lists: ListSync;
  online: OnlineValidator | undefined;
}

async function startAccess({ config, secrets, clock, log, jitter }: AppOptions, memory: Memory, door: Door, started: StopStack): Promise<Access> {
  const { door16, doorUuid, events, time, status, tell } = memory;
  const { access } = config;
  const backend = backendOf(config, secrets);
  const maxListAgeMs = access.maxListAgeH * HOUR_MS;

  const lists = await ListSync.open({
    backend, dir: config.stateDir, door: door16, roots: secrets.roots, pollMs: access.pollS * 1000, maxListAgeMs,
    clock, time, state: events.state, status, log, onEvent: tell, ...(jitter && { random: jitter }),
  });
  started.push(() => lists.stop());
  lists.start();

  const online = backend && new OnlineValidator({
    ...backend, doorUuid, deadlineMs: access.onlineDeadlineMs, clock, status, onServerTime: (serverMs) => time.confirm(serverMs),
  });
  if (online) started.push(() => online.close());
  online?.start();

  const validator = new Validator({
    door: door16, clock, log, online, onEvent: tell, state: events.state, zoneMaster: secrets.zoneMaster,
    policy: { ...access, maxListAgeMs, timeZone: config.door.timeZone, schedules: config.door.schedules },
    time: () => time.read(), keys: () => lists.keys(), list: () => lists.list(),
    uses: (tokenId) => events.usesOf(tokenId), lockdown: () => door.view.lockdownBy !== undefined,
    commitNonce: async (attemptId, tokenId) => void await events.append({ type: 'access-asked', attemptId, tokenId }),
  });
  return { validator, lists, online };
}

/** Without a key or a certificate nobody is asked. */
function backendOf({ backend }: Config, { apiKey }: Secrets): BackendAddress | undefined {
  if (!backend || (apiKey === undefined && backend.clientCertFile === undefined)) return undefined;
  const { url, caFile, clientCertFile, clientKeyFile } = backend;
  return { url, apiKey, tls: { caFile, clientCertFile, clientKeyFile } };
}

function startOrders({ config, secrets, clock, random, jitter, log }: AppOptions, { doorUuid, status }: Memory, door: Door, started: StopStack): BackendOrders | undefined {
  const backend = backendOf(config, secrets);
  if (!backend || config.access.remoteUnlock === 'off') return undefined;
  const orders = new BackendOrders({
    ...backend, doorUuid, clock, random, status, log, ...(jitter && { jitter }),
    perform: async (by) => orderOutcomeOf(await door.release(by)),
  });
  started.push(() => orders.stop());
  orders.start();
  return orders;
}

function orderOutcomeOf(outcome: ReleaseOutcome): OrderOutcome {
  switch (outcome) {
    case 'released': case 'lockdown': case 'relay-fault': return outcome;
    // The daemon is stopping.
    case 'over': return 'not-allowed';
  }
}

async function startEvidence({ config, clock, log }: AppOptions, { events, status, time }: Memory, qr: QrReader, started: StopStack): Promise<Evidence> {
  const evidence = await Evidence.open({
    dir: join(config.stateDir, 'evidence'), keep: config.evidence.keep, clock, log, status, clockTrust: () => time.trust(),
    maxAgeMs: config.evidence.maxAgeH * HOUR_MS, maxBytes: config.evidence.maxMb * MB,
    findCodes: async (luma, width, height) => quadsIn(await qr.read({ seq: 0, arrivedMs: 0, luma, width, height })), onEvent: (draft) => events.append(draft),
  });
  started.push(() => evidence.close());

  const upkeep = new Upkeep({
    clock, log, everyMs: HOUR_MS, firstAfterMs: 60_000,
    chores: [
      () => evidence.prune(),
      () => events.prune({ maxAgeMs: config.events.maxAgeDays * DAY_MS, maxBytes: config.events.maxMb * MB }),
      // A token last used before then has long expired, whatever its zone.
      () => events.pruneUses(clock.wallMs() - (config.access.maxTokenDays + 2) * DAY_MS),
    ],
  });
  started.push(() => upkeep.stop());
  upkeep.start();
  return evidence;
}

/** A picture that could not be looked at counts as one with a code in it: it is not stored [S7]. */
function quadsIn({ codes, problem }: ScanResult): Quad[] {
  if (problem !== undefined) throw new PosternError('picture-unchecked', problem, { transient: true });
  return codes.map((code) => code.quad);
}

function startUpload({ config, secrets, clock, log, jitter }: AppOptions, { doorUuid, events, status }: Memory, started: StopStack): BackendUpload | undefined {
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

async function startDecoder({ config, clock }: AppOptions, { status }: Memory, started: StopStack): Promise<QrReader> {
  const qr = await QrReader.open({ clock, deadlineMs: config.scan.decodeDeadlineMs, status });
  started.push(() => qr.close());
  return qr;
}

type PipelineParts = Memory & Pick<PipelineOptions, 'validator' | 'evidence' | 'qr' | 'door'>;

function startPipeline({ config: { scan }, clock, log, onTiming }: AppOptions, parts: PipelineParts, started: StopStack): Pipeline {
  const { qr, validator, evidence, events, door, tell } = parts;
  const garbage = new GarbageTally({ clock, windowMs: GARBAGE_WINDOW_MS, maxDifferent: GARBAGE_DIFFERENT, onSummary: tell });
  const showings = new ShowingFilter({ ...scan, keyOf: showingKey });
  const pipeline = new Pipeline({
    qr, showings, validator, garbage, events, evidence, door, clock, log, maxFrameAgeMs: scan.maxFrameAgeMs, ...(onTiming && { onTiming }),
  });
  started.push(() => pipeline.stop());
  return pipeline;
}

function startCamera({ camera }: AppOptions, status: StatusBoard, pipeline: Pipeline, started: StopStack): void {
  started.push(() => camera.stop());
  camera.start({
    frame: (frame) => {
      status.report('camera', 'ok');
      pipeline.offer(frame);
    },
    stopped: (reason) => status.report('camera', 'down', `The camera gives no pictures: ${reason}.`),
  });
}

async function startPage(options: AppOptions, { doorUuid, status, events, time }: Memory, door: Door, started: StopStack): Promise<string | undefined> {
  const { config, clock, log, version } = options;
  if (!config.http.enabled) return undefined;
  const startedAtMs = clock.wallMs();
  const page = new StatusServer({
    ...config.http, clock, log,
    snapshot: () => ({ version, startedAtMs, clock: time.trust(), parts: status.all(), door: { uuid: doorUuid, name: config.door.name, ...door.view } }),
    recent: () => events.query({ newestFirst: true, limit: 20, types: attemptTypes }),
  });
  const url = await page.start();
  started.push(() => page.stop());
  return url;
}

/** [S10] Camera, decoder, backend and broker have supervisors of their own: none of them is a reason to start the door again. */
function vitalSignsOf(door: Door, events: EventLog, clock: Clock): VitalSign[] {
  return [
    { name: 'the door machine', everyMs: 5_000, withinMs: 5_000, ask: () => door.tick() },
    { name: 'the relay guard', everyMs: 5_000, withinMs: 5_000, ask: () => heardWithin(clock, door.guardHeardMs, 15_000) },
    { name: 'the event log', everyMs: 60_000, withinMs: 30_000, ask: () => events.touch() },
  ];
}

function heardWithin(clock: Clock, heardMs: number, limitMs: number): Promise<void> {
  return clock.monotonicMs() - heardMs <= limitMs ? Promise.resolve() : Promise.reject(new Error('it was not heard'));
}

/** [S7] What the log keeps may be told: it holds no secret, no name and no token's text. */
function logEvent(log: Logger, event: StoredEvent): void {
  const isDetail = event.type === 'access-asked' || event.type === 'evidence-stored';
  log[isDetail ? 'debug' : 'info'](eventText(event), { event: event.seq, type: event.type });
}

/** What the door, the list and the log themselves have to say they tell in events of their own; an upload that fails fails with the backend. */
const PARTS_WITHOUT_EVENTS = new Set(['door', 'keys', 'list', 'event-log', 'evidence', 'upload']);

function tellOfPart(tell: Memory['tell'], part: string, now: PartStatus, before: PartStatus | undefined): void {
  if (PARTS_WITHOUT_EVENTS.has(part)) return;
  const wasWell = before === undefined || before.state === 'ok';
  if (now.state !== 'ok' && wasWell) tell({ type: 'part-failed', part, detail: now.reason });
  if (now.state === 'ok' && !wasWell) tell({ type: 'part-recovered', part });
}

function makeStateDir(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new PosternError('state-dir', `The state folder ${path} cannot be made (${messageOf(thrown)}). Set stateDir to a folder the daemon may write.`, { cause: thrown });
  }
}

function stoppedCleanly(events: EventLog): boolean {
  const [last] = events.query({ newestFirst: true, limit: 1 });
  return last === undefined || last.type === 'daemon-stopped';
}
