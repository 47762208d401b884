import type { Clock, Timer } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { IssuerKey } from './issuer-keys.ts';

const DAY_S = 86_400;
const LOOK_EVERY_MS = DAY_S * 1_000;
/** Time to notice, through a holiday. */
const WARN_BEFORE_S = 60 * DAY_S;

export interface EndingUse {
  use: 'token' | 'list';
  /** Seconds since 1970; may be over. */
  endsAtS: number;
}

/** The uses for which no key is good for another 60 days. A root has no end that anyone holds it to. */
export function endingUses(keys: readonly IssuerKey[], nowS: number): EndingUse[] {
  return (['token', 'list'] as const).flatMap((use) => {
    const ends = keys.filter((key) => key.use === use && key.state === 'active').map((key) => key.notAfterS);
    const endsAtS = Math.max(0, ...ends);
    return endsAtS - nowS < WARN_BEFORE_S ? [{ use, endsAtS }] : [];
  });
}

/** Says once a day which keys end soon: without one nothing can be signed, and every door's list runs out a day later. */
export class KeyEndWatch {
  readonly #o: { keys: () => readonly IssuerKey[]; clock: Clock; log: Logger };
  #timer: Timer | undefined;

  constructor(options: { keys: () => readonly IssuerKey[]; clock: Clock; log: Logger }) {
    this.#o = options;
  }

  start(): void {
    this.stop();
    const { keys, clock, log } = this.#o;
    for (const { use, endsAtS } of endingUses(keys(), Math.floor(clock.wallMs() / 1_000))) {
      log.warn(`The last ${use} key ends on ${new Date(endsAtS * 1_000).toISOString().slice(0, 10)}. Run: postern backend rotate-key ${use}`);
    }
    this.#timer = clock.after(LOOK_EVERY_MS, () => this.start());
  }

  stop(): void {
    this.#timer?.cancel();
  }
}
