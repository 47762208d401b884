import { z } from 'zod';
import { alarmNames, type Alarm, type AlarmChange, type AlarmName, type Alarms, type Severity } from '../../base/alarm.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import type { DurableState } from '../../base/durable-state.ts';
import { messageOf } from '../../base/errors.ts';
import type { EventDraft } from '../../base/events.ts';
import { InFlight } from '../../base/in-flight.ts';
import type { Logger } from '../../base/logger.ts';
import { conditionsOf, type AlarmFacts, type Condition } from './alarm-conditions.ts';
import { alarmTable } from './alarm-table.ts';
import { resumed, step, type Now, type Standing } from './steadiness.ts';

export interface AlarmBoardOptions {
  facts: () => AlarmFacts;
  clock: Clock;
  /** Keeps which alarms stand, so that a restart neither forgets one nor tells it anew. */
  state: DurableState;
  log: Logger;
  /** Takes alarm-raised and alarm-cleared. */
  onEvent: (draft: EventDraft) => void;
}

const STATE_KEY = 'alarms';
/** What changes by time alone is noticed within this. */
const LOOK_EVERY_MS = 5_000;

const GRAVITY: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };

const savedSchema = z.record(z.string().max(64), z.object({ sinceMs: z.number(), text: z.string().max(1_000) }));

/**
 * The alarms that stand. It looks when it is told that something may have changed, and every 5 s; each change is told once:
 * to the log, to its listeners, and as an event where the door has none of its own for it.
 *
 * INVARIANT: what is told cleared was told raised before, by this daemon or by the one before it.
 */
export class AlarmBoard implements Alarms {
  readonly #o: AlarmBoardOptions;
  readonly #standing = new Map<AlarmName, Standing>();
  readonly #listeners: ((change: AlarmChange) => void)[] = [];
  readonly #saving = new InFlight();
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: AlarmBoardOptions) {
    this.#o = options;
    const saved = savedSchema.safeParse(options.state.get(STATE_KEY));
    for (const name of alarmNames) {
      const stood = saved.data?.[name];
      if (stood) this.#standing.set(name, resumed(stood, this.#now()));
    }
  }

  start(): void {
    this.look();
    this.#timer = this.#o.clock.after(LOOK_EVERY_MS, () => this.start());
  }

  /** What stands goes on standing for the next daemon. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  active(): Alarm[] {
    const raised = alarmNames.flatMap((name) => {
      const standing = this.#standing.get(name);
      return standing?.isRaised ? [alarmOf(name, standing)] : [];
    });
    return raised.sort((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity] || a.sinceMs - b.sinceMs);
  }

  onChange(listener: (change: AlarmChange) => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves when what stands is on the disk, or could not be brought there. */
  idle(): Promise<void> {
    return this.#saving.idle();
  }

  /** Takes what is so now. */
  look(): void {
    // While parts stop, one after the other, what they say is no alarm.
    if (this.#stopped) return;
    const conditions = conditionsOf(this.#o.facts());
    const changes = alarmNames.flatMap((name) => this.#step(name, conditions[name]));
    if (changes.length === 0) return;
    for (const change of changes) this.#tell(change);
    void this.#saving.track(this.#save());
  }

  #step(name: AlarmName, condition: Condition | undefined): AlarmChange[] {
    const before = this.#standing.get(name);
    const { standing, told } = step(before, condition, this.#now(), alarmTable[name]);
    if (standing) this.#standing.set(name, standing);
    else this.#standing.delete(name);
    const about = standing ?? before;
    if (told === undefined || about === undefined) return [];
    return [{ alarm: alarmOf(name, about), ...(told !== 'raised' && told) }];
  }

  #tell(change: AlarmChange): void {
    const { alarm: { name, severity, text, sinceMs }, clearedAtMs } = change;
    const { title, hasEvents } = alarmTable[name];
    const facts = { alarm: name, severity, since: new Date(sinceMs).toISOString() };
    if (clearedAtMs !== undefined) this.#o.log.info(`Alarm over: ${title}.`, facts);
    else this.#o.log[severity === 'critical' ? 'error' : severity === 'warning' ? 'warn' : 'info'](`Alarm: ${title}. ${text}`, facts);
    if (hasEvents) this.#o.onEvent(clearedAtMs === undefined ? { type: 'alarm-raised', alarm: name, severity, detail: text, sinceMs } : { type: 'alarm-cleared', alarm: name, sinceMs });
    for (const listener of this.#listeners) listener(change);
  }

  async #save(): Promise<void> {
    const standing = Object.fromEntries(this.active().map(({ name, sinceMs, text }) => [name, { sinceMs, text }]));
    const failed = (thrown: unknown): void => this.#o.log.warn(`After a restart, alarms may be told anew: ${messageOf(thrown)}`);
    await this.#o.state.set(STATE_KEY, standing).catch(failed);
  }

  #now(): Now {
    return { wallMs: Math.floor(this.#o.clock.wallMs()), monotonicMs: this.#o.clock.monotonicMs() };
  }
}

function alarmOf(name: AlarmName, { text, sinceMs }: Standing): Alarm {
  return { name, severity: alarmTable[name].severity, text, sinceMs };
}
