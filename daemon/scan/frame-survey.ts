import { quadArea } from '../base/frame.ts';
import type { CodeFinder } from './code-finder.ts';
import type { GreyPicture } from '../base/grey-picture.ts';
import { Glimpser } from './hint/glimpse.ts';
import { histogramOf, histogramOfArea } from './light/luma-histogram.ts';
import type { ScanResult } from './scan-result.ts';

/** What is seen in a frame beside its codes: what may be a code where none was found and, if asked for, how bright the frame is and its code. */
export class FrameSurvey {
  readonly #finder: CodeFinder;
  readonly #measuresLight: boolean;
  readonly #glimpser = new Glimpser();

  /** What may be a code has `finder` look closer at the frames that follow. */
  constructor(finder: CodeFinder, { measuresLight }: { measuresLight: boolean }) {
    this.#finder = finder;
    this.#measuresLight = measuresLight;
  }

  /** Takes every frame that was looked at, after it was. */
  survey(picture: GreyPicture, { codes, located }: Pick<ScanResult, 'codes' | 'located'>): Partial<ScanResult> {
    const measured = this.#measuresLight ? histogramOf(picture) : undefined;
    const glimpse = codes.length + located.length === 0 ? this.#glimpser.glimpse(picture, () => measured ?? histogramOf(picture)) : {};
    if (glimpse.glimpsed) this.#finder.sighted();
    if (!measured) return glimpse;
    const quads = [...codes, ...located, ...(glimpse.glimpsed ? [glimpse.glimpsed] : [])].map(({ quad }) => quad);
    const [largest] = quads.sort((a, b) => quadArea(b) - quadArea(a));
    const codeHistogram = largest && histogramOfArea(picture, largest);
    return { ...glimpse, histogram: measured, ...(codeHistogram && { codeHistogram }) };
  }
}
