import { join } from 'node:path';
import type { BenchRow } from '../bench-rows.ts';
import { Guest, type GuestImages } from './guest.ts';
import type { Progress } from './progress.ts';

const BOOT_GOAL_S = 20;
const JOURNAL_LIMIT_MS = 60_000;

/** One guest at a time: the machine is small, and what one does would show in the other's figures. */
export class GuestPool {
  readonly dir: string;
  readonly #prepare: () => Promise<GuestImages>;
  readonly #progress: Progress;
  readonly #bootsS: number[] = [];
  #images: Promise<GuestImages> | undefined;
  #shared: Guest | undefined;
  #own: Guest | undefined;

  /** `prepare` is called when the first guest is asked for. */
  constructor(prepare: () => Promise<GuestImages>, dir: string, progress: Progress) {
    this.#prepare = prepare;
    this.dir = dir;
    this.#progress = progress;
  }

  async shared(): Promise<Guest> {
    await this.#closeOwn();
    this.#shared ??= await this.#boot('guest', []);
    return this.#shared;
  }

  async own(name: string, more: readonly string[]): Promise<Guest> {
    await this.close();
    this.#own = await this.#boot(name, more);
    return this.#own;
  }

  async close(): Promise<void> {
    await this.#closeOwn();
    await this.#shared?.close();
    this.#shared = undefined;
  }

  /** Fetches the guest's journal after a failure, if there is a guest that answers. */
  async keepJournal(): Promise<void> {
    await (this.#own ?? this.#shared)?.run('journalctl --boot --no-pager --output=short-monotonic > /out/journal.txt', JOURNAL_LIMIT_MS).catch(() => undefined);
  }

  rows(): BenchRow[] {
    return this.#bootsS.length === 0 ? [] : [{ name: `guest boots, slowest of ${this.#bootsS.length}`, value: Math.max(...this.#bootsS), unit: 's', goal: BOOT_GOAL_S }];
  }

  async #boot(name: string, more: readonly string[]): Promise<Guest> {
    const images = await (this.#images ??= this.#prepare());
    const guest = await this.#progress.step('Booting the guest', () => Guest.boot(images, join(this.dir, name), more));
    this.#bootsS.push(guest.bootS);
    await guest.must('bash /opt/postern/scripts/hardware-bench/guest/wire-door.sh');
    return guest;
  }

  async #closeOwn(): Promise<void> {
    await this.#own?.close();
    this.#own = undefined;
  }
}
