import type { CodeSeen } from '../../daemon/base/frame.ts';
import type { Glare } from './glare.ts';
import { cornersOf } from './held-thing.ts';
import type { HeldThing } from './held-thing.ts';
import { applyHomography } from './homography.ts';
import { copyOf, drawTexture } from './picture.ts';
import type { Picture } from './picture.ts';
import { homographyOf } from './pinhole.ts';
import type { Pinhole, Pose } from './pinhole.ts';
import type { Texture } from './texture.ts';

/** Something flat in its place at one moment. */
export interface Placed {
  /** Tells this texture from every other of the scene. */
  id: string;
  texture: Texture;
  pose: Pose;
  /** Set when it carries codes. */
  thing?: HeldThing;
}

/** Someone, or something in a hand, that is in the hall for a time. */
export interface Actor {
  /** What of it is to be seen at `tMs`, from back to front; nothing while it is away. */
  at(tMs: number): Placed[];
}

export interface SceneOptions {
  camera: Pinhole;
  /** The empty hall. */
  hall: Picture;
  actors: Actor[];
  glare?: Glare;
  /** The shutter's time: what moves meanwhile is smeared. */
  shutterMs?: number;
  /** Absent: everything is sharp. */
  lens?: Lens;
}

/** A lens of fixed focus. */
export interface Lens {
  /** What is so far away is sharp. */
  focusM: number;
  /** How wide a point blurs per dioptre off the focus: aperture times focal length. */
  blurPxPerDioptre: number;
}

/** A smeared picture is the average of so many sharp ones. */
const SMEAR_STEPS = 12;

/** A hall with people in it, seen by one camera. It holds no state: any moment can be asked for. */
export class Scene {
  readonly #options: SceneOptions;

  constructor(options: SceneOptions) {
    this.#options = options;
  }

  /** Equal for two moments exactly when their pictures are. */
  keyAt(tMs: number): string {
    const rounded = (pose: Pose): string[] => [pose.x, pose.y, pose.z, pose.roll, pose.pitch, pose.yaw].map((n) => n.toFixed(5));
    return JSON.stringify(this.#moments(tMs).map((at) => this.#placedAt(at).map(({ id, pose }) => [id, ...rounded(pose)])));
  }

  /** The ground truth: every code in view and where its corners are. */
  codesAt(tMs: number): CodeSeen[] {
    const { camera } = this.#options;
    return this.#placedAt(tMs).flatMap(({ thing, pose }) => (thing?.codes ?? []).map((code) => {
      const [a, b, c, d] = cornersOf(code);
      const seen = (corner: typeof a): typeof a => applyHomography(homographyOf(camera, pose), corner);
      return { text: code.text, quad: [seen(a), seen(b), seen(c), seen(d)] as const };
    }));
  }

  pictureAt(tMs: number): Picture {
    const moments = this.#moments(tMs).map((at) => this.#sharpAt(at));
    return moments.length === 1 ? moments[0] as Picture : averageOf(moments);
  }

  /** The moments within one opening of the shutter. */
  #moments(tMs: number): number[] {
    const { shutterMs } = this.#options;
    return shutterMs === undefined ? [tMs] : Array.from({ length: SMEAR_STEPS }, (_, i) => tMs + (shutterMs * i) / SMEAR_STEPS);
  }

  #sharpAt(tMs: number): Picture {
    const { camera, glare, hall } = this.#options;
    const picture = copyOf(hall);
    for (const { texture, pose, thing } of this.#placedAt(tMs)) {
      drawTexture(picture, texture, homographyOf(camera, pose), { blurPx: this.#blurPxAt(pose.z) });
      if (thing?.glass) glare?.draw(picture, camera, { ...thing.glass, pose });
    }
    return picture;
  }

  #blurPxAt(z: number): number {
    const { lens } = this.#options;
    return lens ? lens.blurPxPerDioptre * Math.abs(1 / z - 1 / lens.focusM) : 0;
  }

  /** Far things first. */
  #placedAt(tMs: number): Placed[] {
    return this.#options.actors.flatMap((actor) => actor.at(tMs)).sort((a, b) => b.pose.z - a.pose.z);
  }
}

function averageOf(pictures: Picture[]): Picture {
  const [first] = pictures as [Picture];
  const sums = new Uint16Array(first.rgb.length).fill(pictures.length >> 1);
  for (const { rgb } of pictures) {
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (rgb[i] as number);
  }
  return { ...first, rgb: new Uint8Array(sums.map((sum) => sum / pictures.length)) };
}
