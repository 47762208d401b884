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

/** How doors came back. */
export interface Storm {
  lost: number;
  all: boolean;
  /** Milliseconds after there was a broker to come back to. */
  afterMs: number[];
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
    return this.#doors.filter(({ upAtMs }) => upAtMs !== undefined).length;
  }

  get scans(): number {
    return this.#told.size;
  }

  /** Waits until `count` doors are connected, for `withinMs` at most; false when they are not. */
  connected(count: number, withinMs: number): Promise<boolean> {
    return until(() => this.up >= count, withinMs);
  }

  /**
   * Does harm, which resolves to when there was a broker to come back to, monotonic milliseconds. Resolves, when every door
   * has a connection again or after `withinMs`, to how many lost theirs and how long after that moment each had another.
   */
  async reconnects(harm: () => Promise<number>, withinMs: number): Promise<Storm> {
    const before = new Map(this.#doors.map((door) => [door, door.lostTimes]));
    const fromMs = await harm();
    // What a killed broker leaves behind is noticed by its closed sockets, at once.
    await sleep(systemClock, 1_000);
    const all = await until(() => this.up === this.#doors.length, withinMs);
    const lost = this.#doors.filter((door) => door.lostTimes > (before.get(door) ?? 0));
    return { lost: lost.length, all, afterMs: lost.flatMap(({ upAtMs }) => (upAtMs === undefined ? [] : [upAtMs - fromMs])) };
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
