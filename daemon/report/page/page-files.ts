import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

/** The folders of the page's own files: what is compiled for the browser stands beside this module, the rest in the sources. */
export interface PageFolders {
  sources: string;
  scripts: string;
}

const here = fileURLToPath(new URL('./client/', import.meta.url));
export const ownFolders: PageFolders = { scripts: here, sources: extname(import.meta.url) === '.ts' ? here : fileURLToPath(new URL('../../../../daemon/report/page/client/', import.meta.url)) };

type Coding = 'br' | 'gzip' | 'identity';

interface PageFile {
  type: string;
  etag: string;
  /** What was asked for so far. */
  bodies: Map<Coding, Promise<Buffer>>;
  plain: Buffer;
}

/** The page's own files, read once: whatever a request asks for, no file is opened for it. A door starts without compressing them; each is when it is first asked for, in another thread. */
export class PageFiles {
  readonly #files = new Map<string, PageFile>();
  /** Whether all of it is there. A door opens without its page, so what is missing is for the status to tell. */
  readonly isComplete: boolean;

  constructor({ sources, scripts }: PageFolders = ownFolders) {
    this.#add('/', join(sources, 'page.html'), 'text/html');
    this.#add('/page.css', join(sources, 'page.css'), 'text/css');
    const names = existsSync(scripts) ? readdirSync(scripts).filter((name) => /^[a-z0-9-]+\.js$/.test(name)) : [];
    for (const name of names) this.#add(`/client/${name}`, join(scripts, name), 'text/javascript');
    this.isComplete = ['/', '/page.css', '/client/main.js'].every((path) => this.has(path));
  }

  #add(path: string, file: string, type: string): void {
    if (existsSync(file)) this.#files.set(path, fileOf(file, `${type}; charset=utf-8`));
  }

  /** Whether there is a file at this path, as it was sent. */
  has(path: string): boolean {
    return this.#files.has(path);
  }

  async send(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = this.#files.get(path);
    if (!file) throw new TypeError('asked for a file that is not there');
    // Asked for anew each time: the next version of the page must not run with scripts of this one.
    response.setHeader('cache-control', 'no-cache').setHeader('etag', file.etag).setHeader('vary', 'accept-encoding');
    if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(file.etag)) return void response.writeHead(304).end();
    const coding = codingOf(request.headers['accept-encoding']);
    const body = await bodyOf(file, coding);
    if (coding !== 'identity') response.setHeader('content-encoding', coding);
    response.writeHead(200, { 'content-type': file.type, 'content-length': body.length }).end(body);
  }
}

function fileOf(path: string, type: string): PageFile {
  const plain = withoutMap(readFileSync(path));
  // Weak: the codings have other bytes.
  const etag = `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { type, etag, plain, bodies: new Map() };
}

function bodyOf({ plain, bodies }: PageFile, coding: Coding): Promise<Buffer> {
  const known = bodies.get(coding);
  if (known) return known;
  const body = encoded(plain, coding);
  bodies.set(coding, body);
  return body;
}

function encoded(plain: Buffer, coding: Coding): Promise<Buffer> {
  switch (coding) {
    case 'identity': return Promise.resolve(plain);
    case 'gzip': return promisify(gzip)(plain, { level: 9 });
    case 'br': return promisify(brotliCompress)(plain);
  }
}

/** The source map is not served. */
function withoutMap(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('utf8').replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n'));
}

/** The smallest that the reader takes; what it gives a weight of zero it does not take (RFC 9110 §12.5.3). */
function codingOf(accepted = ''): Coding {
  const takes = (coding: Coding): boolean => accepted.split(',').some((each) => {
    const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
    return name === coding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity';
}
