import { randomBytes } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import fetch, { type Response } from 'node-fetch';
import type { Clock, Timer } from '../../daemon/base/clock.ts';
import { bareHost } from '../../daemon/base/host-name.ts';
import { pemFile } from '../../daemon/base/pem-files.ts';
import { HttpAuthorizer, type HttpLogin } from './http-login.ts';
import { faultOf } from '../network-fault.ts';
import { meaningOfStatus } from './http-faults.ts';
import { jpegPicture } from './jpeg-picture.ts';
import { MultipartParser } from './multipart-parser.ts';
import { answersAt } from './network-look.ts';
import { MAX_JPEG_BYTES, StreamFault } from './picture-parser.ts';
import type { PictureListener, PictureSource, SourceRun } from './picture-source.ts';

export interface SnapshotSourceOptions {
  clock: Clock;
  /** `http://…` or `https://…` without user and password. */
  url: string;
  login?: HttpLogin;
  /** How often a single JPEG is asked for; a stream comes as fast as the camera sends it. */
  framesPerSecond: number;
  /** Certificates, as PEM, of whoever signed the camera's; absent: those this system trusts. */
  caFile?: string;
}

const START_MS = 10_000;

/** A camera's picture over HTTP: one JPEG asked for again and again, or a stream of them, whichever it answers with. */
export class SnapshotSource implements PictureSource {
  readonly name: string;
  readonly startMs = START_MS;
  readonly #o: SnapshotSourceOptions;
  readonly #ca: Buffer | undefined;

  /** Throws PosternError('tls-files'). */
  constructor(options: SnapshotSourceOptions) {
    const { protocol, host, pathname } = new URL(options.url);
    this.#ca = options.caFile === undefined ? undefined : pemFile(options.caFile);
    // Some cameras want a password in the query [S7].
    this.name = `snapshot ${protocol}//${host}${pathname}`;
    this.#o = options;
  }

  open(listener: PictureListener): SourceRun {
    return new SnapshotRun({ ...this.#o, ca: this.#ca }, listener);
  }

  isThere(): Promise<boolean> {
    const { hostname, port, protocol } = new URL(this.#o.url);
    return answersAt(this.#o.clock, bareHost(hostname), Number(port) || (protocol === 'https:' ? 443 : 80));
  }
}

/** Ends a run from within, with a reason in the words of `PictureListener.ended`. */
class Ending extends Error {}

interface SnapshotRunOptions extends SnapshotSourceOptions {
  ca: Buffer | undefined;
}

class SnapshotRun implements SourceRun {
  readonly #o: SnapshotRunOptions;
  readonly #url: URL;
  readonly #listener: PictureListener;
  readonly #authorizer: HttpAuthorizer | undefined;
  readonly #agent: HttpAgent;
  readonly #abort = new AbortController();
  readonly #over: Promise<void>;
  #pause: { timer: Timer; end: () => void } | undefined;

  constructor(options: SnapshotRunOptions, listener: PictureListener) {
    const { url, login, ca } = options;
    this.#o = options;
    this.#url = new URL(url);
    this.#listener = listener;
    this.#authorizer = login && new HttpAuthorizer(login, () => randomBytes(16).toString('hex'));
    const manners = { keepAlive: true, maxSockets: 1 };
    this.#agent = this.#url.protocol === 'https:' ? new HttpsAgent({ ...manners, ...(ca && { ca }) }) : new HttpAgent(manners);
    this.#over = this.#run();
  }

  async close(): Promise<void> {
    this.#abort.abort();
    this.#pause?.timer.cancel();
    this.#pause?.end();
    await this.#over;
  }

  async #run(): Promise<void> {
    let reason: string | undefined;
    try {
      while (!this.#abort.signal.aborted) await this.#round();
    } catch (thrown) {
      reason = thrown instanceof Ending || thrown instanceof StreamFault ? thrown.message : faultOf(thrown, 'camera');
    }
    this.#agent.destroy();
    if (!this.#abort.signal.aborted) this.#listener.ended(reason ?? 'it has ended the stream');
  }

  /** One request: a stream lasts as long as it does, a single picture until the next is due. */
  async #round(): Promise<void> {
    const { clock, framesPerSecond } = this.#o;
    const dueMs = clock.monotonicMs() + 1_000 / framesPerSecond;
    const response = await this.#get();
    const body = response.body as Readable;
    const [, type = '', rest = ''] = /^\s*([^;\s]*)(.*)$/.exec(response.headers.get('content-type') ?? '') ?? [];
    try {
      if (/^multipart\//i.test(type)) {
        await this.#stream(body, /;\s*boundary="?([^";]*)"?/i.exec(rest)?.[1]?.trim());
        throw new Ending('it has ended the stream');
      }
      await this.#one(body);
    } finally {
      body.destroy();
    }
    await this.#wait(dueMs - clock.monotonicMs());
  }

  /** The answer to a request that was let in; a second one with the login where the first was refused. */
  async #get(): Promise<Response> {
    const first = await this.#request();
    if (first.status !== 401) return this.#judged(first);
    (first.body as Readable).destroy();
    const wrong = this.#authorizer ? this.#authorizer.challenge(first.headers.raw()['www-authenticate'] ?? [], this.#url) : 'it asks for a login: set camera.user and camera.passwordFile';
    if (wrong !== undefined) throw new Ending(wrong);
    return this.#judged(await this.#request());
  }

  async #request(): Promise<Response> {
    const authorization = this.#authorizer?.header({ method: 'GET', url: this.#url });
    const response = await fetch(this.#url, {
      headers: { accept: 'multipart/x-mixed-replace, image/jpeg', ...(authorization !== undefined && { authorization }) },
      agent: this.#agent,
      redirect: 'manual',
      compress: false,
      signal: this.#abort.signal,
    });
    this.#listener.bytes();
    // A body that is given up fails once more; nobody listens to it then.
    (response.body as Readable).on('error', () => {});
    return response;
  }

  #judged(response: Response): Response {
    const wrong = meaningOfStatus(response.status, response.headers.get('location'), this.#url);
    if (wrong === undefined) return response;
    (response.body as Readable).destroy();
    throw new Ending(wrong);
  }

  async #stream(body: Readable, boundary: string | undefined): Promise<void> {
    const parser = new MultipartParser(boundary, this.#listener);
    for await (const chunk of body as AsyncIterable<Buffer>) {
      this.#listener.bytes();
      parser.take(chunk);
    }
  }

  async #one(body: Readable): Promise<void> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      this.#listener.bytes();
      size += chunk.length;
      if (size > MAX_JPEG_BYTES) throw new Ending(`it gives pictures of over ${MAX_JPEG_BYTES / 1024 / 1024} MB`);
      chunks.push(chunk);
    }
    const picture = jpegPicture(Buffer.concat(chunks));
    if (typeof picture === 'string') this.#listener.bad(picture);
    else this.#listener.picture(picture);
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((end) => {
      const timer = this.#o.clock.after(Math.max(0, delayMs), end);
      this.#pause = { timer, end };
      if (this.#abort.signal.aborted) this.#pause.end();
    });
  }
}
