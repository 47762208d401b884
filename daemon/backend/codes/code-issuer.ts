import type { Actor } from '../audit.ts';
import { ApiError } from '../../base/http/api-error.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';
import type { SharedCommits } from '../shared-commits.ts';
import type { CodePictures, DrawPicture } from './code-pictures.ts';
import type { IssueRequest } from './issue-request.ts';
import { faultIn } from './self-check.ts';
import type { IssuedToken, Tokens } from './tokens.ts';

export interface IssuedCode extends IssuedToken {
  /** The QR code. */
  png: Uint8Array;
}

export interface CodeIssuerOptions {
  commits: SharedCommits;
  tokens: Tokens;
  keys: SigningKeys;
  pictures: CodePictures;
}

/** Issues codes with their pictures: committed first, so that issue times and list snapshots keep their order, then drawn and checked. */
export class CodeIssuer {
  readonly #o: CodeIssuerOptions;

  constructor(options: CodeIssuerOptions) {
    this.#o = options;
  }

  /** Throws ApiError: what `Tokens.issue` refuses, and 503 'busy' before anything is stored. */
  issue(request: IssueRequest, actor: Actor): Promise<IssuedCode> {
    const { pictures, commits, tokens } = this.#o;
    return pictures.withPlace(async (draw) => {
      const issued = await commits.run(() => tokens.issue(request, actor));
      try {
        return { ...issued, png: await this.#checkedPicture(issued, request, draw) };
      } catch (thrown) {
        // A backend that is being stopped keeps it: who asks again with the same requestId gets it.
        if (issued.isNew && !isStopping(thrown)) await this.#withdraw(issued, request, actor);
        throw thrown;
      }
    });
  }

  /** The picture reads back as the text before it comes from `draw`; here the text is read as a door reads it. */
  async #checkedPicture({ tokenId, text }: IssuedToken, request: IssueRequest, draw: DrawPicture): Promise<Uint8Array> {
    const fault = await faultIn(text, request, (keyId) => this.#o.keys.tokenKey(keyId));
    if (fault !== undefined) throw new Error(`the code ${tokenId} that was just made is not handed out: ${fault}`);
    return draw(text);
  }

  /** Nobody has the code: it is no right that stays behind. */
  async #withdraw({ claims }: IssuedToken, { requestId }: IssueRequest, actor: Actor): Promise<void> {
    const { commits, tokens } = this.#o;
    await commits.run(() => tokens.withdraw(claims.id, requestId, actor));
  }
}

function isStopping(thrown: unknown): boolean {
  return thrown instanceof ApiError && thrown.code === 'stopping';
}
