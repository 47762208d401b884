import type { Quad } from '../../base/frame.ts';
import { quadArea } from '../../base/frame.ts';

/** What has stood in one place for so long is nobody's phone: a poster, a picture on the wall, a shelf of books. */
const SETTLED_MS = 30_000;
/** Unseen for so long it is forgotten: it was taken away. */
const FORGOTTEN_MS = 600_000;
/** Before it has settled it may be missed for so long: someone who comes back later is not furniture. */
const LEAVE_MS = 5_000;
/** In one place: middles nearer than this share of its side, sides alike to this share. A hand trembles by more within half a minute. */
const SAME = 0.1;
const MOST_PLACES = 16;

interface Place {
  x: number;
  y: number;
  side: number;
  firstMs: number;
  lastMs: number;
}

/** Remembers what always looks unreadable, so that an empty hall is not told to hold still. */
export class Furniture {
  #places: Place[] = [];

  /** Takes where something was seen; true when it has stood there long enough to be left alone. */
  isAt(quad: Quad, atMs: number): boolean {
    this.#places = this.#places.filter((place) => atMs - place.lastMs <= (isSettled(place) ? FORGOTTEN_MS : LEAVE_MS));
    const now = placeOf(quad, atMs);
    const known = this.#places.find((place) => isSame(place, now));
    if (known) {
      known.lastMs = atMs;
      return isSettled(known);
    }
    this.#places.push(now);
    // The one unseen for longest makes room [S9].
    if (this.#places.length > MOST_PLACES) this.#places = this.#places.toSorted((a, b) => b.lastMs - a.lastMs).slice(0, MOST_PLACES);
    return false;
  }
}

const isSettled = ({ firstMs, lastMs }: Place): boolean => lastMs - firstMs >= SETTLED_MS;

function placeOf(quad: Quad, atMs: number): Place {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { x: mean(quad.map(({ x }) => x)), y: mean(quad.map(({ y }) => y)), side: Math.sqrt(quadArea(quad)), firstMs: atMs, lastMs: atMs };
}

function isSame(a: Place, b: Place): boolean {
  const near = SAME * a.side;
  return Math.hypot(a.x - b.x, a.y - b.y) <= near && Math.abs(a.side - b.side) <= near;
}
