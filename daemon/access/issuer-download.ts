import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Response } from 'node-fetch';
import type { Clock } from '../base/clock.ts';
import { messageOf, PosternError } from '../base/errors.ts';
import { ruuidOf } from '../base/ids.ts';
import { LIST_ENTRY_BYTES } from '../base/token-list-entry.ts';
import { LIST_FRONT_BYTES, MAX_LIST_ENTRIES } from '../base/token-list-file.ts';
import { discard, type BackendConnection } from './backend-connection.ts';
import { readFailure, refusalOf } from './online-answer.ts';

export interface IssuerDownloadOptions {
  connection: BackendConnection;
  clock: Clock;
  /** State folder; the list is downloaded into it. */
  dir: string;
  /** This door, 16 bytes. */
  door: Uint8Array;
  /** Told of the server's time in every answer; the connection proves who said it. */
  onServerTime: (serverMs: number) => void;
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
const DOWNLOAD_FILE = 'token-list.download';
/** A connection over which nothing comes for so long is dead. */
const STALL_MS = 30_000;

/** Fetches what the issuer signed. Everything rejects PosternError('backend-away', 'storage'); nothing is verified here. */
export class IssuerDownload {
  readonly #o: IssuerDownloadOptions;

  constructor(options: IssuerDownloadOptions) {
    this.#o = options;
  }

  /** The key set's bytes; undefined when it is still the one tagged `etag`. */
  async keySet(etag: string | undefined, signal: AbortSignal): Promise<Fetched<Uint8Array> | undefined> {
    return await this.#get(KEY_SET_PATH, etag, signal, async (response) => new Uint8Array(await response.arrayBuffer()));
  }

  /** The path of the downloaded list, streamed to the disk; undefined when it is still the one tagged `etag`. */
  async list(etag: string | undefined, signal: AbortSignal): Promise<Fetched<string> | undefined> {
    return await this.#get(`${LIST_PATH}${ruuidOf(this.#o.door)}`, etag, signal, (response, alive) => this.#toFile(response, alive));
  }

  async #get<T>(path: string, etag: string | undefined, signal: AbortSignal, take: (response: Response, alive: () => void) => Promise<T>): Promise<Fetched<T> | undefined> {
    const stall = new StallLimit(this.#o.clock, signal);
    try {
      const headers = etag === undefined ? {} : { 'if-none-match': etag };
      const response = await this.#o.connection.request({ path, headers, signal: stall.signal, maxBytes: MAX_KEY_SET_BYTES });
      this.#tellTime(response);
      if (response.status === 200) return { body: await take(response, () => stall.alive()), etag: response.headers.get('etag') ?? undefined };
      if (response.status === 304 && etag !== undefined) {
        discard(response);
        return undefined;
      }
      throw new PosternError('backend-away', (await refusalOf(response)).detail, { transient: true });
    } catch (thrown) {
      if (thrown instanceof PosternError) throw thrown;
      throw new PosternError('backend-away', readFailure(thrown).detail, { cause: thrown, transient: true });
    } finally {
      stall.end();
    }
  }

  async #toFile(response: Response, alive: () => void): Promise<string> {
    const path = join(this.#o.dir, DOWNLOAD_FILE);
    const file = await open(path, 'w', 0o600).catch(notKept);
    try {
      let bytes = 0;
      for await (const chunk of response.body ?? []) {
        alive();
        bytes += chunk.length;
        if (bytes > MAX_LIST_BYTES) throw new PosternError('backend-away', `The backend sends a list of more than ${MAX_LIST_BYTES} bytes.`);
        await append(file, chunk as Buffer);
      }
    } finally {
      await file.close();
    }
    return path;
  }

  /** The Date header (RFC 9110 §6.6.1). */
  #tellTime(response: Response): void {
    const serverMs = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(serverMs)) this.#o.onServerTime(serverMs);
  }
}

/** Aborts when `alive` is not called for too long, or when the outer signal does. */
class StallLimit {
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal;
  readonly #end = (): void => this.#abort.abort();
  #timer;

  constructor(clock: Clock, outer: AbortSignal) {
    this.#clock = clock;
    this.#outer = outer;
    this.#timer = clock.after(STALL_MS, this.#end);
    if (outer.aborted) this.#abort.abort();
    outer.addEventListener('abort', this.#end);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  alive(): void {
    this.#timer.cancel();
    this.#timer = this.#clock.after(STALL_MS, this.#end);
  }

  end(): void {
    this.#timer.cancel();
    this.#outer.removeEventListener('abort', this.#end);
  }
}

async function append(file: FileHandle, chunk: Uint8Array): Promise<void> {
  await file.appendFile(chunk).catch(notKept);
}

function notKept(thrown: unknown): never {
  throw new PosternError('storage', `The token list cannot be written to disk: ${messageOf(thrown)}.`, { cause: thrown, transient: true });
}
