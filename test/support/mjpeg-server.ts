import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';

export interface MjpegServerOptions {
  /** Whoever gives none or another is answered 401. */
  login?: { user: string; password: string; scheme: 'Basic' | 'MD5' | 'SHA-256' };
  tls?: { key: string | Buffer; cert: string | Buffer };
  port?: number;
}

export type MjpegMood =
  | 'plays' | 'silent' | 'garbage' | 'frozen'
  /** Parts without an end. */
  | 'half'
  /** A Content-Length that is too small, or too large. */
  | 'short-length' | 'long-length'
  | 'no-length' | 'no-boundary-told' | 'no-boundary' | 'endless-part-headers' | 'endless-headers' | 'endless-part'
  /** Takes the request and answers nothing. */
  | 'deaf' | 'not-http'
  | { status: number; location?: string };

const EVERY_MS = 40;
const NONCE = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';

/** A camera's web server: `/stream` gives JPEGs as a multipart stream, `/still` one at a time, and what it does wrong is asked for with `mood`. */
export class MjpegServer {
  readonly #o: MjpegServerOptions;
  readonly #server: Server;
  readonly #streams = new Set<NodeJS.Timeout>();
  mood: MjpegMood = 'plays';
  /** How many requests came, refused ones too. */
  requests = 0;
  #jpeg: Buffer = Buffer.alloc(0);
  #count = 0;

  private constructor(options: MjpegServerOptions) {
    this.#o = options;
    const listener = (request: IncomingMessage, response: ServerResponse): void => this.#answer(request, response);
    this.#server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  }

  static async open(options: MjpegServerOptions = {}): Promise<MjpegServer> {
    const server = new MjpegServer(options);
    await server.show(320, 180);
    await new Promise<void>((resolve, reject) => server.#server.on('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path: '/stream' | '/still'): string {
    return `${this.#o.tls ? 'https' : 'http'}://localhost:${this.port}${path}`.replace('localhost', this.#o.tls ? 'localhost' : '127.0.0.1');
  }

  async show(width: number, height: number): Promise<void> {
    this.#jpeg = await sharp({ create: { width, height, channels: 3, background: 'teal' } }).jpeg().toBuffer();
  }

  hangUp(): void {
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    for (const stream of this.#streams) clearInterval(stream);
    this.hangUp();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests++;
    if (!this.#letsIn(request)) return void response.writeHead(401, { 'www-authenticate': this.#challenges() }).end('no');
    const { mood } = this;
    if (typeof mood === 'object') return void response.writeHead(mood.status, mood.location === undefined ? {} : { location: mood.location }).end('x'.repeat(100));
    switch (mood) {
      case 'deaf': return;
      case 'not-http': return void response.socket?.end('220 camera FTP ready\r\n');
      case 'endless-headers': {
        const timer = setInterval(() => response.socket?.write(`x-${this.#count++}: ${'y'.repeat(2_000)}\r\n`), 5);
        response.socket?.write('HTTP/1.1 200 OK\r\n');
        response.socket?.on('error', () => {}).on('close', () => clearInterval(timer));
        return;
      }
      default: return request.url === '/still' ? this.#still(response) : this.#stream(response);
    }
  }

  #still(response: ServerResponse): void {
    if (this.mood === 'silent') return;
    const body = this.mood === 'garbage' ? Buffer.from('<html>not today</html>') : this.mood === 'half' ? this.#picture().subarray(0, 300) : this.#picture();
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': body.length }).end(body);
  }

  #stream(response: ServerResponse): void {
    const boundary = this.mood === 'no-boundary-told' ? '' : '; boundary=frame';
    response.writeHead(200, { 'content-type': `multipart/x-mixed-replace${boundary}` }).flushHeaders();
    const timer = setInterval(() => {
      // A camera drops what its client does not take.
      if (response.writableLength < 500_000) this.#part(response);
    }, EVERY_MS);
    this.#streams.add(timer);
    response.on('error', () => {});
    response.on('close', () => {
      clearInterval(timer);
      this.#streams.delete(timer);
    });
  }

  #part(response: ServerResponse): void {
    if (this.mood === 'silent') return;
    if (this.mood === 'endless-part-headers' || this.mood === 'endless-part') {
      if (this.#count++ === 0) response.write(`--frame\r\n${this.mood === 'endless-part' ? '\r\n\xff\xd8' : ''}`, 'latin1');
      return void response.write(`X-${this.#count}: ${'y'.repeat(200_000)}\r\n`);
    }
    const whole = this.mood === 'garbage' ? Buffer.from(`nothing ${this.#count++}`) : this.#picture();
    const jpeg = this.mood === 'half' ? whole.subarray(0, 300) : whole;
    if (this.mood === 'no-boundary') return void response.write(jpeg);
    const told = { 'short-length': jpeg.length - 100, 'long-length': jpeg.length + 70 }[this.mood as string] ?? jpeg.length;
    const length = this.mood === 'no-length' || this.mood === 'half' ? '' : `Content-Length: ${told}\r\n`;
    response.write(Buffer.concat([Buffer.from(`--frame\r\nContent-Type: image/jpeg\r\n${length}\r\n`), jpeg, Buffer.from('\r\n')]));
  }

  /** No two are the same, by a comment (ITU-T T.81, B.2.4.5), but for a frozen camera. */
  #picture(): Buffer {
    const comment = Buffer.from([0xff, 0xfe, 0, 6, 0, 0, 0, 0]);
    comment.writeUInt32BE(this.mood === 'frozen' ? this.#count : ++this.#count, 4);
    return Buffer.concat([this.#jpeg.subarray(0, 2), comment, this.#jpeg.subarray(2)]);
  }

  #challenges(): string[] {
    const scheme = this.#o.login?.scheme;
    const digest = (algorithm: string): string => `Digest realm="cam", qop="auth, auth-int", algorithm=${algorithm}, nonce="${NONCE}", opaque="FQhe/q"`;
    if (scheme === 'Basic') return ['Basic realm="cam"'];
    return scheme === 'MD5' ? ['Basic realm="cam"', digest('MD5')] : [digest('MD5'), digest('SHA-256')];
  }

  #letsIn({ headers: { authorization = '' }, url }: IncomingMessage): boolean {
    const { login } = this.#o;
    if (!login) return true;
    const { user, password, scheme } = login;
    if (scheme === 'Basic') return authorization === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const part = (name: string): string => new RegExp(`\\b${name}="?([^",]*)`).exec(authorization)?.[1] ?? '';
    const hash = (...parts: string[]): string => createHash(scheme === 'MD5' ? 'md5' : 'sha256').update(parts.join(':')).digest('hex');
    const expected = hash(hash(user, 'cam', password), NONCE, part('nc'), part('cnonce'), 'auth', hash('GET', url ?? ''));
    return part('algorithm') === scheme && part('response') === expected;
  }
}
