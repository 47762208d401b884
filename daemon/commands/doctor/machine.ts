import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { guardProgram } from '../../../drivers/door-io/guard-program.ts';

/** The machine that is examined. */
export interface Machine {
  /** What stands for `/`. */
  root: string;
  /** Of the user who asks. */
  uid: number;
  groups: readonly number[];
  /** The relay guard's program. */
  guard: string;
  /** What a program prints on its standard output, or undefined where it is not there or fails. */
  output(program: string, ...args: string[]): string | undefined;
  freeMb(dir: string): number;
}

export const thisMachine: Machine = {
  root: '/',
  get uid() {
    return process.getuid?.() ?? 0;
  },
  get groups() {
    return process.getgroups?.() ?? [];
  },
  guard: guardProgram,
  output(program, ...args) {
    const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 10_000 });
    return status === 0 ? stdout : undefined;
  },
  freeMb(dir) {
    const { bavail, bsize } = statfsSync(dir);
    return (bavail * bsize) / 1e6;
  },
};

/** The text of a file of the machine, trimmed; undefined where it cannot be read. */
export function textAt({ root }: Machine, path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The names in a folder of the machine; none where it cannot be read. */
export function namesIn({ root }: Machine, path: string): string[] {
  try {
    return readdirSync(join(root, path)).sort();
  } catch {
    return [];
  }
}
