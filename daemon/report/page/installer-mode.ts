import type { Clock, Timer } from '../../base/clock.ts';
import type { EventDraft } from '../../base/events.ts';

export interface InstallerModeOptions {
  clock: Clock;
  tell: (draft: EventDraft) => void;
}

const LASTS_MS = 600_000;

/** Ten minutes in which the relay may be tried out. In memory: a restart ends it. */
export class InstallerMode {
  readonly #o: InstallerModeOptions;
  #on: { by: string; untilMs: number; timer: Timer } | undefined;

  constructor(options: InstallerModeOptions) {
    this.#o = options;
  }

  /** Until when by the wall clock; undefined while it is off. It ends by the monotonic one. */
  get current(): { by: string; untilMs: number } | undefined {
    return this.#on && { by: this.#on.by, untilMs: this.#on.untilMs };
  }

  /** Begins, or begins anew. */
  start(by: string): void {
    const { clock, tell } = this.#o;
    this.#on?.timer.cancel();
    const untilMs = Math.floor(clock.wallMs()) + LASTS_MS;
    this.#on = { by, untilMs, timer: clock.after(LASTS_MS, () => this.#end('time')) };
    tell({ type: 'installer-mode-started', by, untilMs });
  }

  end(by: string): void {
    this.#end('command', by);
  }

  stop(): void {
    this.#end('stopped');
  }

  #end(why: 'time' | 'command' | 'stopped', by?: string): void {
    if (!this.#on) return;
    this.#on.timer.cancel();
    this.#on = undefined;
    this.#o.tell({ type: 'installer-mode-ended', why, ...(by !== undefined && { by }) });
  }
}
