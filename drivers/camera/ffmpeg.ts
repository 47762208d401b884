import type { ParserSink, PictureParser } from './picture-parser.ts';
import { MultipartParser } from './multipart-parser.ts';
import { Yuv4mpegParser } from './yuv4mpeg-parser.ts';

/** Its errors have their level before them, and the size of the pictures is told; standard input is the driver's. */
export const FFMPEG_MANNERS = ['-hide_banner', '-nostats', '-nostdin', '-loglevel', 'level+verbose'];

/** Clockwise degrees. */
export type Rotation = 0 | 90 | 180 | 270;

/** How ffmpeg hands pictures over. */
export interface FfmpegOutput {
  args: string[];
  parser(sink: ParserSink): PictureParser;
}

/** The camera's own JPEGs, untouched: hardly any work, and the evidence is what the camera took. */
export const asJpeg: FfmpegOutput = {
  args: ['-an', '-c:v', 'copy', '-f', 'mpjpeg', '-boundary_tag', 'postern', '-'],
  parser: (sink) => new MultipartParser('postern', sink),
};

/**
 * Decoded pictures, 4:2:0 of limited range, each as it is decoded. To make JPEGs of them, only for the decoder to take
 * them apart again, would cost several times what decoding the video does.
 */
export function asYuv(rotate: Rotation): FfmpegOutput {
  const turn = { 0: [], 90: ['transpose=clock'], 180: ['hflip', 'vflip'], 270: ['transpose=cclock'] }[rotate];
  return {
    args: ['-an', ...(turn.length > 0 ? ['-vf', turn.join(',')] : []), '-fps_mode', 'passthrough', '-enc_time_base', '1/90000', '-pix_fmt', 'yuv420p', '-f', 'yuv4mpegpipe', '-'],
    parser: (sink) => new Yuv4mpegParser(sink),
  };
}

/**
 * Looks at what ffmpeg says for another size of picture: it would go on in the first size and squeeze the new pictures into
 * it. It tells the size of what it decodes when it begins and with each change.
 */
export function sizeChange(): (line: string) => string | undefined {
  let first: string | undefined;
  return (line) => {
    const size = /\[graph .* input from stream .*\bw:(\d+ h:\d+)/.exec(line)?.[1];
    first ??= size;
    return size === undefined || size === first ? undefined : 'the size of its pictures has changed';
  };
}

/** ffmpeg's last error in its own words. `hide` takes out what is secret. */
export function lastWordsOfFfmpeg(hide: (text: string) => string = (text) => text) {
  return (lines: readonly string[]): string | undefined => {
    const last = lines.filter((line) => /\[(error|fatal|panic)\]/.test(line)).at(-1);
    return last === undefined ? undefined : `ffmpeg says: ${hide(plain(last))}`;
  };
}

/** Without levels, addresses in memory, and the full stop: the same fault gives the same words. */
function plain(line: string): string {
  return line.replace(/\[[^\]]*@ 0x[0-9a-f]+\] ?/g, '').replace(/\[(error|fatal|panic)\] ?/g, '').replace(/[.\s]+$/, '');
}
