import type { Config } from '../../../config/schema.ts';
import type { Finding } from './finding.ts';
import { bad, good, look } from './finding.ts';
import type { Machine } from './machine.ts';
import { textAt } from './machine.ts';

/** Of the groups that Debian gives pins and cameras to, those that this door needs. */
export function groupFindings(config: Config, machine: Machine): Finding[] {
  const needed = [...('relayPin' in config.doorIo ? ['gpio'] : []), ...(['rpicam', 'v4l2'].includes(config.camera.driver) ? ['video'] : [])];
  if (needed.length === 0) return [];
  if (machine.uid === 0) return [look('groups', 'this is root, which may everything; the daemon\'s user may not: run it with sudo -u postern')];
  const groups = (textAt(machine, 'etc/group') ?? '').split('\n').map((line) => line.split(':'));
  return needed.map((name) => {
    const id = groups.find(([each]) => each === name)?.[2];
    if (id === undefined) return look(`group ${name}`, `this system has none: the daemon's user needs another way to ${name === 'gpio' ? '/dev/gpiochip* or /sys/class/gpio' : '/dev/video* and /dev/media*'}`);
    return machine.groups.includes(Number(id)) ? good(`group ${name}`, 'member') : bad(`group ${name}`, `this user is no member. Run "sudo usermod -aG ${name} USER" and start the daemon again`);
  });
}
