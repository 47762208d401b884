import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../../../config/schema.ts';
import { messageOf } from '../../base/errors.ts';
import type { Finding } from './finding.ts';
import { bad, good, look } from './finding.ts';
import type { Machine } from './machine.ts';

/** Below this the log itself may come to its end. */
const LOG_NEEDS_MB = 100;

/** The state folder, and the room on its disk. */
export function placeFindings({ stateDir, evidence }: Config, machine: Machine): Finding[] {
  const place = nearest(stateDir);
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
  } catch (thrown) {
    return [bad('state folder', `${messageOf(thrown)}. Give this user a stateDir to write in`)];
  }
  return [good('state folder', stateDir), diskFinding(place, evidence.keep === 'off' ? 0 : evidence.maxMb, machine)];
}

function diskFinding(place: string, picturesMb: number, machine: Machine): Finding {
  const freeMb = Math.floor(machine.freeMb(place));
  if (freeMb < LOG_NEEDS_MB) return bad('disk', `${freeMb} MB are free at ${place}: the event log needs ${LOG_NEEDS_MB}, and without it no code opens the door. Make room`);
  if (freeMb < LOG_NEEDS_MB + picturesMb) return look('disk', `${freeMb} MB are free at ${place}, and pictures may take ${picturesMb}: make room, or set evidence.maxMb to less`);
  return good('disk', `${freeMb} MB are free at ${place}`);
}

/** The folder itself, or the next above that is there. */
function nearest(dir: string): string {
  return existsSync(dir) || dirname(dir) === dir ? dir : nearest(dirname(dir));
}
