import { canonicalJson } from '../../base/canonical-json.ts';
import type { Clock } from '../../base/clock.ts';
import { hashOf } from '../../base/event-chain.ts';
import { ruuidOf, ulid, type RandomSource } from '../../base/ids.ts';
import type { EventStore } from '../events/event-store.ts';
import type { Store } from '../store.ts';
import type { Alert } from './alert.ts';
import type { AlertRule, Attempt } from './alert-rule.ts';
import type { AlertSettings } from './alert-settings.ts';
import { AttemptHistory } from './attempt-history.ts';
import { codeAtTwoDoors } from './code-at-two-doors.ts';
import { denialsInARow } from './denials-in-a-row.ts';
import { doorSilent } from './door-silent.ts';
import { expiredCodeKeepsTrying } from './expired-code-keeps-trying.ts';
import { overspent } from './overspent.ts';
import { useOutOfHours } from './use-out-of-hours.ts';
import type { WebhookOutbox } from './webhook-outbox.ts';

export interface AlertsOptions {
  store: Store;
  clock: Clock;
  random: RandomSource;
  events: EventStore;
  outbox: WebhookOutbox;
  settings: AlertSettings;
}

/** An alert as it stands among the events and as a webhook carries it. */
export interface AlertEvent {
  type: 'alert-raised';
  id: string;
  alert: Alert['alert'];
  doorUuid: string;
  /** When the situation was, by the door's clock. */
  atMs: number;
  /** When it became known, by the backend's clock. */
  raisedMs: number;
  /** True when it became known so late that nobody was sent it. */
  late: boolean;
  text: string;
  tokenId?: string;
  eventIds: string[];
}

const MAX_EVENT_IDS = 20;
const KEPT_MS = 400 * 86_400_000;

/**
 * Looks at what is reported and raises alerts: an event each, and a webhook for whoever asked. Every writing call belongs
 * into the transaction that stores what was looked at, so that no alert is lost between the two.
 */
export class Alerts {
  readonly #o: AlertsOptions;
  readonly #history: AttemptHistory;
  readonly #rules: AlertRule[];
  readonly #wasRaised;
  readonly #remember;
  readonly #forget;

  constructor(options: AlertsOptions) {
    const { store, settings } = options;
    this.#o = options;
    this.#history = new AttemptHistory(store);
    this.#rules = rulesOf(settings);
    this.#wasRaised = store.prepare<[string, string, number, number], number>('SELECT 1 FROM alerts WHERE alert = ? AND subject = ? AND at_ms BETWEEN ? AND ? LIMIT 1').pluck();
    this.#remember = store.prepare('INSERT INTO alerts (id, alert, subject, at_ms, raised_ms) VALUES (?, ?, ?, ?, ?)');
    this.#forget = store.prepare('DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE raised_ms < ? LIMIT 2)');
  }

  /** Asks every rule about each attempt. All of them are stored already. */
  lookAt(attempts: Attempt[]): void {
    for (const attempt of attempts) {
      for (const rule of this.#rules) this.#ask(rule, attempt);
    }
  }

  /** A use that was one too many. */
  lookAtOverspent(attempt: Attempt & { token: Uint8Array }): void {
    if (this.#o.settings.overspent.enabled) this.raise(overspent(attempt));
  }

  /** What the chain of a door's log says. */
  lookAtLog(alert: Alert | undefined): void {
    if (this.#o.settings.logRewritten.enabled) this.raise(alert);
  }

  /** Doors that have gone silent since `listeningSinceMs`, when this backend began to listen, or later. */
  lookAtSilence(listeningSinceMs: number): void {
    const { enabled, afterS } = this.#o.settings.doorSilent;
    if (!enabled) return;
    const nowMs = this.#o.clock.wallMs();
    for (const { door, lastMs } of this.#o.events.lastHeard()) this.raise(doorSilent(door, { sinceMs: Math.max(lastMs, listeningSinceMs), nowMs, afterS }));
  }

  raise(alert: Alert | undefined): void {
    if (!alert) return;
    if (this.#isRaised(alert)) return;
    const event = this.#eventOf(alert);
    const body = canonicalJson(event);
    this.#remember.run(event.id, alert.alert, alert.subject, alert.atMs, event.raisedMs);
    // Two out for one in, so that the table never outgrows its time [S9].
    this.#forget.run(event.raisedMs - KEPT_MS);
    this.#o.events.insert({ ...event, door: alert.door, receivedMs: event.raisedMs, token: alert.token, hash: hashOf(body), body });
    if (!event.late) this.#o.outbox.add(event);
  }

  /** What is raised already is not looked for again: a storm of attempts must not cost a search each. */
  #ask(rule: AlertRule, attempt: Attempt): void {
    const { alert } = rule;
    const subject = rule.subjectOf(attempt);
    if (subject === undefined || this.#isRaised({ alert, subject, atMs: attempt.atMs })) return;
    const finding = rule.look(attempt, this.#history);
    if (finding) this.raise({ ...finding, alert, subject });
  }

  #isRaised({ alert, subject, atMs }: Pick<Alert, 'alert' | 'subject' | 'atMs'>): boolean {
    const coolDownMs = this.#o.settings.coolDownS * 1000;
    return this.#wasRaised.get(alert, subject, atMs - coolDownMs, atMs + coolDownMs) !== undefined;
  }

  #eventOf({ alert, door, atMs, text, token, eventIds }: Alert): AlertEvent {
    const raisedMs = this.#o.clock.wallMs();
    return {
      type: 'alert-raised', id: ulid(raisedMs, this.#o.random), alert, doorUuid: ruuidOf(door), atMs, raisedMs, text,
      late: raisedMs - atMs > this.#o.settings.lateAfterH * 3_600_000,
      eventIds: eventIds.slice(-MAX_EVENT_IDS), ...(token && { tokenId: ruuidOf(token) }),
    };
  }
}

function rulesOf(settings: AlertSettings): AlertRule[] {
  return [
    ...(settings.denialsInARow.enabled ? [denialsInARow(settings.denialsInARow)] : []),
    ...(settings.codeAtTwoDoors.enabled ? [codeAtTwoDoors(settings.codeAtTwoDoors)] : []),
    ...(settings.useOutOfHours.enabled ? [useOutOfHours(settings.useOutOfHours)] : []),
    ...(settings.expiredCodeKeepsTrying.enabled ? [expiredCodeKeepsTrying(settings.expiredCodeKeepsTrying)] : []),
  ];
}
