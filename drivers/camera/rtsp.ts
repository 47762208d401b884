import type { Clock } from '../../daemon/base/clock.ts';
import { bareHost } from '../../daemon/base/host-name.ts';
import { pemFile } from '../../daemon/base/pem-files.ts';
import { asYuv, FFMPEG_MANNERS, lastWordsOfFfmpeg, sizeChange, type Rotation } from './ffmpeg.ts';
import { answersAt } from './network-look.ts';
import type { PictureSource } from './picture-source.ts';
import { ProcessSource, type Meaning } from './process-source.ts';
import { tunnelledSource } from './tunnelled-source.ts';

export interface RtspSourceOptions {
  clock: Clock;
  /** `rtsp://…` or `rtsps://…` without user and password. */
  url: string;
  login?: { user: string; password: string };
  /** Of rtsps: certificates, as PEM, of whoever signed the camera's; absent: those this system trusts. */
  caFile?: string;
  /** Of the connection. Milliseconds. */
  stallMs: number;
  rotate: Rotation;
  /** Another program in ffmpeg's place, for tests. */
  command?: string;
}

/** Until the camera's next key picture, too. */
const START_MS = 15_000;
const PORT = { 'rtsp:': 554, 'rtsps:': 322 };
const PROTOCOLS = 'pipe,fd,tcp,rtsp,rtp';

/**
 * An RTSP camera over TCP, by ffmpeg.
 *
 * [S7] Whoever can list processes reads their arguments, and their environment is there for the same user. So the URL with
 * the password goes to ffmpeg through its standard input, as a playlist of its concat format with this one entry. And ffmpeg
 * looks at no certificate of an rtsps camera: that is done for it, on the way. Throws PosternError('tls-files').
 */
export function rtspSource(options: RtspSourceOptions): PictureSource {
  const plain = programSource(options);
  if (!options.url.startsWith('rtsps:')) return plain;
  const { hostname, port } = new URL(options.url);
  const ca = options.caFile === undefined ? undefined : pemFile(options.caFile);
  const way = { host: bareHost(hostname), port: Number(port) || PORT['rtsps:'], ca };
  return tunnelledSource(plain, way, (localPort) => programSource({ ...options, url: throughTunnel(options.url, localPort) }));
}

function throughTunnel(url: string, port: number): string {
  const inner = new URL(url.replace(/^rtsps:/, 'rtsp:'));
  inner.host = `127.0.0.1:${port}`;
  return inner.href;
}

function programSource(options: RtspSourceOptions): ProcessSource {
  const { clock, url, login, rotate, command = 'ffmpeg' } = options;
  const { hostname, port, protocol } = new URL(url);
  const output = asYuv(rotate);
  return new ProcessSource({
    name: `rtsp ${withoutSecrets(url)}`,
    startMs: START_MS,
    clock,
    command,
    args: [...FFMPEG_MANNERS, ...INPUT, ...output.args],
    package: 'ffmpeg',
    input: playlist(options),
    parser: (sink) => output.parser(sink),
    meanings: MEANINGS,
    lastWords: lastWordsOfFfmpeg((text) => hidden(text, url, login)),
    heed: sizeChange,
    isThere: () => answersAt(clock, bareHost(hostname), Number(port) || PORT[protocol as keyof typeof PORT]),
  });
}

/**
 * What is read to guess at the stream is not shown later: as little as possible. One thread, for each further one is a
 * picture of delay.
 */
const INPUT = [
  '-protocol_whitelist', PROTOCOLS, '-threads', '1', '-flags', 'low_delay',
  '-fpsprobesize', '0', '-analyzeduration', '100000', '-probesize', '32768', '-safe', '0', '-f', 'concat', '-i', 'pipe:0',
];

function playlist({ url, login, stallMs }: RtspSourceOptions): string {
  const full = new URL(url);
  if (login) [full.username, full.password] = [encoded(login.user), encoded(login.password)];
  const options = { rtsp_transport: 'tcp', allowed_media_types: 'video', timeout: stallMs * 1000, analyzeduration: 1, probesize: 32, fpsprobesize: 0 };
  return ['ffconcat version 1.0', `file '${full.href.replaceAll('\'', '%27')}'`, ...Object.entries(options).map(([name, value]) => `option ${name} ${value}`), ''].join('\n');
}

/** As RFC 3986 §3.2.1 has it, and without the quotes of the playlist. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/['()!*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
}

/** Some cameras want a password in their path's query. */
function withoutSecrets(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** [S7] ffmpeg's errors have the address in them. */
function hidden(text: string, url: string, login: RtspSourceOptions['login']): string {
  const secrets = [new URL(url).search, ...(login ? [login.password, encoded(login.password), login.user, encoded(login.user)] : [])].filter((secret) => secret !== '');
  return secrets.sort((a, b) => b.length - a.length).reduce((shown, secret) => shown.replaceAll(secret, '…'), text).replace(/\/\/[^/\s]*@/g, '//');
}

const MEANINGS: Meaning[] = [
  [/401 Unauthorized|authorization failed/, 'it refuses the user and the password: see camera.user and camera.passwordFile'],
  [/403 Forbidden/, 'it forbids this user to watch: see camera.user'],
  [/404 Not Found|454 Session|Server returned 4/, 'it does not know this path: see camera.url'],
  [/5\d\d Server Error|Server returned 5/, 'it answers with an error of its own'],
  [/461 |Unsupported Transport|Nonmatching transport/, 'it does not give RTSP over TCP'],
  [/Connection refused/, 'it refuses connections'],
  [/No route to host|Network is unreachable/, 'there is no way to it in the network'],
  [/Name or service not known|Failed to resolve hostname|Temporary failure in name/, 'its name is not known: see camera.url'],
  [/timed out|Connection reset|Broken pipe/, 'it does not answer any more'],
  [/error while decoding|Error while decoding|decode_slice|NAL type|short term/, 'it gives video that cannot be decoded'],
  // An answer that never comes is told by ffmpeg in the same words as one that is none.
  [/Invalid data found/, 'it gives no answer, or one that is no RTSP'],
];
