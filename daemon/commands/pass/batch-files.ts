import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../../base/durable-file.ts';
import { PosternError } from '../../base/errors.ts';
import type { Attendee } from './attendee.ts';

/** Where a batch puts the codes' pictures, and the links of web passes. */
export class BatchFiles {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  make(): void {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
  }

  /** What a row's file is named: by its person for people, by its row so that no two share it. */
  nameOf({ name, key }: Attendee, kind: 'png' | 'link.txt'): string {
    const slug = name.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 40);
    return `${slug === '' ? 'pass' : slug}-${key.slice(0, 8)}.${kind}`;
  }

  has(file: string): boolean {
    return existsSync(join(this.#dir, file));
  }

  /** Rejects PosternError('storage'). */
  async write(file: string, bytes: Uint8Array): Promise<void> {
    await writeDurably(join(this.#dir, file), bytes);
  }

  read(file: string): Uint8Array {
    try {
      return readFileSync(join(this.#dir, file));
    } catch (thrown) {
      throw new PosternError('storage', `${join(this.#dir, file)} cannot be read.`, { cause: thrown });
    }
  }
}
