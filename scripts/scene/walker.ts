import type { Lighting } from './lighting.ts';
import { Track } from './movement.ts';
import { paintPerson } from './people.ts';
import type { Facing, Look, Stance } from './people.ts';
import type { Actor, Placed } from './scene.ts';
import { lit } from './sheet.ts';
import { Texture } from './texture.ts';

/** Below the camera, metres. */
const FLOOR_M = 1.45;
const STANCES: readonly Stance[] = ['left-step', 'standing', 'right-step', 'standing'];
const STEP_M = 0.36;

/** Where someone's feet are over time. */
export type Way = readonly { atMs: number; x: number; z: number }[];

/** The painted figure of one look, facing where it will be needed. */
export class Figure {
  readonly name: string;
  readonly #textures: ReadonlyMap<string, Texture>;

  private constructor(name: string, textures: ReadonlyMap<string, Texture>) {
    this.name = name;
    this.#textures = textures;
  }

  static async paint(name: string, look: Look, lighting: Lighting, facings: readonly Facing[]): Promise<Figure> {
    const textures = new Map<string, Texture>();
    for (const facing of facings) {
      for (const stance of new Set(STANCES)) {
        const sheet = lit(await paintPerson(look, facing, stance), lighting.atDoor * lighting.exposure);
        textures.set(`${facing}/${stance}`, new Texture(sheet.rgba, sheet.width, sheet.height, sheet.width / sheet.perMetre));
      }
    }
    return new Figure(name, textures);
  }

  /** The figure with its feet on the floor at (x, z); its middle is what is posed. */
  placed(facing: Facing, stance: Stance, x: number, z: number): Placed {
    const texture = this.#textures.get(`${facing}/${stance}`);
    if (!texture) throw new Error(`${this.name} was not painted facing ${facing}`);
    const y = FLOOR_M - texture.heightM / 2 - (stance === 'standing' ? 0 : 0.015);
    return { id: `${this.name}/${facing}/${stance}`, texture, pose: { x, y, z, roll: 0, pitch: 0, yaw: 0 } };
  }
}

/** Someone who walks, stands, and walks on. */
export class Walker implements Actor {
  readonly #figure: Figure;
  readonly #track: Track<{ x: number; z: number }>;
  readonly #whenStill: Facing;

  constructor(figure: Figure, way: Way, whenStill: Facing = 'camera') {
    this.#figure = figure;
    this.#track = new Track(way);
    this.#whenStill = whenStill;
  }

  at(tMs: number): Placed[] {
    const here = this.#track.at(tMs);
    if (!here) return [];
    const soon = this.#track.at(tMs + 40) ?? here;
    const [dx, dz] = [soon.x - here.x, soon.z - here.z];
    const moving = Math.hypot(dx, dz) > 0.002;
    const steps = Math.floor((here.x + here.z + 20) / STEP_M);
    const stance = moving ? STANCES[steps % STANCES.length] as Stance : 'standing';
    return [this.#figure.placed(moving ? facingOf(dx, dz) : this.#whenStill, stance, here.x, here.z)];
  }
}

function facingOf(dx: number, dz: number): Facing {
  if (Math.abs(dx) > Math.abs(dz)) return dx < 0 ? 'left' : 'right';
  return dz > 0 ? 'away' : 'camera';
}
