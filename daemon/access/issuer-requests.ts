import type { Response } from 'node-fetch';
import type { Clock } from '../base/clock.ts';
import { PosternError } from '../base/errors.ts';
import { discard, type BackendConnection } from './backend-connection.ts';
import { readFailure, refusalOf } from './online-answer.ts';
import { StallLimit } from './stall-limit.ts';

export interface IssuerRequestsOptions {
  connection: BackendConnection;
  clock: Clock;
  /** Told of the server's time in every answer; the connection proves who said it. */
  onServerTime: (serverMs: number) => void;
}

export interface IssuerRequest<T> {
  path: string;
  headers: Record<string, string>;
  signal: AbortSignal;
  /** Longer bodies are refused when read whole; who streams counts for himself [S9]. */
  maxBytes: number;
  /** Reads the body of a 200 or 206; to call `alive` whenever something came. */
  take: (response: Response, alive: () => void) => Promise<T>;
  /** Whether a status is an answer to this request, beside 200, and 304 to an If-None-Match. */
  isAnswer?: (status: number) => boolean;
}

/** What came: `body` only with 200 and 206. */
export interface IssuerAnswer<T> {
  status: number;
  body?: T;
  etag: string | undefined;
}

/** Asks for what the issuer signed; nothing is verified here. */
export class IssuerRequests {
  readonly #o: IssuerRequestsOptions;

  constructor(options: IssuerRequestsOptions) {
    this.#o = options;
  }

  /** Rejects PosternError('backend-away') for what is no answer, and what `take` rejects with. */
  async get<T>({ path, headers, signal, maxBytes, take, isAnswer }: IssuerRequest<T>): Promise<IssuerAnswer<T>> {
    const stall = new StallLimit(this.#o.clock, signal);
    try {
      const response = await this.#o.connection.request({ path, headers, signal: stall.signal, maxBytes });
      this.#tellTime(response);
      const { status } = response;
      const etag = response.headers.get('etag') ?? undefined;
      if (status === 200 || (status === 206 && headers.range !== undefined)) return { status, etag, body: await take(response, () => stall.alive()) };
      if ((status === 304 && headers['if-none-match'] !== undefined) || isAnswer?.(status)) {
        discard(response);
        return { status, etag };
      }
      throw new PosternError('backend-away', (await refusalOf(response)).detail, { transient: true });
    } catch (thrown) {
      if (thrown instanceof PosternError) throw thrown;
      throw new PosternError('backend-away', readFailure(thrown).detail, { cause: thrown, transient: true });
    } finally {
      stall.end();
    }
  }

  /** The Date header (RFC 9110 §6.6.1). */
  #tellTime(response: Response): void {
    const serverMs = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(serverMs)) this.#o.onServerTime(serverMs);
  }
}
