import { z } from 'zod';
import { about, filePath, whole } from '../fields.ts';

const replay = z.strictObject({
  driver: z.literal('replay').describe('Plays a recorded session: for trying out and for finding out what happened.'),
  session: filePath().describe('The recorded session\'s folder.').meta({ example: 'sessions/front-door' }),
  loopPauseS: whole(0, 86_400).exactOptional().describe('Pause after the end before it plays again; absent: it plays once.').meta({ example: 30 }),
});

/** A side of the picture; the planes of a colour picture have half of it. */
const side = (): z.ZodInt => z.int().min(160).max(4_608).multipleOf(2, 'must be even').meta({ allowed: 'an even number from 160 to 4608' });

const size = {
  width: side().default(1_280).describe('Pixels that the camera is asked for, across.'),
  height: side().default(720).describe('Pixels, down.'),
  framesPerSecond: whole(1, 60).default(15).describe('Pictures a second that the camera is asked for.'),
};

const stallMs = whole(1_000, 60_000).default(3_000).describe('A camera that sends nothing for so long is started again.');
const frozenAfterS = (seconds: number, why: string): z.ZodDefault<z.ZodInt> =>
  whole(0, 3_600).default(seconds).describe(`A camera that sends the very same picture for so long is told as frozen and started again; 0: never. ${why}`);
const sensor = frozenAfterS(15, 'A sensor\'s noise never gives two pictures the same.');
const network = frozenAfterS(60, 'Between two key pictures a view that stands still may be sent as the same picture.');
const rotate = z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]).default(0).meta({ allowed: '0, 90, 180 or 270' })
  .describe('Degrees to turn the picture clockwise. Codes are read at any angle; it is for people who look at the pictures, and costs time.');

const rpicam = z.strictObject({
  driver: z.literal('rpicam').describe('The camera at a Raspberry Pi\'s own connector, through rpicam-vid.'),
  ...size,
  cameraNumber: whole(0, 3).default(0).describe('Which of the board\'s cameras, counted from 0.'),
  rotate: z.union([z.literal(0), z.literal(180)]).default(0).meta({ allowed: '0 or 180' }).describe('Degrees to turn the picture. The sensor does it, so it costs nothing.'),
  rowAlignBytes: z.union([z.literal(16), z.literal(32), z.literal(64), z.literal(128)]).default(64).meta({ allowed: '16, 32, 64 or 128' })
    .describe('Rows are padded to a multiple of so many bytes. Pictures that are torn aslant want another number, or a width that is a multiple of 128.'),
  stallMs,
  frozenAfterS: sensor,
});

const v4l2 = z.strictObject({
  driver: z.literal('v4l2').describe('A USB camera or another of the kernel\'s video devices, through ffmpeg.'),
  device: z.string().regex(/^(?!.*\/\.\.?(\/|$))\/dev\/[\w./:+,@-]{1,250}$/, 'must be a device like /dev/video0 or /dev/v4l/by-id/…').meta({ allowed: 'a path below /dev', example: '/dev/v4l/by-id/usb-camera-video-index0' })
    .describe('The camera. A name below /dev/v4l/by-id stays when another camera is plugged in.'),
  format: z.enum(['mjpeg', 'raw']).default('mjpeg').describe('mjpeg: the camera\'s own JPEGs, which most USB cameras give and which the evidence keeps as they are; raw: uncompressed pictures.'),
  ...size,
  rotate,
  stallMs,
  frozenAfterS: sensor,
}).refine((it) => it.rotate === 0 || it.format === 'raw', about(['rotate', 'format'], 'must be 0 with format mjpeg: the camera\'s JPEGs are kept as they are'));

/** Shown with whatever is wrong with an address, for whoever has put the password there. */
const noSecret = 'must have no user and password in it: set user and passwordFile, so that the password is in no log';

const address = (protocols: string[], example: string): z.ZodString => z.string().max(2_000)
  .refine((text) => isAddress(text, protocols), `must be a URL that begins with ${protocols.map((it) => `${it}//`).join(' or ')} and has no fragment`)
  .refine((text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''), noSecret)
  .meta({ allowed: `a URL that begins with ${protocols.map((it) => `${it}//`).join(' or ')}`, example });

const login = {
  user: z.string().min(1).max(60).regex(/^[^\p{Cc}:]+$/u, 'must not contain control characters or a colon').exactOptional()
    .describe('The name to log in with at the camera; needs passwordFile.').meta({ allowed: '1 to 60 characters without a colon', example: 'door' }),
  passwordFile: filePath().exactOptional().describe('File with its password, readable by its owner only.').meta({ example: 'camera.password' }),
};

const caFile = filePath().exactOptional().describe('Certificates, as PEM, that the camera\'s is signed by, or its own; absent: those this system trusts.').meta({ example: 'camera.pem' });

const rtsp = z.strictObject({
  driver: z.literal('rtsp').describe('A network camera that streams, over RTSP and TCP, through ffmpeg. Asked for a plain password by the camera, ffmpeg gives it; use rtsps:// in a network that is not yours.'),
  url: address(['rtsp:', 'rtsps:'], 'rtsp://camera.lan/stream2').describe('The stream, without user and password. A camera\'s smaller stream is enough where codes are shown within arm\'s reach.'),
  ...login,
  caFile,
  rotate,
  stallMs,
  frozenAfterS: network,
})
  .refine((it) => (it.user === undefined) === (it.passwordFile === undefined), about(['passwordFile', 'user'], 'must be set together with user'))
  .refine((it) => it.caFile === undefined || it.url.startsWith('rtsps:'), about(['url', 'caFile'], 'must begin with rtsps:// where there is a caFile'));

const snapshot = z.strictObject({
  driver: z.literal('snapshot').describe('A network camera\'s picture over HTTP: a JPEG asked for again and again, or a stream of JPEGs (MJPEG), whichever the address gives.'),
  url: address(['http:', 'https:'], 'http://camera.lan/video.mjpg').describe('The picture or stream, without user and password.'),
  ...login,
  allowPlainPassword: z.boolean().default(false).describe('Whether a camera may ask for the password in plain text (Basic) over http://. Whoever listens in the network reads it.'),
  caFile,
  framesPerSecond: whole(1, 30).default(10).describe('How often a single JPEG is asked for. A stream comes as the camera sends it.'),
  stallMs,
  frozenAfterS: network,
})
  .refine((it) => (it.user === undefined) === (it.passwordFile === undefined), about(['passwordFile', 'user'], 'must be set together with user'))
  .refine((it) => it.caFile === undefined || it.url.startsWith('https:'), about(['url', 'caFile'], 'must begin with https:// where there is a caFile'));

export const camera = z.discriminatedUnion('driver', [replay, v4l2, rtsp, snapshot, rpicam]);

function isAddress(text: string, protocols: string[]): boolean {
  if (!URL.canParse(text) || /[\p{Cc}\s'\\]/u.test(text)) return false;
  const { protocol, hostname, hash } = new URL(text);
  return protocols.includes(protocol) && hostname !== '' && hash === '';
}
