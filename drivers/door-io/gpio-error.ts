import { PosternError, messageOf } from '../../daemon/base/errors.ts';

/** What failed, as a sentence with the mend. `what` names the pin: `the relay on GPIO 17 (sysfs 529)`. */
export function gpioError(what: string, thrown: unknown): PosternError {
  return new PosternError('gpio-pin', `Cannot use ${what}: ${mendFor(codeOf(thrown), thrown)}`, { cause: thrown });
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}

function mendFor(code: string | undefined, thrown: unknown): string {
  switch (code) {
    case 'EBUSY': return 'something else holds the line. `gpioinfo` shows what; stop it, or take its overlay out of config.txt.';
    case 'EACCES':
    case 'EPERM': return 'the daemon may not. Run it as a user of the group gpio (`sudo usermod -aG gpio postern`) and restart it.';
    case 'EINVAL': return 'the kernel knows no such line. Check the pin in the config, and doorIo.chipLabel if it is set.';
    case 'ENOENT': return 'the kernel did not make its files. Check that GPIO through sysfs is there: `ls /sys/class/gpio`.';
    default: return `${messageOf(thrown)}.`;
  }
}
