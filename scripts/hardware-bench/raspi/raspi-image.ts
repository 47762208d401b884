import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, realpathSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCommand } from '../command.ts';
import type { GuestCache } from '../guest-cache.ts';
import { debianSource } from '../guest-build.ts';
import type { Progress } from '../progress.ts';

const SUITE = 'trixie';
const PACKAGES = ['linux-image-arm64', 'nodejs', 'busybox-static'];
const TRIPLE = 'aarch64-linux-gnu';

/** What the machine is started with; paths. */
export interface RaspiImage {
  kernel: string;
  /** The board's own description, as its firmware would hand it over. */
  deviceTree: string;
  initrd: string;
}

/** Debian's kernel and Node for arm64, unpacked once and kept; the project's part is packed anew into `dir`. */
export async function raspiImage(root: string, dir: string, cache: GuestCache, progress: Progress): Promise<RaspiImage> {
  const digest = createHash('sha256').update(JSON.stringify([SUITE, PACKAGES])).digest('hex').slice(0, 16);
  const base = await cache.folder('raspi', digest, (making) => progress.step('Raspberry Pi: kernel and Node for arm64', () => makeBase(making)));
  const initrd = join(dir, 'raspi-initrd');
  await progress.step('Raspberry Pi: the project as built', () => packInitrd(root, join(base, 'root'), join(dir, 'raspi'), initrd));
  return { kernel: join(base, 'vmlinuz'), deviceTree: join(base, 'board.dtb'), initrd };
}

/** Unpacks without running anything of it: no arm64 processor is needed. */
async function makeBase(making: string): Promise<void> {
  const all = join(making, 'all');
  await runCommand('mmdebstrap', [
    '--quiet', '--variant=extract', '--mode=root', '--architectures=arm64', `--include=${PACKAGES.join(',')}`, '--aptopt=APT::Install-Recommends "false"',
    SUITE, all, ...debianSource(SUITE),
  ]);
  const only = (folder: string, name: RegExp): string => join(all, folder, readdirSync(join(all, folder)).find((each) => name.test(each)) ?? `none like ${name}`);
  copyFileSync(only('boot', /^vmlinuz-/), join(making, 'vmlinuz'));
  copyFileSync(join(only('usr/lib', /^linux-image-/), 'broadcom/bcm2837-rpi-3-b.dtb'), join(making, 'board.dtb'));
  const to = join(making, 'root');
  for (const folder of ['usr/bin', `usr/lib/${TRIPLE}`, 'bin', 'proc', 'sys', 'dev', 'tmp', 'app']) mkdirSync(join(to, folder), { recursive: true });
  symlinkSync('usr/lib', join(to, 'lib'));
  copyFileSync(join(all, 'usr/bin/busybox'), join(to, 'bin/busybox'));
  copyFileSync(join(all, 'usr/bin/node'), join(to, 'usr/bin/node'));
  // Debian's Node reads some of its own modules from there.
  cpSync(join(all, 'usr/share/nodejs'), join(to, 'usr/share/nodejs'), { recursive: true });
  copyFileSync(join(all, 'usr/lib/ld-linux-aarch64.so.1'), join(to, 'usr/lib/ld-linux-aarch64.so.1'));
  await copyLibraries(join(all, 'usr/bin/node'), join(all, 'usr/lib', TRIPLE), join(to, 'usr/lib', TRIPLE));
  rmSync(all, { recursive: true });
}

/** Those that `program` is linked with, and those that they are. */
async function copyLibraries(program: string, from: string, to: string): Promise<void> {
  const wanted = [program];
  for (const file of wanted) {
    const dynamic = await runCommand(`${TRIPLE}-readelf`, ['-d', file]);
    for (const [, name = ''] of dynamic.matchAll(/\(NEEDED\).*\[(.+)\]/g)) {
      const library = join(from, name);
      if (name.startsWith('ld-linux') || wanted.includes(library)) continue;
      wanted.push(library);
      copyFileSync(realpathSync(library), join(to, name));
    }
  }
}

async function packInitrd(root: string, base: string, staged: string, initrd: string): Promise<void> {
  await runCommand('cp', ['-al', base, staged]);
  const app = join(staged, 'app');
  for (const path of ['.build/daemon/base', '.build/drivers', '.build/scripts/hardware-bench/raspi', 'package.json']) cpSync(join(root, path), join(app, path), { recursive: true });
  copyFileSync(join(root, 'scripts/hardware-bench/raspi/init.sh'), join(staged, 'init'));
  mkdirSync(join(app, '.build/guard'), { recursive: true });
  const { FLAGS, guardSources } = await import(pathToFileURL(join(root, 'scripts/build-guard.mjs')).href) as { FLAGS: string[]; guardSources: () => string[] };
  await runCommand(`${TRIPLE}-gcc`, [...FLAGS, '-static', '-o', join(app, '.build/guard/postern-guard'), ...guardSources()]);
  await runCommand('sh', ['-c', 'cd "$1" && chmod 755 init && find . | cpio --quiet -o -H newc > "$2"', 'sh', staged, initrd]);
  rmSync(staged, { recursive: true });
}
