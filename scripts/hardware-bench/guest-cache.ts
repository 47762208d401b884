import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Guests and layers that are kept: today's, and one of before for going back and forth between branches. */
const KEPT_OF_A_KIND = 2;
/** What is under construction longer ago than this was interrupted. */
const ABANDONED_MS = 3_600_000;

/** `$POSTERN_BENCH_CACHE`, or `postern-hardware` in the user's cache folder. */
export function cacheDir(env: NodeJS.ProcessEnv): string {
  return env.POSTERN_BENCH_CACHE ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'postern-hardware');
}

/**
 * Folders made once and kept, named KIND-DIGEST. A folder appears under its name when it is whole: an interrupted
 * build leaves one named KIND-DIGEST.making, which a later one clears away.
 */
export class GuestCache {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
  }

  /** The folder of this kind and digest; `make` fills it where it is not there. The oldest others of the kind go. */
  async folder(kind: string, digest: string, make: (dir: string) => Promise<void>): Promise<string> {
    const dir = join(this.#dir, `${kind}-${digest}`);
    if (!existsSync(dir)) {
      const making = `${dir}.making`;
      rmSync(making, { recursive: true, force: true });
      mkdirSync(making);
      await make(making);
      renameSync(making, dir);
    }
    utimesSync(dir, new Date(), new Date());
    this.#clear(kind);
    return dir;
  }

  /** So that the next `folder` makes it anew. */
  forget(kind: string, digest: string): void {
    rmSync(join(this.#dir, `${kind}-${digest}`), { recursive: true, force: true });
  }

  #clear(kind: string): void {
    const ageMs = (name: string): number => Date.now() - statSync(join(this.#dir, name)).mtimeMs;
    const ofKind = readdirSync(this.#dir).filter((name) => name.startsWith(`${kind}-`));
    const abandoned = ofKind.filter((name) => name.endsWith('.making') && ageMs(name) > ABANDONED_MS);
    const old = ofKind.filter((name) => !name.endsWith('.making')).sort((a, b) => ageMs(a) - ageMs(b)).slice(KEPT_OF_A_KIND);
    for (const name of [...abandoned, ...old]) rmSync(join(this.#dir, name), { recursive: true });
  }
}
