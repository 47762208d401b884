import { accessSync, constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Clock } from '../../daemon/base/clock.ts';
import { asJpeg, asYuv, FFMPEG_MANNERS, lastWordsOfFfmpeg, sizeChange, type Rotation } from './ffmpeg.ts';
import type { PictureSource } from './picture-source.ts';
import { ProcessSource, type Meaning } from './process-source.ts';
import { v4l2SteeredSource } from './v4l2-steered-source.ts';

export interface V4l2SourceOptions {
  clock: Clock;
  /** `/dev/video0`, or better a name of its own: `/dev/v4l/by-id/…`. */
  device: string;
  /** What is asked of the camera: its JPEGs, or uncompressed pictures. */
  format: 'mjpeg' | 'raw';
  width: number;
  height: number;
  framesPerSecond: number;
  rotate: Rotation;
  /** Whether the camera's exposure is to be steered, by v4l2-ctl. */
  steers?: boolean;
  /** Another program in ffmpeg's place, for tests. */
  command?: string;
  /** Another in v4l2-ctl's. */
  controlCommand?: string;
}

/** USB cameras negotiate for some seconds. */
const START_MS = 10_000;

/** A camera of the kernel's video4linux2, by ffmpeg. */
export function v4l2Source(options: V4l2SourceOptions): PictureSource {
  const { clock, device, format, framesPerSecond, steers = false, command = 'ffmpeg', controlCommand = 'v4l2-ctl' } = options;
  const output = format === 'mjpeg' ? asJpeg : asYuv(options.rotate);
  const pictures = new ProcessSource({
    name: `v4l2 ${device}`,
    startMs: START_MS,
    clock,
    command,
    args: [...FFMPEG_MANNERS, ...inputOf(options), ...output.args],
    package: 'ffmpeg',
    parser: (sink) => output.parser(sink),
    obstacle: () => obstacleAt(device),
    meanings: meaningsAt(options),
    lastWords: lastWordsOfFfmpeg(),
    heed: sizeChange,
    isThere: () => access(device).then(() => true, () => false),
  });
  return steers ? v4l2SteeredSource(pictures, { clock, device, framesPerSecond, command: controlCommand }) : pictures;
}

function inputOf({ device, format, width, height, framesPerSecond }: V4l2SourceOptions): string[] {
  return [
    '-f', 'v4l2',
    ...(format === 'mjpeg' ? ['-input_format', 'mjpeg'] : []),
    '-video_size', `${width}x${height}`, '-framerate', String(framesPerSecond),
    // The kernel's buffers are the only queue, and one thread the only delay.
    '-threads', '1', '-fflags', 'nobuffer', '-probesize', '32', '-analyzeduration', '0',
    '-i', device,
  ];
}

function obstacleAt(device: string): string | undefined {
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return `there is no ${device}: is it plugged in?`;
    if (code === 'EACCES') return `${device} may not be opened: the user of the daemon must be in the group video`;
    return `${device} cannot be opened (${code ?? 'unknown'})`;
  }
}

function meaningsAt({ device, width, height }: V4l2SourceOptions): Meaning[] {
  return [
    [/No such device|VIDIOC_DQBUF.*(No such|Input\/output)/, `${device} is gone: it was unplugged or has failed`],
    [/Device or resource busy/, `${device} is in use by another program`],
    [/Cannot find a proper format for codec 'mjpeg'|The V4L2 driver changed the codec/, `${device} does not give JPEGs: set camera.format to raw`],
    [/Inappropriate ioctl|Not a video capture device/, `${device} is no camera: another number or name is meant`],
    [/VIDIOC_S_(FMT|PARM)|Invalid argument/, `${device} refuses ${width} × ${height} at this rate: look with "v4l2-ctl --list-formats-ext" and set camera.width, camera.height and camera.framesPerSecond`],
  ];
}
