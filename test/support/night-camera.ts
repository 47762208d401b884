import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StandInV4l2Ctl } from './stand-in-v4l2-ctl.ts';

/** A USB camera in a dark hall, as `ffmpeg` and `v4l2-ctl` on PATH: its pictures are exposed as v4l2-ctl sets it. */
export class NightCamera {
  readonly control = new StandInV4l2Ctl('of today');
  readonly dir = mkdtempSync(join(tmpdir(), 'postern-night-'));
  readonly #pathBefore = process.env.PATH;

  constructor() {
    const program = fileURLToPath(new URL('./night-camera-program.js', import.meta.url));
    writeFileSync(join(this.dir, 'ffmpeg'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "${this.dir}" "${join(this.control.dir, 'values')}"\n`);
    chmodSync(join(this.dir, 'ffmpeg'), 0o755);
    process.env.PATH = `${this.dir}:${this.control.dir}:${this.#pathBefore}`;
  }

  /** Somebody waves a phone's screen before the camera. */
  wave(isWaved: boolean): void {
    if (isWaved) writeFileSync(join(this.dir, 'waves'), '');
    else rmSync(join(this.dir, 'waves'));
  }

  clear(): void {
    process.env.PATH = this.#pathBefore;
    rmSync(this.dir, { recursive: true });
    this.control.clear();
  }
}
