import { CodeFinder } from '../../../../daemon/scan/code-finder.ts';
import { histogramOf, histogramOfArea } from '../../../../daemon/scan/light/luma-histogram.ts';
import type { ScanResult } from '../../../../daemon/scan/scan-result.ts';
import { paintHall } from '../../../../scripts/scene/hall.ts';
import { lightings } from '../../../../scripts/scene/lighting.ts';
import { looks } from '../../../../scripts/scene/people.ts';
import { makePhone } from '../../../../scripts/scene/phone.ts';
import { copyOf, drawTexture } from '../../../../scripts/scene/picture.ts';
import type { Picture } from '../../../../scripts/scene/picture.ts';
import { doorCamera, homographyOf } from '../../../../scripts/scene/pinhole.ts';
import type { Pose } from '../../../../scripts/scene/pinhole.ts';
import { radianceOf } from '../../../../scripts/scene/steerable-sensor.ts';
import type { Radiance } from '../../../../scripts/scene/steerable-sensor.ts';

const camera = doorCamera(640, 360);
export const TEXT = `PT1:${'7WAPU$%+'.repeat(24)}AB`;

/** Brightness of a hall and of the screen held up in it: 1 saturates the sensor in 10 ms without gain. */
export interface Brightness {
  hall: number;
  screen: number;
}

/** A hall at night has some 0.5 cd/m² and a screen 300; by day the hall has 100. */
export const brightnesses = {
  'a dark hall': { hall: 0.004, screen: 2.5 },
  'a pitch-dark hall and the brightest screen': { hall: 0.0004, screen: 8 },
  'a hall by day': { hall: 0.8, screen: 2.5 },
} as const satisfies Record<string, Brightness>;

/** The hall, empty and with a phone in one of several places: from below the picture's edge up to where it is held, trembling. */
export async function paintMoments(): Promise<{ empty: Picture; shown: { lit: Picture; unlit: Picture }[] }> {
  const empty = paintHall(camera, lightings.day, 7);
  const phone = (screen: number): ReturnType<typeof makePhone> => makePhone({ text: TEXT, look: looks.guest, lighting: { ...lightings.day, screen } });
  const [bright, off] = await Promise.all([phone(0.9), phone(0.001)]);
  const with_ = (thing: Awaited<typeof bright>, pose: Pose): Picture => {
    const picture = copyOf(empty);
    drawTexture(picture, thing.texture, homographyOf(camera, pose));
    return picture;
  };
  const poses = [0.17, 0.08, 0.014, 0.015, 0.013].map((y, i): Pose => ({ x: 0.01 - i * 0.002, y, z: 0.19, roll: 4 + i % 2, pitch: 6, yaw: -5 }));
  return { empty, shown: poses.map((pose) => ({ lit: with_(bright, pose), unlit: with_(off, pose) })) };
}

/** What a moment shines with: paint by the hall's light, which comes from lamps, and the screen by its own. */
export function shining({ lit, unlit }: { lit: Picture; unlit: Picture }, { hall, screen }: Brightness): Radiance {
  const painted = radianceOf(unlit, hall, 1);
  const own = radianceOf(lit, screen, 0);
  const without = radianceOf(unlit, screen, 0);
  const light = new Float32Array(painted.light.length);
  const fromLamps = new Float32Array(light.length);
  for (let i = 0; i < light.length; i++) {
    const paint = painted.light[i] as number;
    light[i] = paint + Math.max(0, (own.light[i] as number) - (without.light[i] as number));
    fromLamps[i] = paint / Math.max(light[i] as number, 1e-9);
  }
  return { width: painted.width, height: painted.height, light, fromLamps };
}

/** Looks at luma as the decoder's thread does. */
export class Looker {
  readonly #finder: CodeFinder;

  private constructor(finder: CodeFinder) {
    this.#finder = finder;
  }

  static async open(): Promise<Looker> {
    return new Looker(await CodeFinder.open());
  }

  look(luma: Uint8Array): Pick<ScanResult, 'codes' | 'histogram' | 'codeHistogram'> {
    const { width, height } = camera;
    const picture = { data: luma, width, height };
    this.#finder.room(luma.length).set(luma);
    const { codes, unread } = this.#finder.findPlainly(width, height);
    const quad = codes[0]?.quad ?? unread[0];
    const codeHistogram = quad && histogramOfArea(picture, quad);
    return { codes, histogram: histogramOf(picture), ...(codeHistogram && { codeHistogram }) };
  }
}
