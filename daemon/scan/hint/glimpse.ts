import type { Located, Quad } from '../../base/frame.ts';
import type { GreyPicture } from '../../base/grey-picture.ts';
import type { LumaHistogram } from '../light/luma-histogram.ts';
import { locatedOf } from '../located.ts';
import { BlownOutScreen } from './blown-out-screen.ts';
import { CodeTexture } from './code-texture.ts';

/** What is seen of a code when nothing of its grid is. */
export interface Glimpse {
  glimpsed?: Located;
  blownOut?: Quad;
}

/** One frame in so many that shows no code is looked at: a hint comes from several in a second, and an empty hall costs little. */
const EVERY = 3;

/** Looks for what may be a code in frames in which none was read or located. */
export class Glimpser {
  readonly #texture = new CodeTexture();
  readonly #screen = new BlownOutScreen();
  #frames = 0;

  /** `histogram` is asked for only when the picture is looked at. */
  glimpse(picture: GreyPicture, histogram: () => LumaHistogram): Glimpse {
    if (++this.#frames % EVERY !== 0) return {};
    const blownOut = this.#screen.find(picture, histogram());
    if (blownOut) return { blownOut };
    const area = this.#texture.find(picture);
    return area ? { glimpsed: { ...locatedOf(picture, area.quad), cutOff: area.cutOff } } : {};
  }
}
