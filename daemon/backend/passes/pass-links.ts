/** Where the links of web passes lead. */
export class PassLinks {
  #base: string | undefined;

  /** `publicUrl`: what links begin with; absent: the first address the backend answers at. */
  constructor(publicUrl?: string) {
    this.#base = publicUrl?.replace(/\/+$/, '');
  }

  answersAt(url: string): void {
    this.#base ??= url;
  }

  /** The secret stands in the fragment: a browser sends that to nobody, so no server's log has it [S7]. */
  linkTo(passId: string, secret: string): string {
    if (this.#base === undefined) throw new Error('a pass has no link before the backend listens');
    return `${this.#base}/pass/${passId}#${secret}`;
  }
}
