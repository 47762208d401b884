import type { Pose } from './pinhole.ts';
import type { Random } from './random.ts';

type Numbers<T> = { [K in keyof T]: number };

/** Where something is over time: from one key to the next, gently starting and stopping. */
export class Track<T extends Numbers<T>> {
  readonly #keys: readonly (T & { atMs: number })[];

  /** `keys` by rising `atMs`, at least one. */
  constructor(keys: readonly (T & { atMs: number })[]) {
    this.#keys = keys;
  }

  /** Undefined before the first key and after the last. */
  at(tMs: number): T | undefined {
    const next = this.#keys.findIndex((key) => key.atMs >= tMs);
    const to = this.#keys[next];
    if (!to) return undefined;
    const from = this.#keys[next - 1];
    if (!from) return to.atMs === tMs ? to : undefined;
    return between(from, to, eased((tMs - from.atMs) / (to.atMs - from.atMs)));
  }
}

function between<T extends Numbers<T>>(from: T, to: T, share: number): T {
  const out = { ...to };
  for (const name in out) out[name] = (from[name] + (to[name] - from[name]) * share) as T[typeof name];
  return out;
}

const eased = (t: number): number => t * t * (3 - 2 * t);

/** A hand is never quite still. It trembles the same way every `loopMs`, so that a long hold needs few pictures. */
export class Tremor {
  readonly #loopMs: number;
  readonly #phases: number[];
  readonly #size: number;

  /** `size` 1 is a calm hand: about a millimetre and a degree. */
  constructor(random: Random, loopMs: number, size = 1) {
    this.#loopMs = loopMs;
    this.#size = size;
    this.#phases = Array.from({ length: 12 }, random);
  }

  of(pose: Pose, tMs: number): Pose {
    const turn = (tMs % this.#loopMs) / this.#loopMs;
    const wave = (i: number): number => this.#size * (
      0.7 * Math.sin(2 * Math.PI * (turn * (1 + (i % 2)) + (this.#phases[i] as number)))
      + 0.3 * Math.sin(2 * Math.PI * (turn * (4 + (i % 3)) + (this.#phases[i + 6] as number))));
    return {
      x: pose.x + 0.0016 * wave(0), y: pose.y + 0.0016 * wave(1), z: pose.z + 0.003 * wave(2),
      roll: pose.roll + 0.9 * wave(3), pitch: pose.pitch + 1.2 * wave(4), yaw: pose.yaw + 1.2 * wave(5),
    };
  }
}
