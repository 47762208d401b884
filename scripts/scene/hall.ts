import { byteOf } from './lighting.ts';
import type { Lighting } from './lighting.ts';
import { HallSurfaces, ROOM } from './hall-surfaces.ts';
import type { Surface } from './hall-surfaces.ts';
import type { Picture } from './picture.ts';
import type { Pinhole, Place } from './pinhole.ts';

const CAMERA: Place = { x: 0, y: 0, z: 0 };
/** Ceiling lamps, linear intensity at one metre. The first hangs over the camera. */
const LAMPS: readonly Place[] = [{ x: 0.2, y: -1.1, z: 0.2 }, { x: 0.2, y: -1.1, z: 2.4 }, { x: 0.2, y: -1.1, z: 4.8 }];
/** The glass door at the far end shines in from these. */
const DAYLIGHT: readonly Place[] = [{ x: -0.3, y: 0, z: 6.6 }, { x: 0.4, y: 0.5, z: 6.6 }];

/** The empty hall: every pixel two rays into the room, shaded where they meet a wall. */
export function paintHall(camera: Pinhole, lighting: Lighting, seed: number): Picture {
  const surfaces = new HallSurfaces(seed);
  const { width, height, focalPx } = camera;
  const rgb = new Uint8Array(width * height * 3);
  const light = [0, 0, 0];
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    light.fill(0);
    // Two rays a pixel, on its diagonal, soften the edges of tiles and frames.
    for (const offset of [0.25, 0.75]) {
      addSeen(light, 0.5, surfaces, lighting, (x + offset - width / 2) / focalPx, (y + offset - height / 2) / focalPx);
    }
    for (let c = 0; c < 3; c++) rgb[pixel * 3 + c] = byteOf((light[c] as number) * lighting.exposure);
  }
  return { width, height, rgb };
}

/** Adds to `sum` the linear light, times `share`, along the ray that leaves the camera towards (dx, dy, 1). */
function addSeen(sum: number[], share: number, surfaces: HallSurfaces, lighting: Lighting, dx: number, dy: number): void {
  const surface = surfaces.hit(CAMERA, dx, dy);
  const { gloss } = surface.paint;
  addShaded(sum, share * (1 - gloss), surface, lighting);
  // A waxed floor shows the far end of the hall upside down, faintly.
  if (gloss > 0) addShaded(sum, share * gloss, surfaces.hit(surface.place, dx, -dy), lighting);
}

function addShaded(sum: number[], share: number, { place, normal, paint }: Surface, lighting: Lighting): void {
  let falling = lighting.ambient;
  for (const lamp of LAMPS) falling += lighting.lamps * 0.55 * received(place, normal, lamp);
  for (const opening of DAYLIGHT) falling += lighting.daylight * 0.5 * received(place, normal, opening);
  falling *= cornerShadow(place);
  const own = paint.emits === 'lamp' ? lighting.lamps * 2.2 : paint.emits === 'daylight' ? lighting.daylight * 1.1 : 0;
  for (let c = 0; c < 3; c++) sum[c] = (sum[c] as number) + share * (paint.albedo[c] as number) * (falling + own);
}

/** Lambert's cosine over the squared distance; a lamp is no point, so nothing comes nearer than its size. */
function received(place: Place, normal: Place, light: Place): number {
  const [x, y, z] = [light.x - place.x, light.y - place.y, light.z - place.z];
  const squared = x * x + y * y + z * z + 0.15;
  const cosine = (x * normal.x + y * normal.y + z * normal.z) / Math.sqrt(squared);
  return cosine > 0 ? cosine / squared : 0.04 / squared;
}

/** Corners and skirtings see less of the room and stay darker. */
function cornerShadow({ x, y, z }: Place): number {
  const near = (distance: number): number => 1 - 0.16 * Math.exp(-distance / 0.2);
  return near(x - ROOM.left) * near(ROOM.right - x) * near(y - ROOM.ceiling) * near(ROOM.floor - y) * near(ROOM.far - z);
}
