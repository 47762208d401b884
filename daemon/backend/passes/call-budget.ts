import type { Clock } from '../../base/clock.ts';

export interface CallBudgetOptions {
  clock: Clock;
  /** Calls that may come at once; as many a minute come back. */
  perMinute: number;
  /** [S9] Callers remembered; beyond that the one that came first is forgotten. */
  mostCallers: number;
}

interface Account {
  left: number;
  atMs: number;
}

/** Counts how often each caller asks: a bucket of calls for each, which fills up again as time goes. */
export class CallBudget {
  readonly #options: CallBudgetOptions;
  readonly #accounts = new Map<string, Account>();

  constructor(options: CallBudgetOptions) {
    this.#options = options;
  }

  /** Takes one call from a caller's budget; false when there is none left. */
  take(caller: string): boolean {
    const { clock, perMinute } = this.#options;
    const nowMs = clock.monotonicMs();
    const account = this.#accounts.get(caller) ?? this.#opened(caller, nowMs);
    account.left = Math.min(perMinute, account.left + ((nowMs - account.atMs) / 60_000) * perMinute);
    account.atMs = nowMs;
    if (account.left < 1) return false;
    account.left--;
    return true;
  }

  #opened(caller: string, nowMs: number): Account {
    if (this.#accounts.size >= this.#options.mostCallers) this.#accounts.delete(this.#accounts.keys().next().value as string);
    const account = { left: this.#options.perMinute, atMs: nowMs };
    this.#accounts.set(caller, account);
    return account;
  }
}
