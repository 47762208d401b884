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
    case 'EBUSY': return `${holderIn(messageOf(thrown))} Stop it, or take its overlay out of config.txt.`;
    case 'EACCES':
    case 'EPERM': return 'the daemon may not. Run it as a user of the group gpio (`sudo usermod -aG gpio postern`) and restart it.';
    case 'EINVAL': return 'the kernel knows no such line. Check the pin in the config, and doorIo.chipLabel if it is set.';
    case 'ENODEV': return `${messageOf(thrown)}. Check doorIo.chipLabel: \`gpiodetect\` shows the chips.`;
    case 'ENOENT': return 'the kernel did not make its files. Check that GPIO through sysfs is there: `ls /sys/class/gpio`.';
    default: return `${messageOf(thrown)}.`;
  }
}

function holderIn(message: string): string {
  const [, holder] = /held by (".*")/.exec(message) ?? [];
  if (holder === '"sysfs"') return 'it is held by sysfs, that is by whatever has exported it in /sys/class/gpio.';
  if (holder === '"another door"') return 'it is the relay of another door, or of this one started twice.';
  return holder === undefined ? 'something else holds the line; `gpioinfo` shows what.' : `it is held by ${holder}.`;
}

/** `EBUSY: line 17 is held by "lirc"`, as the guard tells it, as an error with its code. */
export function errorFromGuard(sentence: string): Error {
  const [, code, message] = /^(E[A-Z]+): (.*)$/.exec(sentence) ?? [];
  return code === undefined ? new Error(sentence) : Object.assign(new Error(message), { code });
}
