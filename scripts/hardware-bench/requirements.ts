import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What must be there on the host, and the Debian package that brings it. */
const PROGRAMS = {
  'qemu-system-x86_64': 'qemu-system-x86',
  mmdebstrap: 'mmdebstrap',
  'mke2fs': 'e2fsprogs',
} as const;

/** Why the bench cannot run on this machine, in one sentence with the mend; undefined when it can. */
export function whyNot(machine: { uid: number | undefined; platform: string; arch: string; has: (program: string) => boolean }): string | undefined {
  if (machine.platform !== 'linux' || machine.arch !== 'x64') return `The guest is built for an x86-64 Linux machine; this one is ${machine.platform} on ${machine.arch}.`;
  const packages = Object.entries(PROGRAMS).filter(([program]) => !machine.has(program)).map(([, debian]) => debian);
  if (packages.length > 0) return `Install what is missing: sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (machine.uid !== 0) return 'Building the guest takes root: run "sudo npm run bench:hardware".';
  return undefined;
}

/** Whether a program is on the path, or where only root has its path. */
export function isOnPath(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => canRun(join(folder, program)));
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
