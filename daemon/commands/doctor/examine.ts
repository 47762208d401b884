import { spawnSync } from 'node:child_process';
import type { Config } from '../../../config/schema.ts';
import { messageOf } from '../../base/errors.ts';
import { readCameraPassword, readControllerKey, readSecrets } from '../secrets.ts';
import { cameraFindings } from './camera-findings.ts';
import { clockFinding } from './clock-finding.ts';
import { controllerFinding } from './controller-finding.ts';
import type { Finding } from './finding.ts';
import { bad, good, look } from './finding.ts';
import { groupFindings } from './group-findings.ts';
import type { Machine } from './machine.ts';
import { pinFindings } from './pin-findings.ts';
import { placeFindings } from './place-findings.ts';

/** All that is found of what a door needs of the machine. Nothing is moved, and nothing opened that the daemon may need. */
export async function examine(config: Config, machine: Machine): Promise<Finding[]> {
  return [
    ...placeFindings(config, machine),
    keyFinding(config),
    clockFinding(config, machine),
    ...groupFindings(config, machine),
    ...(await cameraFindings(config, machine)),
    ...(await doorFindings(config, machine)),
  ];
}

async function doorFindings(config: Config, machine: Machine): Promise<Finding[]> {
  const { doorIo } = config;
  switch (doorIo.driver) {
    case 'simulated': return [guardFinding(machine), look('door', 'simulated: no relay is moved')];
    case 'rhombus': return [await controllerFinding(config)];
    case 'onoff': case 'gpiod': case 'auto': return [guardFinding(machine), ...(await pinFindings(doorIo, machine))];
  }
}

function guardFinding({ guard }: Machine): Finding {
  const { status } = spawnSync(guard, ['--help']);
  return status === 0 ? good('relay guard', guard) : bad('relay guard', `${guard} does not run. Build it: npm run setup`);
}

function keyFinding(config: Config): Finding {
  try {
    readSecrets(config);
    readCameraPassword(config);
    readControllerKey(config);
    return good('key files', 'can be read');
  } catch (thrown) {
    return bad('key files', messageOf(thrown));
  }
}
