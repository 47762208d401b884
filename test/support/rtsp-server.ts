import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface RtspServerOptions {
  /** H.264, Annex B, the parameter sets before each key picture. It is sent again from its beginning when it ends. */
  video: Uint8Array;
  framesPerSecond: number;
  /** Whoever gives none or another is answered 401. */
  login?: { user: string; password: string; scheme: 'Basic' | 'Digest' };
  port?: number;
}

const PATH = '/door';
const REALM = 'camera';
const NONCE = '5ccc069c403ebaf9f0171e9517f40e41';
/** Bytes of one RTP packet's payload. */
const MOST = 1_400;

/**
 * A camera's RTSP server (RFC 2326) as far as a client that plays over TCP needs it: H.264 in RTP (RFC 6184) between the
 * requests. What a camera does wrong is asked for with `mood`.
 */
export class RtspServer {
  readonly #o: RtspServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** All that clients asked, first lines only. */
  readonly asked: string[] = [];
  /** `silent` keeps the connection and sends nothing, `garbage` sends bytes that are no video, `missing` knows no such stream, `deaf` answers nothing. */
  mood: 'plays' | 'silent' | 'garbage' | 'missing' | 'deaf' = 'plays';
  #units: Uint8Array[][];

  private constructor(options: RtspServerOptions) {
    this.#o = options;
    this.#units = accessUnits(options.video);
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async open(options: RtspServerOptions): Promise<RtspServer> {
    const server = new RtspServer(options);
    await new Promise<void>((resolve, reject) => server.#server.on('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `rtsp://127.0.0.1:${this.port}${PATH}`;
  }

  get clients(): number {
    return this.#sockets.size;
  }

  /** Goes on with another video, as a camera that was set to another size. */
  show(video: Uint8Array): void {
    this.#units = accessUnits(video);
  }

  /** Ends the connections, as a camera that loses its power and has it back. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let text = '';
    let playing: NodeJS.Timeout | undefined;
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(playing);
      this.#sockets.delete(socket);
    });
    socket.on('data', (chunk: Buffer) => {
      // RTCP of the client comes between its requests; those begin with a capital letter.
      text += chunk.toString('latin1').replace(/^\$[\s\S]*?(?=[A-Z_]+ rtsp|$)/, '');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = text.slice(end + 4);
        if (this.#answer(socket, request) === 'PLAY') playing = this.#play(socket);
      }
    });
  }

  #answer(socket: Socket, request: string): string {
    const [first = ''] = request.split('\r\n');
    this.asked.push(first);
    const method = first.split(' ')[0] ?? '';
    const reply = (status: string, headers: string[] = [], body = ''): string => {
      const cseq = /^CSeq: *(\d+)/im.exec(request)?.[1] ?? '0';
      const all = [`RTSP/1.0 ${status}`, `CSeq: ${cseq}`, ...headers, ...(body ? [`Content-Length: ${body.length}`] : [])];
      socket.write(`${all.join('\r\n')}\r\n\r\n${body}`);
      return status.startsWith('200') ? method : '';
    };
    if (this.mood === 'deaf') return '';
    if (!this.#letsIn(request, method)) return reply('401 Unauthorized', [this.#challenge()]);
    if (this.mood === 'missing') return reply('404 Not Found');
    switch (method) {
      case 'DESCRIBE': return reply('200 OK', ['Content-Type: application/sdp', `Content-Base: ${this.url}/`], this.#sdp());
      case 'SETUP': return reply('200 OK', ['Session: 12345678;timeout=60', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1']);
      case 'PLAY': return reply('200 OK', ['Session: 12345678', 'Range: npt=0.000-']);
      default: return reply('200 OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER']);
    }
  }

  #challenge(): string {
    return `WWW-Authenticate: ${this.#o.login?.scheme === 'Digest' ? `Digest realm="${REALM}", nonce="${NONCE}"` : `Basic realm="${REALM}"`}`;
  }

  #letsIn(request: string, method: string): boolean {
    const { login } = this.#o;
    if (!login || method === 'OPTIONS') return true;
    const given = /^Authorization: *(.*)$/im.exec(request)?.[1] ?? '';
    if (login.scheme === 'Basic') return given === `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
    const part = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(given)?.[1] ?? '';
    const md5 = (...parts: string[]): string => createHash('md5').update(parts.join(':')).digest('hex');
    return part('response') === md5(md5(login.user, REALM, login.password), NONCE, md5(method, part('uri')));
  }

  #sdp(): string {
    const sets = (this.#units[0] ?? []).filter((nal) => [7, 8].includes(typeOf(nal))).map((nal) => Buffer.from(nal).toString('base64'));
    return ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=door', 'c=IN IP4 0.0.0.0', 't=0 0', 'a=control:*', 'm=video 0 RTP/AVP 96',
      'a=rtpmap:96 H264/90000', `a=fmtp:96 packetization-mode=1;sprop-parameter-sets=${sets.join(',')}`, 'a=control:trackID=0', ''].join('\r\n');
  }

  #play(socket: Socket): NodeJS.Timeout {
    const everyMs = 1_000 / this.#o.framesPerSecond;
    const startedMs = performance.now();
    let seq = 0;
    let sent = 0;
    let shown = this.#units;
    let begun = 0;
    return setInterval(() => {
      for (; sent * everyMs <= performance.now() - startedMs; sent++) {
        // A camera drops what its client does not take.
        if (this.mood === 'silent' || socket.writableLength > 1_000_000) continue;
        if (shown !== this.#units) [shown, begun] = [this.#units, sent];
        const unit = shown[(sent - begun) % shown.length] ?? [];
        const nals = this.mood === 'garbage' ? [Uint8Array.of(0x7e, ...Buffer.alloc(300, 0x5a))] : unit;
        const packets = nals.flatMap((nal, i) => payloads(nal, i === unit.length - 1));
        for (const { payload, last } of packets) socket.write(interleaved(payload, { seq: seq++, time: Math.round(sent * everyMs * 90), last }));
      }
    }, everyMs / 2);
  }
}

const typeOf = (nal: Uint8Array): number => (nal[0] ?? 0) & 0x1f;

/** The NAL units of each picture. */
function accessUnits(video: Uint8Array): Uint8Array[][] {
  const starts: number[] = [];
  for (let at = 0; at + 3 < video.length; at++) if (video[at] === 0 && video[at + 1] === 0 && video[at + 2] === 1) starts.push(at + 3);
  const nals = starts.map((start, i) => {
    const end = (starts[i + 1] ?? video.length + 3) - 3;
    return video.subarray(start, video[end - 1] === 0 ? end - 1 : end);
  });
  const units: Uint8Array[][] = [];
  let hasSlice = true;
  for (const nal of nals) {
    const isSlice = typeOf(nal) <= 5;
    // first_mb_in_slice is 0, coded as a single 1 bit (ITU-T H.264, 7.3.3): the first slice of a picture.
    const begins = isSlice ? ((nal[1] ?? 0) & 0x80) !== 0 : true;
    if (hasSlice && begins) {
      units.push([]);
      hasSlice = false;
    }
    units.at(-1)?.push(nal);
    hasSlice ||= isSlice;
  }
  return units;
}

/** Whole, or in fragments (RFC 6184 §5.8, FU-A). */
function payloads(nal: Uint8Array, lastOfPicture: boolean): { payload: Uint8Array; last: boolean }[] {
  if (nal.length <= MOST) return [{ payload: nal, last: lastOfPicture }];
  const parts: { payload: Uint8Array; last: boolean }[] = [];
  for (let at = 1; at < nal.length; at += MOST) {
    const end = at + MOST >= nal.length;
    const header = ((nal[0] ?? 0) & 0xe0) | 28;
    const fu = typeOf(nal) | (at === 1 ? 0x80 : 0) | (end ? 0x40 : 0);
    parts.push({ payload: Buffer.concat([Uint8Array.of(header, fu), nal.subarray(at, at + MOST)]), last: lastOfPicture && end });
  }
  return parts;
}

/** RFC 2326 §10.12 around RFC 3550 §5.1. */
function interleaved(payload: Uint8Array, { seq, time, last }: { seq: number; time: number; last: boolean }): Buffer {
  const head = Buffer.alloc(16);
  head.write('$');
  head.writeUInt16BE(12 + payload.length, 2);
  head[4] = 0x80;
  head[5] = 96 | (last ? 0x80 : 0);
  head.writeUInt16BE(seq & 0xffff, 6);
  head.writeUInt32BE(time >>> 0, 8);
  head.writeUInt32BE(0x706f7374, 12);
  return Buffer.concat([head, payload]);
}
