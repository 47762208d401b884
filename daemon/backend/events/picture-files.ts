import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeDurably } from '../../base/durable-file.ts';
import { ruuidOf } from '../../base/ids.ts';

/** Which picture: of an attempt at a door, with these contents. */
export interface PictureName {
  /** 16 bytes. */
  door: Uint8Array;
  /** ULID of the attempt. */
  attempt: string;
  kind: string;
  /** Hex. */
  sha256: string;
}

/** The pictures doors sent, a file each; the table says which are there. */
export class PictureFiles {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** After a power cut it is there whole or not at all. Rejects PosternError('storage'). */
  async put(name: PictureName, jpeg: Uint8Array): Promise<void> {
    const path = this.#pathOf(name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeDurably(path, jpeg);
  }

  /** Undefined when it is not there, or no longer what it was. */
  async get(name: PictureName): Promise<Uint8Array | undefined> {
    const jpeg = await readFile(this.#pathOf(name)).catch(() => undefined);
    return jpeg && createHash('sha256').update(jpeg).digest('hex') === name.sha256 ? jpeg : undefined;
  }

  async remove(name: PictureName): Promise<void> {
    await rm(this.#pathOf(name), { force: true });
  }

  /** By the first characters of the attempt's time, some nine hours a folder, so that no folder grows without end. */
  #pathOf({ door, attempt, kind, sha256 }: PictureName): string {
    return join(this.#dir, ruuidOf(door), attempt.slice(0, 5), `${attempt}-${kind}-${sha256.slice(0, 16)}.jpg`);
  }
}
