import { spawnSync } from 'node:child_process';

export const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

/** H.264 (Annex B) of a test picture that moves, two seconds of it, one key picture a second, drawn by ffmpeg. */
export function video(width: number, height: number, framesPerSecond = 15): Uint8Array {
  const made = spawnSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=${framesPerSecond}`, '-t', '2',
    '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', String(framesPerSecond), '-pix_fmt', 'yuv420p', '-f', 'h264', '-'], { maxBuffer: 64 * 1024 * 1024 });
  if (made.status !== 0) throw new Error(`ffmpeg draws no video: ${made.stderr.toString()}`);
  return made.stdout;
}
