import { paintHall } from './hall.ts';
import type { HeldThing } from './held-thing.ts';
import { lightings } from './lighting.ts';
import type { Lighting } from './lighting.ts';
import { looks } from './people.ts';
import type { Facing } from './people.ts';
import { makePhone } from './phone.ts';
import type { Picture } from './picture.ts';
import { doorCamera } from './pinhole.ts';
import type { Pinhole } from './pinhole.ts';
import { makePrint } from './print.ts';
import { Sensor } from './sensor.ts';
import { Figure } from './walker.ts';

export type Who = keyof typeof looks;

export interface StudioOptions {
  width: number;
  height: number;
  lighting: keyof typeof lightings;
  /** Of the JPEGs, 1…100. */
  quality: number;
  seed: number;
}

/** One camera in one hall in one light, and what can be painted for it; the hall and each figure are painted once. */
export class Studio {
  readonly camera: Pinhole;
  readonly hall: Picture;
  readonly sensor: Sensor;
  readonly #lighting: Lighting;
  readonly #figures = new Map<string, Promise<Figure>>();

  constructor(options: StudioOptions) {
    this.#lighting = lightings[options.lighting];
    this.camera = doorCamera(options.width, options.height);
    this.hall = paintHall(this.camera, this.#lighting, options.seed);
    this.sensor = new Sensor({ ...options, lighting: this.#lighting });
  }

  /** Visitors come facing the camera and leave to the left; others say how they will be seen. */
  figure(who: Who, facings: readonly Facing[] = ['camera', 'left']): Promise<Figure> {
    const name = `${who} ${facings.join(' ')}`;
    let figure = this.#figures.get(name);
    if (!figure) this.#figures.set(name, figure = Figure.paint(who, looks[who], this.#lighting, facings));
    return figure;
  }

  phone(who: Who, text: string, upsideDown = false): Promise<HeldThing> {
    return makePhone({ text, look: looks[who], lighting: this.#lighting, upsideDown });
  }

  /** Codes beside each other, from the left. */
  print(who: Who, codes: { text: string; sizeM: number }[]): Promise<HeldThing> {
    return makePrint({ codes, look: looks[who], lighting: this.#lighting });
  }
}
