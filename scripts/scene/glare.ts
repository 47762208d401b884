import { drawTexture, outlineOf } from './picture.ts';
import type { Picture } from './picture.ts';
import { composeHomographies } from './homography.ts';
import { axesOf, homographyOf } from './pinhole.ts';
import type { Pinhole, Place, Pose } from './pinhole.ts';
import { Texture } from './texture.ts';

/** A lamp that a phone's glass mirrors into the lens, white where it does. */
export class Glare {
  readonly #lamp: Place;
  readonly #spot: Texture;

  /** `spreadM`: how wide the glass smears it. */
  constructor(lamp: Place, spreadM: number) {
    this.#lamp = lamp;
    this.#spot = new Texture(softSpot(64), 64, 64, spreadM);
  }

  draw(picture: Picture, camera: Pinhole, glass: { widthM: number; heightM: number; pose: Pose }): void {
    const plane = homographyOf(camera, glass.pose);
    const spot = mirroredAt(this.#lamp, glass.pose);
    if (!spot) return;
    drawTexture(picture, this.#spot, composeHomographies(plane, [1, 0, spot.x, 0, 1, spot.y, 0, 0, 1]), { within: outlineOf(glass, plane) });
  }
}

/** Where in the plane of `pose`, metres from its middle, the camera sees the lamp; undefined when the lamp is behind it. */
export function mirroredAt(lamp: Place, pose: Pose): { x: number; y: number } | undefined {
  const { right, down, back } = axesOf(pose);
  const inFront = dot(minus(pose, lamp), back);
  if (inFront <= 0) return undefined;
  const image = { x: lamp.x + 2 * inFront * back.x, y: lamp.y + 2 * inFront * back.y, z: lamp.z + 2 * inFront * back.z };
  const share = dot(pose, back) / dot(image, back);
  const onPlane = minus({ x: image.x * share, y: image.y * share, z: image.z * share }, pose);
  return { x: dot(onPlane, right), y: dot(onPlane, down) };
}

const dot = (a: Place, b: Place): number => a.x * b.x + a.y * b.y + a.z * b.z;
const minus = (a: Place, b: Place): Place => ({ x: a.x - b.x, y: a.y - b.y, z: a.z - b.z });

/** White, opaque in its middle third, gone at its edge. */
function softSpot(side: number): Uint8Array {
  const rgba = new Uint8Array(side * side * 4).fill(255);
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [(i % side) + 0.5 - side / 2, Math.floor(i / side) + 0.5 - side / 2];
    const t = Math.min(1, Math.max(0, (1 - (2 * Math.hypot(x, y)) / side) * 1.5));
    rgba[i * 4 + 3] = Math.round(255 * t * t * (3 - 2 * t));
  }
  return rgba;
}
