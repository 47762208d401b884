import type { DoorInputs } from '../../drivers/door-io/door-io.ts';
import type { EventDraft } from '../base/events.ts';
import type { StatusBoard } from '../base/status.ts';

export interface TamperOptions {
  status: StatusBoard;
  onEvent: (event: EventDraft) => void;
}

const PART = 'tamper';

/** Tells of an opened housing. It moves no relay: whoever has opened it is inside the wires anyway. */
export class Tamper {
  readonly #o: TamperOptions;
  #told: DoorInputs['tamper'] = 'normal';

  constructor(options: TamperOptions) {
    this.#o = options;
  }

  become(now: DoorInputs['tamper']): void {
    if (now === 'absent') return;
    this.#o.status.report(PART, now === 'alarm' ? 'degraded' : 'ok', now === 'alarm' ? 'The housing is open, or its wire is cut.' : '');
    if (now === this.#told) return;
    this.#told = now;
    this.#o.onEvent({ type: now === 'alarm' ? 'tamper-started' : 'tamper-ended' });
  }
}
