/**
 * What cameras cost and how fast they are back.
 *
 *   node .build/scripts/bench-camera.js            CPU for each way of getting pictures, 1280 × 720 at 15 a second
 *   node .build/scripts/bench-camera.js replug 50 [rtsp]  a camera goes away and comes back, so many times for each way;
 *                                                         exit code 1 where it took 5 s once, or a process was left
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { systemClock } from '../daemon/base/clock.ts';
import type { Frame } from '../daemon/base/frame.ts';
import { pixelsOfJpeg, writeLuma } from '../daemon/scan/luma.ts';
import type { PictureSource } from '../drivers/camera/picture-source.ts';
import { rpicamSource } from '../drivers/camera/rpicam.ts';
import { rtspSource } from '../drivers/camera/rtsp.ts';
import { SnapshotSource } from '../drivers/camera/snapshot.ts';
import { SupervisedCamera } from '../drivers/camera/supervised-camera.ts';
import { v4l2Source } from '../drivers/camera/v4l2.ts';
import { childProcesses } from '../test/support/child-processes.ts';
import { eventually } from '../test/support/eventually.ts';
import { MjpegServer } from '../test/support/mjpeg-server.ts';
import { RtspServer } from '../test/support/rtsp-server.ts';
import { StandInCamera } from '../test/support/stand-in-camera.ts';
import { video } from '../test/support/videos.ts';

const clock = systemClock;
const [width, height, framesPerSecond] = [1_280, 720, 15];
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** A camera that can be taken away and given back. */
interface Way {
  name: string;
  source: PictureSource;
  away(): Promise<void>;
  back(): Promise<void>;
  close(): Promise<void>;
}

/** A USB camera: its device comes and goes with it. */
function usbWay(open: (command: string, device: string) => PictureSource): Way {
  const program = new StandInCamera();
  const device = join(program.dir, 'video0');
  writeFileSync(device, '');
  return {
    name: 'v4l2, a stand-in program and a device that comes and goes',
    source: open(program.command, device),
    away: async () => {
      rmSync(device);
      program.set({ mood: 'fails', says: '[error] ioctl(VIDIOC_DQBUF): No such device' });
    },
    back: async () => {
      program.set({});
      writeFileSync(device, '');
    },
    close: async () => program.clear(),
  };
}

function programWay(name: string, open: (command: string) => PictureSource): Way {
  const program = new StandInCamera();
  return {
    name,
    source: open(program.command),
    away: async () => program.set({ mood: 'fails' }),
    back: async () => program.set({}),
    close: async () => program.clear(),
  };
}

async function networkWays(): Promise<Way[]> {
  let mjpeg = await MjpegServer.open();
  const bytes = video(320, 180);
  let rtsp = await RtspServer.open({ video: bytes, framesPerSecond });
  const [mjpegPort, rtspPort] = [mjpeg.port, rtsp.port];
  return [
    {
      name: 'snapshot, a stream over HTTP', source: new SnapshotSource({ clock, url: mjpeg.url('/stream'), framesPerSecond }),
      away: () => mjpeg.close(),
      back: async () => void (mjpeg = await MjpegServer.open({ port: mjpegPort })),
      close: () => mjpeg.close(),
    },
    {
      name: 'rtsp, real ffmpeg', source: rtspSource({ clock, url: rtsp.url, stallMs: 3_000, rotate: 0 }),
      away: () => rtsp.close(),
      back: async () => void (rtsp = await RtspServer.open({ video: bytes, framesPerSecond, port: rtspPort })),
      close: () => rtsp.close(),
    },
  ];
}

const LONGEST_MS = 5_000;

/** Whether pictures were there again in time each time, and no process was left over. */
async function replug(way: Way, times: number): Promise<boolean> {
  const camera = new SupervisedCamera({ source: way.source, clock, stallMs: 3_000, frozenAfterMs: 0 });
  let frames = 0;
  let lastMs = 0;
  camera.start({ frame: () => (frames++, lastMs = performance.now()), stopped: () => {} });
  const waits: number[] = [];
  for (let i = 0; i < times; i++) {
    await eventually('pictures', () => frames > 0);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await way.away();
    // From short to so long that the back-off alone would come too late.
    await new Promise((resolve) => setTimeout(resolve, 200 + (i % 5) ** 2 * 500));
    await way.back();
    const backMs = performance.now();
    frames = 0;
    await eventually('pictures again', () => frames > 0 && lastMs > backMs);
    waits.push(lastMs - backMs);
  }
  await camera.stop();
  const left = childProcesses();
  await way.close();
  waits.sort((a, b) => a - b);
  const at = (part: number): string => `${Math.round(waits[Math.min(waits.length - 1, Math.floor(part * waits.length))] ?? NaN)} ms`;
  say(`${way.name}: ${times} times; pictures again after: median ${at(0.5)}, 95 % ${at(0.95)}, longest ${at(1)}; processes left: ${left.length}`);
  return left.length === 0 && waits.every((ms) => ms < LONGEST_MS);
}

// ---- CPU ----

/** CPU seconds (user and system) of a process and its threads, from /proc (proc(5), fields 14 and 15; 100 ticks a second). */
function cpuOf(pid: string): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function cpu(name: string, source: PictureSource, work: (frame: Frame) => Promise<void>): Promise<void> {
  const camera = new SupervisedCamera({ source, clock, stallMs: 10_000, frozenAfterMs: 0 });
  let frames = 0;
  let last: Promise<void> = Promise.resolve();
  camera.start({
    frame: (frame) => {
      frames++;
      last = last.then(() => work(frame));
    },
    stopped: (reason) => say(`${name}: ${reason}`),
  });
  await eventually('pictures', () => frames > 10);
  const child = (): number => childProcesses().reduce((sum, line) => sum + cpuOf(line.split(' ', 1)[0] ?? ''), 0);
  const [framesBefore, childBefore, ownBefore] = [frames, child(), process.cpuUsage()];
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const own = process.cpuUsage(ownBefore);
  const [count, childMs, ownMs] = [frames - framesBefore, (child() - childBefore) * 1_000, (own.user + own.system) / 1_000];
  await camera.stop();
  await last;
  say(`${name}: ${count} pictures in 10 s; CPU a picture: program ${(childMs / count).toFixed(1)} ms, here ${(ownMs / count).toFixed(1)} ms`);
}

const target = new Uint8Array(width * height);
const decode = async ({ jpeg }: Frame): Promise<void> => (jpeg ? writeLuma(await pixelsOfJpeg(jpeg, 25_000_000), target) : undefined);
const nothing = async (): Promise<void> => {};

async function cpuTable(): Promise<void> {
  const noisy = await sharp({ create: { width, height, channels: 3, background: 'grey', noise: { type: 'gaussian', mean: 128, sigma: 12 } } }).jpeg({ quality: 85 }).toBuffer();
  say(`a JPEG of ${Math.round(noisy.length / 1_000)} kB to luma: ${(await timesOf(() => decode({ seq: 0, arrivedMs: 0, width, height, jpeg: noisy }))).toFixed(1)} ms`);
  const rtsp = await RtspServer.open({ video: video(width, height, framesPerSecond), framesPerSecond });
  await cpu('rtsp (H.264), decoded to luma and colours', rtspSource({ clock, url: rtsp.url, stallMs: 3_000, rotate: 0 }), nothing);
  await rtsp.close();
  const program = new StandInCamera({ width, height });
  const v4l2 = { clock, device: '/dev/null', width, height, framesPerSecond, rotate: 0 as const, command: program.command };
  await cpu('rpicam, bare luma and colours (the program is a stand-in)', rpicamSource({ ...v4l2, cameraNumber: 0, rowAlignBytes: 64 }), nothing);
  await cpu('v4l2, the camera\'s JPEGs, not looked at (stand-in)', v4l2Source({ ...v4l2, format: 'mjpeg' }), nothing);
  await cpu('v4l2, the camera\'s JPEGs, each to luma (stand-in)', v4l2Source({ ...v4l2, format: 'mjpeg' }), decode);
  await cpu('v4l2, uncompressed (stand-in)', v4l2Source({ ...v4l2, format: 'raw' }), nothing);
  program.clear();
}

async function timesOf(run: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  for (let i = 0; i < 30; i++) await run();
  return (performance.now() - startedMs) / 30;
}

if (process.argv[2] === 'replug') {
  const times = Number(process.argv[3] ?? 50);
  const common = { clock, width: 320, height: 180, framesPerSecond, rotate: 0 as const };
  const rpicam = programWay('rpicam, a stand-in program', (command) => rpicamSource({ ...common, cameraNumber: 0, rowAlignBytes: 64, command }));
  const usb = usbWay((command, device) => v4l2Source({ ...common, format: 'mjpeg', device, command }));
  const met: boolean[] = [];
  for (const way of [rpicam, usb, ...await networkWays()].filter(({ name }) => name.includes(process.argv[4] ?? ''))) met.push(await replug(way, times));
  process.exitCode = met.every(Boolean) ? 0 : 1;
} else await cpuTable();
process.exit();
