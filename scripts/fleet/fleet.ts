import { sleep, systemClock } from '../../daemon/base/clock.ts';
import { FleetDoor } from './fleet-door.ts';
import { SiteEar } from './site-ear.ts';

export interface FleetOptions {
  doors: number;
  brokers: readonly string[];
  /** Which broker the site is listened to at; one that is not harmed. */
  earAt: string;
  version: '3.1.1' | '5';
  /** Of the topics, of this run alone. */
  prefix: string;
  scansPerS: number;
}

/** What came of a run. */
export interface FleetAccount {
  scans: number;
  /** Events that never arrived. */
  lost: number;
  /** Events that arrived more than once on the way: they are known by their id. */
  repeated: number;
  /** Events that arrived, each counted once, beyond those that were told. 0, or ids are not unique. */
  unknown: number;
  outOfOrder: number;
}

const LOOK_EVERY_MS = 50;

/** Many doors in one process, each with a connection of its own, and one who listens to all of them. */
export class Fleet {
  readonly #doors: FleetDoor[];
  readonly #ear: SiteEar;
  readonly #told = new Set<string>();
  #scanning: NodeJS.Timeout | undefined;

  private constructor(doors: FleetDoor[], ear: SiteEar) {
    this.#doors = doors;
    this.#ear = ear;
  }

  static async open({ doors, brokers, earAt, version, prefix, scansPerS }: FleetOptions): Promise<Fleet> {
    const ear = await SiteEar.at(earAt, prefix);
    const fleet = new Fleet(Array.from({ length: doors }, (_, number) => new FleetDoor({ number, prefix, brokers, version })), ear);
    if (scansPerS > 0) fleet.#scan(scansPerS);
    return fleet;
  }

  get up(): number {
    return this.#doors.filter(({ isUp }) => isUp).length;
  }

  get scans(): number {
    return this.#told.size;
  }

  /** Waits until `count` doors are connected, for `withinMs` at most; false when they are not. */
  connected(count: number, withinMs: number): Promise<boolean> {
    return until(() => this.up >= count, withinMs);
  }

  /**
   * Resolves, for each door that loses its connection and gets one again from now on, to how many milliseconds after
   * `fromMs` (monotonic) it had one; when all have, or after `withinMs`.
   */
  async reconnects(harm: () => Promise<number>, withinMs: number): Promise<{ lost: number; afterMs: number[]; all: boolean }> {
    const lost = new Set<FleetDoor>();
    const backAtMs = new Map<FleetDoor, number>();
    const watch = setInterval(() => {
      for (const door of this.#doors) {
        if (!door.isUp) lost.add(door);
        else if (lost.has(door) && !backAtMs.has(door)) backAtMs.set(door, systemClock.monotonicMs());
      }
    }, LOOK_EVERY_MS / 2);
    try {
      const fromMs = await harm();
      // What a killed broker leaves behind is noticed by its closed sockets, at once.
      await sleep(systemClock, 1_000);
      const all = await until(() => this.up === this.#doors.length, withinMs);
      await sleep(systemClock, LOOK_EVERY_MS);
      return { lost: lost.size, afterMs: [...backAtMs.values()].map((atMs) => atMs - fromMs), all };
    } finally {
      clearInterval(watch);
    }
  }

  /** No further scans; waits until everything has arrived that was told, for `withinMs` at most. */
  async account(withinMs: number): Promise<FleetAccount> {
    clearInterval(this.#scanning);
    await until(() => this.#missing() === 0 && this.#doors.every(({ waiting }) => waiting === 0), withinMs);
    const { arrived, outOfOrder } = this.#ear;
    return {
      scans: this.#told.size, lost: this.#missing(), outOfOrder,
      repeated: [...arrived.values()].filter((times) => times > 1).length,
      unknown: [...arrived.keys()].filter((id) => !this.#told.has(id)).length,
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#scanning);
    await Promise.all(this.#doors.map((door) => door.stop()));
    await this.#ear.close();
  }

  #missing(): number {
    let missing = 0;
    for (const id of this.#told) if (!this.#ear.arrived.has(id)) missing++;
    return missing;
  }

  /** Spread over the second and over the doors, whether they are connected or not. */
  #scan(perS: number): void {
    const beganMs = systemClock.monotonicMs();
    let next = 0;
    this.#scanning = setInterval(() => {
      const due = Math.floor(((systemClock.monotonicMs() - beganMs) / 1000) * perS);
      for (; next < due; next++) this.#told.add((this.#doors[(next * 7) % this.#doors.length] as FleetDoor).scan());
    }, LOOK_EVERY_MS);
  }
}

async function until(holds: () => boolean, withinMs: number): Promise<boolean> {
  const endMs = systemClock.monotonicMs() + withinMs;
  while (!holds()) {
    if (systemClock.monotonicMs() >= endMs) return false;
    await sleep(systemClock, LOOK_EVERY_MS);
  }
  return true;
}
