import type { Colour } from './lighting.ts';
import type { Place } from './pinhole.ts';
import { ValueNoise, seededRandom } from './random.ts';

/** The walls in metres from the camera, which hangs beside the guarded door and looks down the hall. */
export const ROOM = { left: -1.5, right: 1.9, ceiling: -1.15, floor: 1.45, far: 6.5 } as const;

/** What a ray meets. */
export interface Surface {
  place: Place;
  normal: Place;
  paint: Paint;
}

export interface Paint {
  /** How much light it gives back, linear. */
  albedo: Colour;
  /** 0…1: how much of it is a mirror. */
  gloss: number;
  /** Shines by itself: a lamp's panel, or the glass of the far door. */
  emits?: 'lamp' | 'daylight';
}

/** Out of the walls into the room. */
const [AHEAD, UP, DOWN, LEFT, RIGHT] = [{ x: 0, y: 0, z: -1 }, { x: 0, y: -1, z: 0 }, { x: 0, y: 1, z: 0 }, { x: -1, y: 0, z: 0 }, { x: 1, y: 0, z: 0 }] as const;

const PLASTER: Colour = [0.66, 0.62, 0.54];
const WAINSCOT: Colour = [0.2, 0.27, 0.29];
const SKIRTING: Colour = [0.1, 0.07, 0.05];
const FRAME: Colour = [0.09, 0.09, 0.1];
const WOOD: Colour = [0.33, 0.17, 0.08];
const STEEL: Colour = [0.42, 0.44, 0.46];
const CORK: Colour = [0.42, 0.27, 0.14];
const PAPERS: readonly Colour[] = [[0.8, 0.78, 0.7], [0.75, 0.7, 0.25], [0.35, 0.55, 0.7], [0.8, 0.45, 0.35], [0.78, 0.78, 0.8]];

/** The hall's walls, floor and ceiling with what hangs on them. */
export class HallSurfaces {
  readonly #noise: ValueNoise;

  constructor(seed: number) {
    this.#noise = new ValueNoise(seededRandom(seed));
  }

  /** Where the ray from `from` towards (dx, dy, 1) meets the room. */
  hit(from: Place, dx: number, dy: number): Surface {
    const toSide = dx === 0 ? Infinity : ((dx > 0 ? ROOM.right : ROOM.left) - from.x) / dx;
    const toFlat = dy === 0 ? Infinity : ((dy > 0 ? ROOM.floor : ROOM.ceiling) - from.y) / dy;
    const toFar = ROOM.far - from.z;
    const way = Math.min(toSide, toFlat, toFar);
    const place = { x: from.x + dx * way, y: from.y + dy * way, z: from.z + way };
    if (way === toFar) return { place, normal: AHEAD, paint: this.#farWall(place) };
    if (way === toFlat) return dy > 0 ? { place, normal: UP, paint: this.#floor(place) } : { place, normal: DOWN, paint: this.#ceiling(place) };
    return dx > 0 ? { place, normal: LEFT, paint: this.#rightWall(place) } : { place, normal: RIGHT, paint: this.#leftWall(place) };
  }

  #floor({ x, z }: Place): Paint {
    if (z > 5.5 && Math.abs(x) < 0.9) return matt(this.#speckled([0.1, 0.09, 0.09], x * 40, z * 40, 0.5));
    const [tileX, tileZ] = [Math.floor(x / 0.45), Math.floor(z / 0.45)];
    const [inX, inZ] = [x / 0.45 - tileX, z / 0.45 - tileZ];
    if (Math.min(inX, inZ) < 0.018) return matt([0.2, 0.19, 0.17]);
    const tone = 0.38 + 0.035 * this.#noise.at(tileX * 5.3, tileZ * 7.1) + ((tileX + tileZ) & 1 ? 0.05 : 0);
    return { albedo: this.#speckled([tone, tone * 0.95, tone * 0.86], x * 25, z * 25, 0.1), gloss: 0.13 };
  }

  #ceiling({ x, z }: Place): Paint {
    const alongLamp = (z > 1.8 && z < 3) || (z > 4.2 && z < 5.4);
    if (alongLamp && Math.abs(x - 0.2) < 0.16) return { ...matt([1, 0.97, 0.9]), emits: 'lamp' };
    return matt([0.74, 0.73, 0.7]);
  }

  #farWall({ x, y }: Place): Paint {
    if (x < -0.85 || x > 0.95 || y < -0.8) return this.#wall(x, y);
    const pane = x < 0.05 ? [-0.77, 0.01] as const : [0.09, 0.87] as const;
    const glass = x > pane[0] && x < pane[1] && y > -0.72 && y < 1.3 && Math.abs(y - 0.42) > 0.035;
    if (!glass) return matt(FRAME);
    return { ...matt(this.#outdoors(x, y)), emits: 'daylight' };
  }

  /** The street behind the glass, out of focus: sky, a hedge, pavement. */
  #outdoors(x: number, y: number): Colour {
    const leaf = 0.12 * this.#noise.at(x * 4, y * 4 + 9);
    const hedge = soft(y + leaf, -0.05, 0.2) - soft(y, 0.62, 0.78);
    const pavement = soft(y, 0.62, 0.78);
    const sky = 1 - hedge - pavement;
    return [
      sky * 0.85 + hedge * (0.3 + leaf) + pavement * 0.62,
      sky * 0.93 + hedge * (0.42 + leaf) + pavement * 0.6,
      sky * 1 + hedge * (0.24 + leaf) + pavement * 0.56,
    ];
  }

  #leftWall({ y, z }: Place): Paint {
    if (z < 2.3 || z > 3.95 || y < -0.4 || y > 0.5) return this.#wall(z, y);
    // Letter boxes, five across and four high.
    const [inX, inY] = [((z - 2.3) / 0.33) % 1, ((y + 0.4) / 0.225) % 1];
    if (inX < 0.05 || inX > 0.95 || inY < 0.06 || inY > 0.94) return matt(FRAME);
    if (inY > 0.18 && inY < 0.28 && inX > 0.2 && inX < 0.8) return matt([0.04, 0.04, 0.04]);
    if (inY > 0.5 && inY < 0.68 && inX > 0.25 && inX < 0.6) return matt([0.75, 0.74, 0.7]);
    return { albedo: STEEL, gloss: 0 };
  }

  #rightWall({ y, z }: Place): Paint {
    if (z > 3.25 && z < 4.35 && y > -0.68) return this.#flatDoor(z - 3.25, y);
    if (z > 1.75 && z < 2.75 && y > -0.42 && y < 0.32) return this.#noticeBoard((z - 1.75) / 1, (y + 0.42) / 0.74);
    return this.#wall(z, y);
  }

  #flatDoor(across: number, y: number): Paint {
    if (across < 0.08 || across > 1.02 || y < -0.6) return matt([0.5, 0.47, 0.42]);
    if (Math.hypot(across - 0.2, y - 0.42) < 0.035) return matt([0.6, 0.52, 0.35]);
    return matt(this.#speckled(WOOD, across * 30, y * 2.5, 0.18));
  }

  #noticeBoard(across: number, down: number): Paint {
    if (Math.min(across, 1 - across, down, 1 - down) < 0.04) return matt(WOOD);
    const [column, row] = [Math.floor(across * 4), Math.floor(down * 2)];
    const shift = this.#noise.at(column * 3.7 + 0.4, row * 5.1 + 0.3) * 0.1;
    const [inX, inY] = [across * 4 - column + shift, down * 2 - row + shift];
    if (inX < 0.15 || inX > 0.85 || inY < 0.12 || inY > 0.86) return matt(this.#speckled(CORK, across * 90, down * 90, 0.25));
    const printed = inY > 0.3 && inX > 0.25 && inX < 0.72 && (inY * 11) % 1 < 0.4;
    const paper = PAPERS[(column * 2 + row * 3) % PAPERS.length] as Colour;
    return matt(printed ? [paper[0] * 0.5, paper[1] * 0.5, paper[2] * 0.5] : paper);
  }

  #wall(across: number, y: number): Paint {
    if (y > 1.34) return matt(SKIRTING);
    if (y > 0.62) return matt(this.#speckled(WAINSCOT, across * 12, y * 12, 0.05));
    if (y > 0.585) return matt([0.12, 0.15, 0.16]);
    return matt(this.#speckled(PLASTER, across * 3, y * 3, 0.05));
  }

  #speckled(colour: Colour, u: number, v: number, by: number): Colour {
    const factor = 1 + by * (0.6 * this.#noise.at(u, v) + 0.4 * this.#noise.at(u * 3.1, v * 3.1));
    return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
  }
}

const matt = (albedo: Colour): Paint => ({ albedo, gloss: 0 });

/** 0 before `from`, 1 after `to`, smooth between. */
function soft(value: number, from: number, to: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
