import { byteOf } from './lighting.ts';
import type { Lighting } from './lighting.ts';
import { HallSurfaces, ROOM } from './hall-surfaces.ts';
import type { Surface } from './hall-surfaces.ts';
import type { Picture } from './picture.ts';
import type { Pinhole, Place } from './pinhole.ts';

/** Ceiling lamps, linear intensity at one metre. The first hangs over the camera. */
const LAMPS: readonly Place[] = [{ x: 0.2, y: -1.1, z: 0.2 }, { x: 0.2, y: -1.1, z: 2.4 }, { x: 0.2, y: -1.1, z: 4.8 }];
/** The glass door at the far end shines in from these. */
const DAYLIGHT: readonly Place[] = [{ x: -0.3, y: 0, z: 6.6 }, { x: 0.4, y: 0.5, z: 6.6 }];

/** The empty hall: every pixel a ray into the room, shaded where it meets a wall. */
export function paintHall(camera: Pinhole, lighting: Lighting, seed: number): Picture {
  const surfaces = new HallSurfaces(seed);
  const rgb = new Uint8Array(camera.width * camera.height * 3);
  let at = 0;
  for (let y = 0; y < camera.height; y++) {
    for (let x = 0; x < camera.width; x++) {
      const sum = [0, 0, 0];
      // Two rays a pixel, on its diagonal, soften the edges of tiles and frames.
      for (const offset of [0.25, 0.75]) {
        const light = seen(surfaces, lighting, (x + offset - camera.width / 2) / camera.focalPx, (y + offset - camera.height / 2) / camera.focalPx);
        for (let c = 0; c < 3; c++) sum[c] = (sum[c] as number) + (light[c] as number) / 2;
      }
      for (const light of sum) rgb[at++] = byteOf(light * lighting.exposure);
    }
  }
  return { width: camera.width, height: camera.height, rgb };
}

/** Linear light along the ray that leaves the camera towards (dx, dy, 1). */
function seen(surfaces: HallSurfaces, lighting: Lighting, dx: number, dy: number): number[] {
  const surface = surfaces.hit({ x: 0, y: 0, z: 0 }, dx, dy);
  const light = shade(surface, lighting);
  if (surface.gloss > 0) {
    // A waxed floor shows the far end of the hall upside down, faintly.
    const mirrored = shade(surfaces.hit(surface.place, dx, -dy), lighting);
    for (let c = 0; c < 3; c++) light[c] = (light[c] as number) * (1 - surface.gloss) + (mirrored[c] as number) * surface.gloss;
  }
  return light;
}

function shade({ place, normal, albedo, emits }: Surface, lighting: Lighting): number[] {
  let falling = lighting.ambient;
  for (const lamp of LAMPS) falling += lighting.lamps * 0.55 * received(place, normal, lamp);
  for (const opening of DAYLIGHT) falling += lighting.daylight * 0.5 * received(place, normal, opening);
  falling *= cornerShadow(place);
  const own = emits === 'lamp' ? lighting.lamps * 2.2 : emits === 'daylight' ? lighting.daylight * 1.1 : 0;
  return albedo.map((part) => part * (falling + own));
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
