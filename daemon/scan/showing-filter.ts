import type { CodeSeen, Quad } from '../base/frame.ts';
import { quadArea } from '../base/frame.ts';
import type { Verdict } from '../base/verdict.ts';
import { isAmong } from './same-place.ts';
import { SecondSighting } from './second-sighting.ts';

/** One holding-up of a code to the camera. */
export interface Showing {
  key: string;
  text: string;
  quad: Quad;
}

export interface ShowingFilterOptions {
  /** A code is a new showing when it was out of view for so long, milliseconds. */
  rearmMs: number;
  /** A code without an answer is tried again after so long while it is shown, milliseconds. */
  retryMs: number;
  /** How many codes of one frame are tried, the largest first. */
  maxCodes: number;
  /** What identifies a code: the same for every step of one rotating token. */
  keyOf: (text: string) => string;
  /** Whether a text that only an extra look read proves itself; absent: none does, each must be read twice. */
  isGenuine?: (text: string) => boolean;
}

/** Codes remembered at once [S9]; beyond that the one unseen for longest is forgotten. */
const MAX_REMEMBERED = 64;

/**
 * How long the camera may give nothing at all (restarting, or the door busy with a slow disk) between two sightings of a
 * code for them to count as one showing. Nobody saw the code go; but a visitor is not to be kept waiting for ever either.
 */
const BLIND_MS = 10_000;

/** Two sightings by extra looks agree within this: some looks have their turn only every few seconds. */
const AGREE_WITHIN_MS = 5_000;

const NOW = -Infinity;
const NEVER = Infinity;

interface Remembered {
  /** Where it was last seen. */
  quad: Quad;
  seenAtMs: number;
  /** Seen, and read in that very frame. */
  readAtMs: number;
  /** The first look since then that missed it. */
  missedAtMs: number | undefined;
  tryAtMs: number;
}

/**
 * Makes one try of one showing, however long it lasts and however often a look at it fails.
 *
 * After each look: `see` gives the codes to try now, and the caller settles each that it tried before the next look. One
 * that it did not come to is given again. The first grant ends the showing of every code then in view.
 */
export class ShowingFilter {
  readonly #o: ShowingFilterOptions;
  /** In the order in which they were last seen. */
  readonly #remembered = new Map<string, Remembered>();

  readonly #sightings: SecondSighting;

  constructor(options: ShowingFilterOptions) {
    this.#o = options;
    this.#sightings = new SecondSighting({ withinMs: AGREE_WITHIN_MS, isGenuine: options.isGenuine ?? (() => false) });
  }

  /** How many codes are remembered. */
  get size(): number {
    return this.#remembered.size;
  }

  /**
   * Takes the codes of one look (none: nothing was in view) and gives those to try now, the largest first. `unread` is where
   * it saw codes that it could not read: one that was read there lately is in view still.
   */
  see(codes: CodeSeen[], atMs: number, unread: readonly Quad[] = []): Showing[] {
    const inView = this.#largestOfEach(this.#sightings.sure(codes, atMs));
    const keys = new Set(inView.map(({ key }) => key));
    const held = this.#heldUnread(keys, unread, atMs);
    this.#forgetThoseGone(new Set([...keys, ...held.map(({ key }) => key)]), atMs);
    for (const { each, quad } of held) keepInView(each, quad, atMs);
    for (const showing of inView) this.#remember(showing, atMs);
    return inView.filter(({ key }) => (this.#remembered.get(key)?.tryAtMs ?? NEVER) <= atMs).slice(0, this.#o.maxCodes);
  }

  /**
   * Takes that a frame shows what all have shown since the one that arrived at `sinceMs`: what was read in one of those is
   * in view still. Whether one of these codes is to be tried now; it must be read again first, for no verdict comes of a
   * code that was read in another frame [S4].
   */
  stay(sinceMs: number, atMs: number): boolean {
    const still = [...this.#remembered].filter(([, { readAtMs }]) => readAtMs >= sinceMs && atMs - readAtMs <= BLIND_MS);
    this.#forgetThoseGone(new Set(still.map(([key]) => key)), atMs);
    for (const [, each] of still) keepInView(each, each.quad, atMs);
    return still.some(([, { tryAtMs }]) => tryAtMs <= atMs);
  }

  /** Takes what a try of `showing` came to. */
  settle(showing: Showing, outcome: Verdict['outcome'], atMs: number): void {
    if (outcome === 'granted') {
      for (const each of this.#remembered.values()) each.tryAtMs = NEVER;
      return;
    }
    const tried = this.#remembered.get(showing.key);
    if (tried) tried.tryAtMs = outcome === 'unavailable' ? atMs + this.#o.retryMs : NEVER;
  }

  #largestOfEach(codes: CodeSeen[]): Showing[] {
    const bySize = codes.toSorted((a, b) => quadArea(b.quad) - quadArea(a.quad)).slice(0, MAX_REMEMBERED);
    const largest = new Map<string, Showing>();
    for (const { text, quad } of bySize) {
      const key = this.#o.keyOf(text);
      if (!largest.has(key)) largest.set(key, { key, text, quad });
    }
    return [...largest.values()];
  }

  /** `keys`: of the codes in view. */
  #forgetThoseGone(keys: ReadonlySet<string>, atMs: number): void {
    for (const [key, each] of this.#remembered) {
      const goneMs = each.missedAtMs === undefined ? 0 : atMs - each.missedAtMs;
      if (goneMs >= this.#o.rearmMs || atMs - each.seenAtMs > BLIND_MS) this.#remembered.delete(key);
      else if (!keys.has(key)) each.missedAtMs ??= atMs;
    }
  }

  /** Those that are in view, each where something unread is. */
  #heldUnread(read: ReadonlySet<string>, unread: readonly Quad[], atMs: number): { key: string; each: Remembered; quad: Quad }[] {
    return [...this.#remembered].flatMap(([key, each]) => {
      const quad = read.has(key) || atMs - each.readAtMs > BLIND_MS ? undefined : unread.find((place) => isAmong(each.quad, [place]));
      return quad ? [{ key, each, quad }] : [];
    });
  }

  #remember({ key, quad }: Showing, atMs: number): void {
    const tryAtMs = this.#remembered.get(key)?.tryAtMs ?? NOW;
    this.#remembered.delete(key);
    this.#remembered.set(key, { quad, seenAtMs: atMs, readAtMs: atMs, missedAtMs: undefined, tryAtMs });
    const oldest = this.#remembered.keys().next().value;
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
  }
}

/** It was seen, though not read anew. */
function keepInView(each: Remembered, quad: Quad, atMs: number): void {
  each.quad = quad;
  each.seenAtMs = atMs;
  each.missedAtMs = undefined;
}
