import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, copyFileSync, readdirSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { makeImage } from './guest-build.ts';
import type { GuestCache } from './guest-cache.ts';
import type { Progress } from './progress.ts';

/** What the daemon and its tests need of the checkout. */
const CHECKOUT = ['.build', 'package.json', 'scripts/postern.mjs', 'scripts/build-guard.mjs', 'drivers/door-io/guard', 'scripts/hardware-bench/guest', 'systemd', 'test/drivers', 'test/support', 'config', 'daemon/report/page/client'];
/** Packages that only a developer's machine has a use for; half of the folder. */
const NOT_IN_THE_GUEST = new Set(['typescript', 'typescript-eslint', '@typescript-eslint', 'eslint', 'playwright-core', '@types', '@seriousme', '.cache']);

/** The project as it was built, in an image of its own: made anew for each run, in a second or two. */
export async function makeAppImage(root: string, dir: string): Promise<string> {
  const staged = join(dir, 'app');
  const image = join(dir, 'app.img');
  for (const path of CHECKOUT) cpSync(join(root, path), join(staged, path), { recursive: true });
  mkdirSync(join(staged, 'node_modules'));
  await makeImage({ from: staged, to: image, label: 'app', spareMb: 8 });
  rmSync(staged, { recursive: true });
  return image;
}

/** This machine's packages, compiled for its Node, with that Node beside them as `.node`: made anew when they change. */
export async function modulesImage(root: string, cache: GuestCache, progress: Progress): Promise<string> {
  const dir = await cache.folder('modules', modulesDigest(root), (making) => progress.step('Guest: Node and its packages', async () => {
    const staged = join(making, 'modules');
    const from = realpathSync(join(root, 'node_modules'));
    for (const name of readdirSync(from)) {
      if (!NOT_IN_THE_GUEST.has(name)) cpSync(join(from, name), join(staged, name), { recursive: true, verbatimSymlinks: true });
    }
    copyFileSync(realpathSync(process.execPath), join(staged, '.node'));
    await makeImage({ from: staged, to: join(making, 'modules.img'), label: 'modules', spareMb: 8 });
    rmSync(staged, { recursive: true });
  }));
  return join(dir, 'modules.img');
}

/** By what npm wrote of what it installed, and by what it was compiled for. */
function modulesDigest(root: string): string {
  const hash = createHash('sha256').update(`${process.version} ${process.arch} ${[...NOT_IN_THE_GUEST].join()}`);
  const written = ['node_modules/.package-lock.json', 'package-lock.json'].map((file) => join(root, file)).find((file) => existsSync(file));
  return hash.update(written === undefined ? '' : readFileSync(written)).digest('hex').slice(0, 16);
}
