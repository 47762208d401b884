import type { Clock } from '../../base/clock.ts';
import { ApiError } from '../../base/http/api-error.ts';
import { Allowances } from '../../base/http/allowances.ts';
import { networkOf } from '../../base/http/asker-address.ts';
import type { Login } from './api.ts';
import { isPassword, nobodysHash } from './password-hash.ts';
import type { User } from './users-file.ts';
import type { Users } from './users.ts';

export interface LoginDeskOptions {
  users: Pick<Users, 'get' | 'count'>;
  clock: Pick<Clock, 'monotonicMs'>;
  /** Told of each login that failed, by the network it came from; a flood is the listener's to count. */
  onFailed: (network: string) => void;
}

/** From one network; and for one account from all that have never logged in to it. Then one in ten, or five, seconds. */
const OF_NETWORK = { perMinute: 6, atOnce: 10 };
const OF_ACCOUNT = { perMinute: 12, atOnce: 20 };
/** [S9] */
const MOST_NAMES = 1_024;
const MOST_KNOWN = 256;
/** Each costs memory and time in the thread pool, which pictures need, too. */
const MOST_WAITING = 4;

/**
 * Checks who logs in, one at a time. Guessing is slowed down by network and by account; where someone has logged in to an
 * account before, what others try on it does not count, so that nobody can lock its owner out.
 */
export class LoginDesk {
  readonly #o: LoginDeskOptions;
  readonly #tries: Allowances;
  /** Network and account that were right; the one seen last comes last. */
  readonly #known = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: LoginDeskOptions) {
    this.#o = options;
    this.#tries = new Allowances({ clock: options.clock, mostNames: MOST_NAMES });
  }

  /** Rejects with ApiError(401 'login-wrong', the same for an unknown user; 429 'rate-limited'; 503 'busy'). */
  async check({ user: name, password }: Login, address: string): Promise<User> {
    const network = networkOf(address);
    const tries = this.#triesOf(network, name);
    for (const { of, limit } of tries) this.#take(of, limit);
    const user = this.#o.users.get(name);
    const isRight = await this.#inTurn(() => isPassword(password, user?.password ?? nobodysHash));
    // What was true when it was asked may have been changed meanwhile.
    if (user && isRight && this.#o.users.get(name)?.stamp === user.stamp) {
      for (const { of, limit } of tries) this.#tries.giveBack(of, limit.perMinute, limit.atOnce);
      this.#remember(`${network} ${name}`);
      return user;
    }
    this.#o.onFailed(network);
    throw new ApiError(401, 'login-wrong', 'The name or the password is wrong. An admin can set another password: postern user password NAME.');
  }

  /** What a try is counted under. It counts until it was right, or many at once would all come before the first was refused. */
  #triesOf(network: string, name: string): { of: string; limit: typeof OF_NETWORK }[] {
    // Names that were made up would push real ones out of what is remembered.
    const account = this.#o.users.get(name) ? name : '';
    const isKnown = this.#known.has(`${network} ${name}`);
    return [{ of: `from ${network}`, limit: OF_NETWORK }, { of: isKnown ? `by ${network} to ${account}` : `to ${account}`, limit: OF_ACCOUNT }];
  }

  #take(name: string, { perMinute, atOnce }: typeof OF_NETWORK): void {
    if (this.#tries.take(name, perMinute, atOnce)) return;
    const waitS = this.#tries.waitS(name, perMinute, atOnce);
    throw new ApiError(429, 'rate-limited', `There were too many tries to log in. Try again in ${waitS} s.`, { headers: { 'retry-after': String(waitS) } });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MOST_WAITING) throw new ApiError(503, 'busy', 'Several people are logging in. Try again in a few seconds.', { headers: { 'retry-after': '2' } });
    this.#waiting++;
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#waiting--;
    }
  }

  #remember(pair: string): void {
    this.#known.delete(pair);
    this.#known.add(pair);
    if (this.#known.size > MOST_KNOWN) this.#known.delete(this.#known.values().next().value as string);
  }
}
