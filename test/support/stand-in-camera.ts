import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a program does from now on; it looks several times a second. */
export interface StandInState {
  mood:
    | 'plays'
    /** Goes on running and writes nothing. */
    | 'silent'
    /** Writes bytes that are no picture. */
    | 'garbage'
    /** Writes the same picture again and again. */
    | 'frozen'
    /** Ends as after a disconnect, with exit code 0 and in the middle of a picture. */
    | 'ends'
    /** Says `says` and ends with exit code 1 without any picture. */
    | 'fails';
  width: number;
  height: number;
  /** On standard error. */
  says?: string;
  /** Says so many bytes on standard error, too. */
  shoutsBytes?: number;
}

/**
 * A program that plays rpicam-vid's part or ffmpeg's, whichever its arguments are meant for: the same standard output,
 * standard error and ways to end. It takes no notice of SIGTERM.
 */
export class StandInCamera {
  /** To be given to a driver as its command. */
  readonly command: string;
  readonly dir = mkdtempSync(join(tmpdir(), 'postern-camera-'));

  constructor(state: Partial<StandInState> = {}) {
    this.command = join(this.dir, 'program');
    const program = fileURLToPath(new URL('./stand-in-program.js', import.meta.url));
    writeFileSync(this.command, `#!/bin/sh\nexec "${process.execPath}" "${program}" "${this.dir}" "$@"\n`);
    chmodSync(this.command, 0o755);
    this.set(state);
  }

  set(state: Partial<StandInState>): void {
    const whole: StandInState = { mood: 'plays', width: 320, height: 180, ...state };
    writeFileSync(join(this.dir, 'state.new'), JSON.stringify(whole));
    renameSync(join(this.dir, 'state.new'), join(this.dir, 'state'));
  }

  clear(): void {
    rmSync(this.dir, { recursive: true });
  }
}
