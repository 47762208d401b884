import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { recipe } from './guest-recipe.ts';
import type { Progress } from './progress.ts';

/** Room for what the daemon and the tests write during a boot; the image is sparse. */
const SPARE_MB = 400;

/**
 * Makes a guest in `dir`: root.img, vmlinuz and initrd, about 0.7 GB. Takes root and the network; one to four minutes.
 * `imageDir` has the scripts that run while it is made.
 */
export async function buildGuest(dir: string, imageDir: string, progress: Progress): Promise<void> {
  const root = join(dir, 'root');
  const workshop = join(dir, 'workshop');
  await progress.step('Guest: unpacking Debian packages', () => unpackPackages(root));
  await progress.step('Guest: kernel', (now) => buildKernelParts(root, workshop, imageDir, now));
  await progress.step('Guest: disk image', async () => {
    await installParts(root, workshop, imageDir);
    await makeImage({ from: root, to: join(dir, 'root.img'), label: 'root', spareMb: SPARE_MB });
    for (const part of ['vmlinuz', 'initrd']) copyFileSync(join(workshop, 'product', part), join(dir, part));
  });
  rmSync(root, { recursive: true });
  rmSync(workshop, { recursive: true });
}

/** An ext4 image without a loop device. `from` is a folder, its files keep owners and modes. */
export async function makeImage({ from, to, label, spareMb }: { from: string; to: string; label: string; spareMb: number }): Promise<void> {
  const usedMb = Number(/^\d+/.exec(execFileSync('du', ['-sm', from], { encoding: 'utf8' }))?.[0]);
  const sizeMb = Math.ceil(usedMb * 1.15) + spareMb;
  await runCommand('mke2fs', ['-q', '-F', '-t', 'ext4', '-L', label, '-O', '^metadata_csum_seed', '-m', '0', '-d', from, to, `${sizeMb}M`]);
}

async function unpackPackages(root: string): Promise<void> {
  await runCommand('mmdebstrap', [
    '--quiet', '--variant=minbase', '--mode=root', `--include=${recipe.packages.join(',')}`,
    ...recipe.leftOut.map((path) => `--dpkgopt=path-exclude=${path}`),
    '--aptopt=APT::Install-Recommends "false"',
    recipe.suite, root, ...debianSource(recipe.suite),
  ]);
}

/** The mirror that this machine itself uses; nothing where that cannot be told, and mmdebstrap takes its own. */
export function debianSource(suite: string): string[] {
  const dir = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...(existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : [])];
  const text = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8')).join('\n');
  const mirror = /^(?:URIs:|deb(?: \[.*\])?)\s+(http:\/\/\S+\/debian)\/?\s/m.exec(text)?.[1];
  return mirror === undefined ? [] : [`deb ${mirror} ${suite} main`];
}

/** In a copy by hard links: what is installed there replaces files and changes none. */
async function buildKernelParts(root: string, workshop: string, imageDir: string, now: (detail: string) => void): Promise<void> {
  await runCommand('cp', ['-al', root, workshop]);
  cpSync(imageDir, join(workshop, 'workshop'), { recursive: true });
  rmSync(join(workshop, 'etc/resolv.conf'), { force: true });
  copyFileSync('/etc/resolv.conf', join(workshop, 'etc/resolv.conf'));
  // Mounts of its own, which end with it: an interrupted build leaves nothing mounted.
  const inside = 'mount -t proc proc "$1/proc" && exec chroot "$1" bash /workshop/build-kernel-parts.sh "$2"';
  await runCommand('unshare', ['--mount', 'sh', '-c', inside, 'sh', workshop, recipe.modules.join(' ')], (line) => line.startsWith('== ') && now(line.slice(3)));
}

async function installParts(root: string, workshop: string, imageDir: string): Promise<void> {
  const product = join(workshop, 'product');
  await runCommand('bash', [join(imageDir, 'finish-root.sh'), root]);
  mkdirSync(join(root, 'usr/lib/modules'), { recursive: true });
  cpSync(join(product, 'modules'), join(root, 'usr/lib/modules'), { recursive: true });
  for (const tool of ['door-watch', 'door-ack']) copyFileSync(join(product, tool), join(root, 'usr/local/bin', tool));
}
