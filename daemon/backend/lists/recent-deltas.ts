type Making = Promise<Uint8Array | undefined>;

/** 64 of at most 256 kB: 16 MB [S9]. */
const MOST_KEPT = 64;
const MOST_KEPT_BYTES = 256 * 1024;

/** Deltas made lately, each once for all who ask for it at the same time. Large ones are made again rather than kept. */
export class RecentDeltas {
  /** In the order they were asked for last. */
  readonly #deltas = new Map<string, Making>();

  /** What `name` stands for; `make` is called when it is not there. */
  of(name: string, make: () => Making): Making {
    const delta = this.#deltas.get(name) ?? this.#make(name, make);
    this.#deltas.delete(name);
    this.#deltas.set(name, delta);
    for (const oldest of [...this.#deltas.keys()].slice(0, -MOST_KEPT)) this.#deltas.delete(oldest);
    return delta;
  }

  async #make(name: string, make: () => Making): Making {
    let isKept = false;
    try {
      const bytes = await make();
      isKept = bytes !== undefined && bytes.length <= MOST_KEPT_BYTES;
      return bytes;
    } finally {
      if (!isKept) this.#deltas.delete(name);
    }
  }
}
