import { open, type FileHandle } from 'node:fs/promises';
import type { Response } from 'node-fetch';
import { messageOf, PosternError } from '../base/errors.ts';

/** What of a file has come before its download broke off, and under which tag the rest may be asked for. */
export interface Begun {
  /** The path of the API it is of. */
  of: string;
  etag: string;
  bytes: number;
}

/** A file that a download is streamed to. It remembers what came when one breaks off, for as long as the process runs. */
export class DownloadedFile {
  readonly path: string;
  readonly #maxBytes: number;
  #begun: Begun | undefined;

  constructor(path: string, maxBytes: number) {
    this.path = path;
    this.#maxBytes = maxBytes;
  }

  /** What there is of `of`, to go on from. */
  begun(of: string): Begun | undefined {
    return this.#begun?.of === of ? this.#begun : undefined;
  }

  forget(): void {
    this.#begun = undefined;
  }

  /** Writes a body of the API's path `of`, behind what has begun with status 206. Rejects PosternError('backend-away', 'list-too-long', 'storage') and what the stream does. */
  async write(of: string, response: Response, alive: () => void): Promise<string> {
    const etag = response.headers.get('etag') ?? '';
    const from = response.status === 206 ? this.#resumable(of, response) : 0;
    this.#begun = undefined;
    const file = await this.#openAt(from);
    let bytes = from;
    try {
      for await (const chunk of response.body ?? []) {
        alive();
        if (bytes + chunk.length > this.#maxBytes) throw new PosternError('list-too-long', `The backend sends a list of more than ${this.#maxBytes} bytes.`);
        await file.appendFile(chunk as Buffer).catch(notKept);
        bytes += chunk.length;
      }
      return this.path;
    } catch (thrown) {
      // RFC 9110 §13.1.5: only a strong tag says that the rest will be of the same bytes.
      if (!(thrown instanceof PosternError) && etag.startsWith('"') && bytes > 0) this.#begun = { of, etag, bytes };
      throw thrown;
    } finally {
      await file.close();
    }
  }

  /** Where the rest begins. */
  #resumable(of: string, response: Response): number {
    const begun = this.begun(of);
    const isRest = begun && response.headers.get('etag') === begun.etag && response.headers.get('content-range')?.startsWith(`bytes ${begun.bytes}-`);
    if (isRest) return begun.bytes;
    this.forget();
    throw new PosternError('backend-away', 'The backend sends another part of the list than it was asked for.', { transient: true });
  }

  async #openAt(bytes: number): Promise<FileHandle> {
    const file = await open(this.path, bytes === 0 ? 'w' : 'a', 0o600).catch(notKept);
    // A write that failed half way may have left more.
    if (bytes > 0) await file.truncate(bytes).catch(notKept);
    return file;
  }
}

function notKept(thrown: unknown): never {
  throw new PosternError('storage', `The token list cannot be written to disk: ${messageOf(thrown)}.`, { cause: thrown, transient: true });
}
