import type { Config } from '../../../config/schema.ts';
import { DoorController } from '../../../drivers/door-io/door-controller.ts';
import { controllersDoor } from '../../../drivers/drivers.ts';
import { systemClock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { readControllerKey } from '../secrets.ts';
import type { Finding } from './finding.ts';
import { bad, good, look } from './finding.ts';

/** The door at its controller: whether it is there, may be unlocked, and for how long. */
export async function controllerFinding(config: Config): Promise<Finding> {
  const { door, doorIo } = config;
  if (doorIo.driver !== 'rhombus') throw new Error('no controller has this door');
  try {
    const controller = new DoorController({ ...doorIo, clock: systemClock, apiKey: readControllerKey(config) ?? '', doorUuid: controllersDoor(config) });
    const found = await controller.look();
    controller.close();
    if (typeof found === 'string') return bad('controller', `${doorIo.url}: ${found}`);
    const { name, unlockMs } = found;
    if (unlockMs !== undefined && unlockMs !== door.unlockMs) return look('controller', `${name} is released for ${unlockMs / 1000} s there, and for ${door.unlockMs / 1000} s by door.unlockMs: make them the same`);
    return good('controller', `${name}, ${unlockMs === undefined ? 'released for a time it does not tell' : `released for ${unlockMs / 1000} s`}`);
  } catch (thrown) {
    return bad('controller', messageOf(thrown));
  }
}
