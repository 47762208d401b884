import { join } from 'node:path';
import { ruuidOf } from '../base/ids.ts';
import { MAX_DELTA_BYTES } from '../base/token-list-delta.ts';
import { LIST_ENTRY_BYTES } from '../base/token-list-entry.ts';
import { LIST_FRONT_BYTES, MAX_LIST_ENTRIES } from '../base/token-list-file.ts';
import { DownloadedFile } from './downloaded-file.ts';
import { IssuerRequests, type IssuerAnswer, type IssuerRequestsOptions } from './issuer-requests.ts';

export interface IssuerDownloadOptions extends IssuerRequestsOptions {
  /** State folder; the list is downloaded into it. */
  dir: string;
  /** This door, 16 bytes. */
  door: Uint8Array;
}

/** What was fetched, and the tag under which the backend can say that it is still the same. */
export interface Fetched<T> {
  body: T;
  etag: string | undefined;
}

const KEY_SET_PATH = '/api/postern/keyset';
const MAX_KEY_SET_BYTES = 65_536;
const LIST_PATH = '/api/postern/tokenlist/';
const MAX_LIST_BYTES = LIST_FRONT_BYTES + MAX_LIST_ENTRIES * LIST_ENTRY_BYTES;

/** Fetches what the issuer signed. Everything rejects PosternError('backend-away', 'list-too-long', 'storage'); nothing is verified here. */
export class IssuerDownload {
  readonly #requests: IssuerRequests;
  readonly #listFile: DownloadedFile;
  readonly #deltaFile: DownloadedFile;
  readonly #doorPath: string;
  /** Beneath which the full list was found last; a backend from before deltas has none beneath the door's. */
  #fullPaths: readonly string[] = ['/full', ''];

  constructor(options: IssuerDownloadOptions) {
    this.#requests = new IssuerRequests(options);
    this.#listFile = new DownloadedFile(join(options.dir, 'token-list.download'), MAX_LIST_BYTES);
    this.#deltaFile = new DownloadedFile(join(options.dir, 'token-list.delta'), MAX_DELTA_BYTES);
    this.#doorPath = `${LIST_PATH}${ruuidOf(options.door)}`;
  }

  /** The key set's bytes; undefined when it is still the one tagged `etag`. */
  async keySet(etag: string | undefined, signal: AbortSignal): Promise<Fetched<Uint8Array> | undefined> {
    const answer = await this.#requests.get({
      path: KEY_SET_PATH, headers: unless(etag), signal, maxBytes: MAX_KEY_SET_BYTES,
      take: async (response) => new Uint8Array(await response.arrayBuffer()),
    });
    return fetchedOf(answer);
  }

  /** The path of the downloaded list, streamed to the disk; undefined when it is still the one tagged `etag`. */
  async list(etag: string | undefined, signal: AbortSignal): Promise<Fetched<string> | undefined> {
    const [first = '', second = ''] = this.#fullPaths;
    let answer = await this.#list(first, etag, signal, isMissing);
    if (isMissing(answer.status)) {
      answer = await this.#list(second, etag, signal);
      this.#fullPaths = [second, first];
    }
    return fetchedOf(answer);
  }

  /**
   * The path of the downloaded delta from `version`; 'same' when it is still the one tagged `etag`, 'none' when the backend has
   * no such delta, whatever it says instead: what is amiss beyond that shows at the full list.
   */
  async delta(version: number, etag: string | undefined, signal: AbortSignal): Promise<Fetched<string> | 'same' | 'none'> {
    const path = `${this.#doorPath}/${version}`;
    const answer = await this.#requests.get({
      path, headers: unless(etag), signal, maxBytes: MAX_DELTA_BYTES,
      take: (response, alive) => this.#deltaFile.write(path, response, alive),
      isAnswer: (status) => status !== 304,
    });
    return answer.status === 304 ? 'same' : fetchedOf(answer) ?? 'none';
  }

  /** A download that broke off goes on where it ended, if the list is still the same (RFC 9110 §13.1.5, §14). */
  async #list(beneath: string, etag: string | undefined, signal: AbortSignal, isAnswer?: (status: number) => boolean): Promise<IssuerAnswer<string>> {
    const path = `${this.#doorPath}${beneath}`;
    const begun = this.#listFile.begun(path);
    const headers = { ...unless(etag), ...(begun && { range: `bytes=${begun.bytes}-`, 'if-range': begun.etag }) };
    const answer = await this.#requests.get({
      path, headers, signal, maxBytes: MAX_LIST_BYTES,
      take: (response, alive) => this.#listFile.write(path, response, alive),
      isAnswer: (status) => (begun && status === 416) || isAnswer?.(status) === true,
    });
    if (answer.status !== 416) return answer;
    this.#listFile.forget();
    return this.#list(beneath, etag, signal, isAnswer);
  }
}

function isMissing(status: number): boolean {
  return status === 404;
}

function unless(etag: string | undefined): Record<string, string> {
  return etag === undefined ? {} : { 'if-none-match': etag };
}

function fetchedOf<T>({ body, etag }: IssuerAnswer<T>): Fetched<T> | undefined {
  return body === undefined ? undefined : { body, etag };
}
