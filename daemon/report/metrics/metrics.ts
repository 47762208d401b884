import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { alarmNames, type Alarm } from '../../base/alarm.ts';
import type { ClockTrust, EventDraft, ReleaseCause } from '../../base/events.ts';
import type { PartStatus } from '../../base/status.ts';
import { hintText } from '../../base/scan-hint.ts';
import { denialText, unavailableText, type GrantRule } from '../../base/verdict.ts';
import { alarmTable } from '../alarms/alarm-table.ts';
import { ProcessMetrics } from './process-metrics.ts';

/** What is read when somebody asks. */
export interface MetricFacts {
  nowMs: number;
  doorState: string;
  clock: ClockTrust;
  alarms: Alarm[];
  parts: Record<string, PartStatus>;
  /** The accepted list. */
  list: { version: number; issuedAtMs: number; entries: number } | undefined;
  /** Events that wait, for each receiver that is configured. */
  waiting: Partial<Record<'backend' | 'broker', number>>;
  log: { bytes: number; lastSeq: number };
  evidenceBytes: number;
  /** Pictures of the camera since the start, by what became of them; undefined: they are not gated. */
  frames: Record<'decoded' | 'unchanged' | 'dull' | 'blurred', number> | undefined;
}

export type Stage = 'decode' | 'decide' | 'commit' | 'relay';

const STATES = ['locked', 'released', 'open', 'held-open', 'forced', 'passage', 'lockdown', 'fire', 'fault'];
const TRUSTS: readonly ClockTrust[] = ['verified', 'rtc', 'floor', 'suspect'];
const CAUSES: readonly ReleaseCause[] = ['token', 'rex', 'command', 'schedule', 'fire'];
const RULES: readonly GrantRule[] = ['backend', 'listed', 'newer-than-list', 'stale-list-allowed'];
const ATTEMPTS: [outcome: string, reasons: readonly string[]][] = [
  ['granted', RULES], ['denied', Object.keys(denialText)], ['unavailable', Object.keys(unavailableText)], ['unread', [...Object.keys(hintText), 'repeated']],
];
/** From a fast machine's picture to a small board's deadline; of a decision, from a list's to a backend's. */
const DECODE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const DECISION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
/** Up to the deadline of a commit, 2 s. */
const COMMIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];

/**
 * What Prometheus scrapes, in a registry of its own. Labels take values of closed sets of ours alone [S9]: no token, no
 * name, nothing that was read in a picture or an answer [S7].
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #process: ProcessMetrics;
  readonly #attempts = this.#counter('postern_attempts_total', 'Attempts at the door by outcome, and by rule, reason, cause or hint.', ['outcome', 'reason']);
  readonly #releases = this.#counter('postern_releases_total', 'Releases of the lock by cause.', ['cause']);
  readonly #frames = this.#counter('postern_frames_total', 'Pictures of the camera by what the gate made of them.', ['outcome']);
  readonly #stages: Record<Stage, Histogram> = {
    decode: this.#histogram('postern_decode_duration_seconds', 'From a picture to the codes in it.', DECODE_BUCKETS),
    decide: this.#histogram('postern_decision_duration_seconds', 'From a code to its verdict.', DECISION_BUCKETS),
    commit: this.#histogram('postern_commit_duration_seconds', 'From a verdict to its event on the disk.', COMMIT_BUCKETS),
    relay: this.#histogram('postern_release_duration_seconds', 'From a granted event on the disk to the relay.', DECISION_BUCKETS),
  };
  readonly #door = this.#gauge('postern_door_state', '1 for the state the door is in.', ['state']);
  readonly #clock = this.#gauge('postern_clock_trust', '1 for how far the clock is believed.', ['trust']);
  readonly #alarms = this.#gauge('postern_alarm_active', '1 while the alarm stands.', ['alarm', 'severity']);
  readonly #parts = this.#gauge('postern_part_ok', '1 while the part is well.', ['part']);
  readonly #listAge = this.#gauge('postern_list_age_seconds', 'Since the list of codes was issued.');
  readonly #listVersion = this.#gauge('postern_list_version', 'Version of the list of codes.');
  readonly #listEntries = this.#gauge('postern_list_entries', 'Codes in the list.');
  readonly #waiting = this.#gauge('postern_outbox_waiting_events', 'Events that a receiver does not have yet.', ['receiver']);
  readonly #logBytes = this.#gauge('postern_event_log_bytes', 'Size of the event log on the disk.');
  readonly #logSeq = this.#gauge('postern_event_log_last_seq', 'Number of the last event.');
  readonly #evidence = this.#gauge('postern_evidence_bytes', 'Size of all pictures on the disk.');

  constructor({ version, node }: { version: string; node: string }) {
    this.#gauge('postern_build_info', 'Always 1; what is running.', ['version', 'node']).set({ version, node }, 1);
    this.#process = new ProcessMetrics(this.#registry);
    for (const [outcome, reasons] of ATTEMPTS) for (const reason of reasons) this.#attempts.inc({ outcome, reason }, 0);
    for (const cause of CAUSES) this.#releases.inc({ cause }, 0);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Takes each event as it is stored. */
  take(event: EventDraft): void {
    switch (event.type) {
      case 'access-granted': return this.#attempts.inc({ outcome: 'granted', reason: event.rule });
      case 'access-denied': return this.#attempts.inc({ outcome: 'denied', reason: event.reason });
      case 'access-unavailable': return this.#attempts.inc({ outcome: 'unavailable', reason: event.cause });
      case 'garbage-repeated': return this.#attempts.inc({ outcome: 'denied', reason: 'garbage' }, event.count);
      case 'code-not-read': return this.#attempts.inc({ outcome: 'unread', reason: event.reason });
      case 'codes-not-read': return this.#attempts.inc({ outcome: 'unread', reason: 'repeated' }, event.count);
      case 'door-released': return this.#releases.inc({ cause: event.cause });
      default: return;
    }
  }

  timed(stage: Stage, ms: number): void {
    this.#stages[stage].observe(ms / 1000);
  }

  /** Text exposition format. */
  async text(facts: MetricFacts): Promise<string> {
    for (const state of STATES) this.#door.set({ state }, Number(state === facts.doorState));
    for (const trust of TRUSTS) this.#clock.set({ trust }, Number(trust === facts.clock));
    for (const alarm of alarmNames) this.#alarms.set({ alarm, severity: alarmTable[alarm].severity }, Number(facts.alarms.some(({ name }) => name === alarm)));
    for (const [part, { state }] of Object.entries(facts.parts)) this.#parts.set({ part }, Number(state === 'ok'));
    for (const [receiver, count] of Object.entries(facts.waiting)) this.#waiting.set({ receiver }, count);
    this.#tellList(facts);
    this.#tellFrames(facts.frames);
    this.#logBytes.set(facts.log.bytes);
    this.#logSeq.set(facts.log.lastSeq);
    this.#evidence.set(facts.evidenceBytes);
    this.#process.look();
    return this.#registry.metrics();
  }

  stop(): void {
    this.#process.stop();
  }

  /** Without a list there is no number for its age, which 0 would be. */
  #tellList({ list, nowMs }: MetricFacts): void {
    this.#listAge.set(list ? (nowMs - list.issuedAtMs) / 1000 : NaN);
    this.#listVersion.set(list?.version ?? NaN);
    this.#listEntries.set(list?.entries ?? NaN);
  }

  #tellFrames(frames: MetricFacts['frames']): void {
    this.#frames.reset();
    for (const [outcome, count] of Object.entries(frames ?? {})) this.#frames.inc({ outcome }, count);
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: L[] = []): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, registers: [this.#registry] });
  }
}
