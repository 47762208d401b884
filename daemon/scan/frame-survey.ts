import { quadArea } from '../base/frame.ts';
import type { CodeFinder } from './code-finder.ts';
import type { GreyPicture } from './grey-picture.ts';
import { Glimpser } from './hint/glimpse.ts';
import { histogramOf, histogramOfArea } from './light/luma-histogram.ts';
import type { ScanResult } from './scan-result.ts';

/** What is seen in a frame beside its codes: how bright it is and its code, and what may be a code where none was found. */
export class FrameSurvey {
  readonly #finder: CodeFinder;
  readonly #glimpser = new Glimpser();

  /** What may be a code has `finder` look closer at the frames that follow. */
  constructor(finder: CodeFinder) {
    this.#finder = finder;
  }

  /** Takes every frame that was looked at, after it was. */
  survey(picture: GreyPicture, { codes, located }: Pick<ScanResult, 'codes' | 'located'>): Partial<ScanResult> {
    const histogram = histogramOf(picture);
    const glimpse = codes.length + located.length === 0 ? this.#glimpser.glimpse(picture, histogram) : {};
    if (glimpse.glimpsed) this.#finder.sighted();
    const quads = [...codes, ...located, ...(glimpse.glimpsed ? [glimpse.glimpsed] : [])].map(({ quad }) => quad);
    const [largest] = quads.sort((a, b) => quadArea(b) - quadArea(a));
    const codeHistogram = largest && histogramOfArea(picture, largest);
    return { ...glimpse, histogram, ...(codeHistogram && { codeHistogram }) };
  }
}
