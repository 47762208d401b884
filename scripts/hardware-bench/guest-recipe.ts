import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What the guest is made of. Debian 13 has the kernel series and the systemd of today's Raspberry Pi OS. */
export const recipe = {
  suite: 'trixie',
  packages: ['systemd', 'systemd-sysv', 'udev', 'kmod', 'procps', 'gpiod', 'libstdc++6', 'busybox-static', 'ffmpeg', 'v4l-utils'],
  /** ffmpeg draws in its renderers; nothing here has a screen. */
  leftOut: ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/locale/*', '/usr/lib/x86_64-linux-gnu/libLLVM*', '/usr/lib/x86_64-linux-gnu/dri/*'],
  /** Beside gpio-sim, which Debian's kernels do not have and the bench compiles. */
  modules: ['virtio_pci', 'virtio_blk', 'virtio_console', 'virtio_rng', 'ext4', '9p', '9pnet_virtio', 'configfs', 'gpio-sim', 'vivid', 'softdog'],
};

/** The recipe's digest, hexadecimal: of the lists above and of the scripts in `imageDir` that make the image by them. */
export function recipeDigest(imageDir: string): string {
  const hash = createHash('sha256').update(JSON.stringify(recipe));
  for (const name of readdirSync(imageDir).sort()) hash.update(`\n${name}\n`).update(readFileSync(join(imageDir, name)));
  return hash.digest('hex').slice(0, 16);
}
