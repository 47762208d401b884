import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const CHUNK_BYTES = 65_536;

/**
 * [S3] Disk space that only events can use: a file that takes it up and is deleted when the disk is full.
 * Pictures cannot take what it frees, for they keep well clear of a full disk (see `EvidenceFolder`).
 */
export class SpaceReserve {
  readonly #path: string;
  readonly #bytes: number;

  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  get isWhole(): boolean {
    const stat = statSync(this.#path, { throwIfNoEntry: false });
    return stat !== undefined && stat.size >= this.#bytes;
  }

  /** Takes the space when the disk has twice as much to spare, so that filling it does not make the disk full. True when it is whole. */
  fill(): boolean {
    if (this.isWhole) return true;
    try {
      const { bavail, bsize } = statfsSync(dirname(this.#path));
      if (bavail * bsize < 2 * this.#bytes) return false;
      this.#write();
      return true;
    } catch {
      // Without room or permission there is no reserve, which the status tells; the log works without one.
      this.release();
      return false;
    }
  }

  /** Gives the space back. True when there was some. */
  release(): boolean {
    const had = statSync(this.#path, { throwIfNoEntry: false }) !== undefined;
    rmSync(this.#path, { force: true });
    return had;
  }

  #write(): void {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const file = openSync(this.#path, 'w', 0o600);
    try {
      for (let written = 0; written < this.#bytes;) {
        // Random bytes take the space on a file system that compresses, too.
        written += writeSync(file, randomFillSync(chunk), 0, Math.min(CHUNK_BYTES, this.#bytes - written));
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
