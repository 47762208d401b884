import type { CameraSteering } from '../../../drivers/camera/camera.ts';
import type { ScanResult } from '../scan-result.ts';
import { ExposureSteering } from './exposure-steering.ts';
import { lumaAt } from './luma-histogram.ts';
import type { LumaHistogram } from './luma-histogram.ts';
import { Movement } from './movement.ts';

/** What a look says of the hall. */
export interface Hall {
  moving: boolean;
  /** The camera sees too little of it. */
  dark: boolean;
}

/** Grey value of the middle pixel under which a hall is dark, before a camera that does what it can. */
const DARK = 40;

/** Follows the light before the camera, and steers the camera by it where that is possible. */
export class CameraLight {
  readonly #mainsHz: number;
  readonly #movement = new Movement();
  #camera: CameraSteering | undefined;
  #steering: ExposureSteering | undefined;
  #hall: Hall = { moving: false, dark: false };

  constructor({ mainsHz }: { mainsHz: number }) {
    this.#mainsHz = mainsHz;
  }

  /** Takes a camera that can be steered from now on, and asks it for the exposure that it begins with; undefined: it exposes by itself. */
  steerBy(camera: CameraSteering | undefined): void {
    this.#camera = camera;
    this.#steering = camera && new ExposureSteering({ sensor: camera, mainsHz: this.#mainsHz });
    this.#ask(this.#steering?.exposure);
  }

  /** Whether a frame that comes now shows screens and little else. */
  get isShort(): boolean {
    return this.#steering?.isShort ?? false;
  }

  /** Takes what a look at the next frame came to. */
  see({ histogram, codeHistogram }: Pick<ScanResult, 'histogram' | 'codeHistogram'>): Hall {
    if (!histogram) return this.#hall;
    const steering = this.#steering;
    // A short exposure shows every hall dark, and the flicker of its lamps.
    const exposure = steering ? (steering.isShort ? undefined : steering.certainly) : 'its own';
    if (exposure !== undefined) this.#hall = this.#hallIn(histogram, exposure);
    this.#ask(steering?.next({ histogram, moving: this.#hall.moving, ...(codeHistogram && { code: codeHistogram }) }));
    return this.#hall;
  }

  #hallIn(histogram: LumaHistogram, exposure: string): Hall {
    const moving = this.#movement.sees(histogram, exposure) ?? this.#hall.moving;
    return { moving, dark: lumaAt(histogram, 0.5) < DARK && (this.#steering?.atLimit ?? true) };
  }

  #ask(exposure: { exposureUs: number; gain: number } | undefined): void {
    if (exposure) this.#camera?.steer(exposure.exposureUs, exposure.gain);
  }
}
