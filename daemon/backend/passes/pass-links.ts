import { ApiError } from '../../base/http/api-error.ts';

/** Where the links of web passes lead. */
export class PassLinks {
  #base: string | undefined;

  /** `publicUrl`: what links begin with; absent: the first address the backend answers at. */
  constructor(publicUrl?: string) {
    this.#base = publicUrl?.replace(/\/+$/, '');
  }

  /** An address that stands for all of this machine leads nowhere from a phone. */
  answersAt(url: string): void {
    if (!['0.0.0.0', '[::]'].includes(new URL(url).hostname)) this.#base ??= url;
  }

  /**
   * The secret stands in the fragment: a browser sends that to nobody, so no server's log has it [S7].
   * Throws ApiError(409 'no-public-url').
   */
  linkTo(passId: string, secret: string): string {
    if (this.#base === undefined) throw new ApiError(409, 'no-public-url', 'The backend does not know by which address phones reach it. Set publicUrl in its config.');
    return `${this.#base}/pass/${passId}#${secret}`;
  }
}
