import type { Quad } from '../../daemon/base/frame.ts';
import type { GreyPicture } from '../../daemon/base/grey-picture.ts';
import { paintHall } from '../scene/hall.ts';
import { cornersOf } from '../scene/held-thing.ts';
import type { HeldThing } from '../scene/held-thing.ts';
import { applyHomography } from '../scene/homography.ts';
import { lightings } from '../scene/lighting.ts';
import { LumaCanvas } from '../scene/luma-canvas.ts';
import type { Surface } from '../scene/luma-canvas.ts';
import { LumaSensor } from '../scene/luma-sensor.ts';
import { lumaOfRgb } from '../scene/luma-texture.ts';
import { Track, Tremor } from '../scene/movement.ts';
import { looks } from '../scene/people.ts';
import { makePhone, PHONE_CODE_M } from '../scene/phone.ts';
import { homographyOf } from '../scene/pinhole.ts';
import type { Pinhole, Pose } from '../scene/pinhole.ts';
import { makePrint } from '../scene/print.ts';
import { seededRandom } from '../scene/random.ts';
import type { FrameTruth } from './frame-truth.ts';
import { truthOf } from './frame-truth.ts';
import { FPS, MODULES } from './random-session.ts';
import type { RandomSession } from './random-session.ts';

const HALL_SEED = 7;
const TREMOR_LOOP_MS = 1500;
const MOST_SMEAR_STEPS = 6;

/** One session that can be painted frame by frame. */
export interface PaintedSession {
  truths: FrameTruth[];
  /** The `n`th frame; good until the next one. */
  frame: (n: number) => Promise<GreyPicture>;
}

/** Paints sessions for one camera; the hall is painted once for each light. */
export class SessionPainter {
  readonly #camera: Pinhole;
  readonly #canvases = new Map<string, LumaCanvas>();

  constructor(camera: Pinhole) {
    this.#camera = camera;
  }

  async paint(session: RandomSession): Promise<PaintedSession> {
    const canvas = this.#canvasIn(session.light);
    const thing = await thingOf(session);
    const { noise, veil } = lightings[session.light];
    const sensor = new LumaSensor({ noise: noise * session.noise, veil, seed: session.seed, ...(session.quality !== undefined && { quality: session.quality }) });
    const movement = new Movement(session, this.#camera, thing);
    const moments = Array.from({ length: Math.floor((session.durationMs * FPS) / 1000) }, (_, i) => (i * 1000) / FPS);
    return {
      truths: moments.map((atMs) => movement.truthAt(atMs)),
      frame: (n) => {
        const atMs = moments[n] as number;
        const picture = canvas.draw(thing.texture, movement.planesAt(atMs), surfaceOf(session, thing), movement.blurPxAt(atMs));
        return sensor.expose(picture, `${session.seed} ${n}`);
      },
    };
  }

  #canvasIn(light: RandomSession['light']): LumaCanvas {
    let canvas = this.#canvases.get(light);
    if (!canvas) {
      const { width, height, rgb } = paintHall(this.#camera, lightings[light], HALL_SEED);
      this.#canvases.set(light, canvas = new LumaCanvas({ data: lumaOfRgb(rgb), width, height }));
    }
    return canvas;
  }
}

/** Where the held thing is while the shutter is open. */
class Movement {
  readonly #session: RandomSession;
  readonly #camera: Pinhole;
  readonly #thing: HeldThing;
  readonly #track: Track<Pose>;
  readonly #tremor: Tremor;

  constructor(session: RandomSession, camera: Pinhole, thing: HeldThing) {
    this.#session = session;
    this.#camera = camera;
    this.#thing = thing;
    this.#track = new Track(session.poses);
    this.#tremor = new Tremor(seededRandom(`${session.seed} tremor`), TREMOR_LOOP_MS, session.tremor);
  }

  truthAt(atMs: number): FrameTruth {
    return truthOf(atMs, this.#quadAt(atMs), this.#quadAt(this.#closesMs(atMs)), this.blurPxAt(atMs), this.#camera, MODULES);
  }

  /** One for each step of the smear: as many as the code moves pixels, up to what nobody could read anyway. */
  planesAt(atMs: number): ReturnType<typeof homographyOf>[] {
    const closesMs = this.#closesMs(atMs);
    const [from, to] = [this.#quadAt(atMs), this.#quadAt(closesMs)];
    const moved = Math.max(...from.map(({ x, y }, i) => Math.hypot(x - (to[i] as { x: number }).x, y - (to[i] as { y: number }).y)));
    const steps = Math.max(1, Math.min(MOST_SMEAR_STEPS, Math.ceil(moved * 0.7)));
    return Array.from({ length: steps }, (_, i) => homographyOf(this.#camera, this.#poseAt(atMs + ((closesMs - atMs) * i) / steps)));
  }

  blurPxAt(atMs: number): number {
    const { lens: { focusM, blurPxPerDioptre }, softPx } = this.#session;
    return Math.hypot(softPx, blurPxPerDioptre * (1 / this.#poseAt(atMs).z - 1 / focusM));
  }

  #closesMs(atMs: number): number {
    return Math.min(atMs + this.#session.shutterMs, this.#session.durationMs);
  }

  #poseAt(tMs: number): Pose {
    return this.#tremor.of(this.#track.at(tMs) as Pose, tMs);
  }

  #quadAt(tMs: number): Quad {
    const plane = homographyOf(this.#camera, this.#poseAt(tMs));
    const [code] = this.#thing.codes as [HeldThing['codes'][number]];
    return cornersOf(code).map((corner) => applyHomography(plane, corner)) as unknown as Quad;
  }
}

/** A phone is enlarged or made smaller as a whole, for its code to be as large as is wanted. */
function thingOf({ shows, text, codeM, light }: RandomSession): Promise<HeldThing> {
  const lighting = lightings[light];
  if (shows === 'print') return makePrint({ codes: [{ text, sizeM: codeM }], look: looks.courier, lighting });
  return makePhone({ text, look: looks.resident, lighting, enlarged: codeM / PHONE_CODE_M });
}

function surfaceOf({ gain, glare, lattice }: RandomSession, { glass }: HeldThing): Surface {
  return {
    gain,
    ...(glare && { glare }),
    ...(lattice && glass && { lattice: { ...lattice, halfWidthM: glass.widthM / 2, halfHeightM: glass.heightM / 2 } }),
  };
}
