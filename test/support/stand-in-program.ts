// See stand-in-camera.ts. Arguments: the folder of its state, then those of the program it stands in for.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { StandInState } from './stand-in-camera.ts';

const [dir = '', ...args] = process.argv.slice(2);
const EVERY_MS = 40;
/** The same for each process: a camera that hangs goes on showing it. */
const FROZEN_AT = 200;
const begun = state();
let count = 0;
let jpeg: Buffer = Buffer.alloc(0);
let size = begun;

process.on('SIGTERM', () => {});
if (args.includes('pipe:0')) writeFileSync(join(dir, 'input'), readFileSync(0));
writeFileSync(join(dir, 'arguments'), JSON.stringify(args));

const kind = args.includes('yuv420') ? 'rpicam' : args.includes('mpjpeg') ? 'jpeg' : 'yuv4mpeg';
if (kind === 'rpicam') process.stderr.write(`[0:12:01.1] [812] INFO Camera camera.cpp:1197 configuring streams: (0) ${size.width}x${size.height}-YUV420 (1) 1536x864-SBGGR10_CSI2P\n`);
if (kind === 'yuv4mpeg') process.stderr.write(`[graph 0 input from stream 0:0 @ 0x55] [verbose] w:${size.width} h:${size.height} pixfmt:yuv420p tb:1/90000 fr:15/1 sar:1/1\n`);
await changed();
setInterval(() => void step(), EVERY_MS);

function state(): StandInState {
  return JSON.parse(readFileSync(join(dir, 'state'), 'utf8')) as StandInState;
}

async function step(): Promise<void> {
  const now = state();
  if (now.shoutsBytes !== undefined) process.stderr.write('x'.repeat(now.shoutsBytes));
  if (now.says !== undefined && count === 0) process.stderr.write(`${now.says}\n`);
  if (now.width !== size.width) {
    // What is taken as arguments stays for as long as rpicam-vid runs.
    if (kind === 'rpicam') process.exit(0);
    if (kind === 'yuv4mpeg') process.stderr.write(`[graph 0 input from stream 0:0 @ 0x55] [verbose] w:${now.width} h:${now.height} pixfmt:yuv420p tb:1/90000 fr:15/1 sar:1/1\n`);
    else size = now;
    await changed();
  }
  // The kernel's pipe is full: a camera loses pictures then.
  if (process.stdout.writableLength > 0) return;
  switch (now.mood) {
    case 'plays': return write(picture(++count));
    case 'frozen': return write(picture(FROZEN_AT));
    case 'silent': return void ++count;
    case 'garbage': return write(Buffer.alloc(50_000, `${++count}garbage`));
    case 'fails': return process.exit(1);
    case 'ends': return void process.stdout.write(picture(++count).subarray(0, 700), () => process.exit(0));
  }
}

function write(bytes: Buffer): void {
  process.stdout.write(bytes);
}

async function changed(): Promise<void> {
  jpeg = await sharp({ create: { width: size.width, height: size.height, channels: 3, background: 'teal' } }).jpeg().toBuffer();
  if (kind === 'yuv4mpeg' && count === 0) write(Buffer.from(`YUV4MPEG2 W${size.width} H${size.height} F15:1 Ip A1:1 C420mpeg2 XYSCSS=420MPEG2\n`));
}

/** No two are the same. */
function picture(number: number): Buffer {
  switch (kind) {
    case 'rpicam': return yuv(number, Math.ceil(size.width / 64) * 64);
    case 'yuv4mpeg': return Buffer.concat([Buffer.from('FRAME\n'), yuv(number, size.width)]);
    case 'jpeg': {
      // A comment (ITU-T T.81, B.2.4.5) behind the start of the image.
      const comment = Buffer.from([0xff, 0xfe, 0, 6, 0, 0, 0, 0]);
      comment.writeUInt32BE(number, 4);
      const whole = Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]);
      return Buffer.concat([Buffer.from(`--postern\r\nContent-type: image/jpeg\r\nContent-length: ${whole.length}\r\n\r\n`), whole, Buffer.from('\r\n')]);
    }
  }
}

/** Luma 100, and in its first pixel the number; U 60 and V 200; padding 255. */
function yuv(number: number, rowBytes: number): Buffer {
  const { width, height } = size;
  const plane = (stride: number, shown: number, rows: number, value: number): Buffer => Buffer.concat(Array.from({ length: rows }, () => Buffer.concat([Buffer.alloc(shown, value), Buffer.alloc(stride - shown, 255)])));
  const luma = plane(rowBytes, width, height, 100);
  luma[0] = number % 251;
  return Buffer.concat([luma, plane(rowBytes / 2, width / 2, height / 2, 60), plane(rowBytes / 2, width / 2, height / 2, 200)]);
}
