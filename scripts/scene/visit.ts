import type { HeldThing } from './held-thing.ts';
import { Track } from './movement.ts';
import type { Tremor } from './movement.ts';
import type { Pose } from './pinhole.ts';
import type { Actor, Placed } from './scene.ts';
import { Walker } from './walker.ts';
import type { Figure } from './walker.ts';

/** A thing in a hand, its poses over time; the hand trembles. */
export class Held implements Actor {
  readonly #id: string;
  readonly #thing: HeldThing;
  readonly #track: Track<Pose>;
  readonly #tremor: Tremor;

  constructor(id: string, thing: HeldThing, poses: readonly (Pose & { atMs: number })[], tremor: Tremor) {
    this.#id = id;
    this.#thing = thing;
    this.#track = new Track(poses);
    this.#tremor = tremor;
  }

  at(tMs: number): Placed[] {
    const pose = this.#track.at(tMs);
    return pose ? [{ id: this.#id, texture: this.#thing.texture, pose: this.#tremor.of(pose, tMs), thing: this.#thing }] : [];
  }
}

/** Below the picture's lower edge, where hands come from and go to. */
const LOWERED: Pose = { x: 0.1, y: 0.42, z: 0.45, roll: 10, pitch: 25, yaw: 0 };

export interface VisitOptions {
  /** When the visitor comes into view. */
  startMs: number;
  figure: Figure;
  thing: HeldThing;
  thingId: string;
  tremor: Tremor;
  /** How the code is held while it is to be read. */
  hold: Pose;
  /** Coming, default 1400 ms. */
  approachMs?: number;
  /** From `startMs` until the visitor stands; default: a little before the code is held still. */
  standsAfterMs?: number;
  /** Default 1800 ms. */
  holdMs?: number;
  /** Where the visitor comes from; default: around the corner on the right. */
  from?: { x: number; z: number };
  /** Poses between raising the thing and holding it, counted from `startMs`. */
  onTheWay?: readonly (Pose & { atMs: number })[];
}

/** Someone comes, holds a code to the camera, and goes: to the left, where the door is. */
export function visit(options: VisitOptions): Actor[] {
  const { startMs, hold, approachMs = 1400, holdMs = 1800, standsAfterMs = approachMs - 250, from = { x: 2.1, z: 2.2 }, onTheWay = [] } = options;
  const heldAtMs = startMs + approachMs;
  const doneMs = heldAtMs + holdMs;
  const stand = { x: hold.x + 0.04, z: 0.86 };
  const walker = new Walker(options.figure, [
    { atMs: startMs, ...from }, { atMs: startMs + standsAfterMs, ...stand }, { atMs: doneMs + 250, ...stand }, { atMs: doneMs + 1150, x: -1.25, z: 0.95 },
  ]);
  const way = onTheWay.length > 0 ? onTheWay.map((pose) => ({ ...pose, atMs: startMs + pose.atMs })) : [{ atMs: heldAtMs - 500, ...LOWERED }];
  const held = new Held(options.thingId, options.thing, [
    ...way, { atMs: heldAtMs, ...hold }, { atMs: doneMs, ...hold }, { atMs: doneMs + 450, ...LOWERED },
  ], options.tremor);
  return [walker, held];
}
