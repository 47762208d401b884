/** Numbers 0 ≤ r < 1, the same for the same seed on every machine (mulberry32: integer arithmetic only). */
export type Random = () => number;

export function seededRandom(seed: number | string): Random {
  let state = typeof seed === 'number' ? seed >>> 0 : hashOf(seed);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Approximately normal, mean 0 and deviation 1: the sum of twelve uniform numbers (Irwin–Hall). */
export function gaussian(random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random();
  return sum;
}

/** A lattice of seeded values, smoothly joined: paint, plaster and stone are never quite even. */
export class ValueNoise {
  readonly #values = new Float32Array(256);

  constructor(random: Random) {
    for (let i = 0; i < this.#values.length; i++) this.#values[i] = random() * 2 - 1;
  }

  /** −1…1, varying over a distance of about 1. */
  at(x: number, y: number): number {
    const x0 = Math.floor(x);
    const y0 = Math.floor(y);
    const fx = smooth(x - x0);
    const fy = smooth(y - y0);
    const top = mix(this.#value(x0, y0), this.#value(x0 + 1, y0), fx);
    const bottom = mix(this.#value(x0, y0 + 1), this.#value(x0 + 1, y0 + 1), fx);
    return mix(top, bottom, fy);
  }

  #value(x: number, y: number): number {
    return this.#values[(Math.imul(x, 73) ^ Math.imul(y, 151)) & 255] as number;
  }
}

const mix = (a: number, b: number, t: number): number => a + (b - a) * t;
const smooth = (t: number): number => t * t * (3 - 2 * t);

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  return hash >>> 0;
}
