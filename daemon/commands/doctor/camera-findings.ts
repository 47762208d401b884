import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../../config/schema.ts';
import { answersAt } from '../../../drivers/camera/network-look.ts';
import { exposureControlsIn } from '../../../drivers/camera/v4l2-exposure.ts';
import { systemClock } from '../../base/clock.ts';
import { bareHost } from '../../base/host-name.ts';
import type { Finding } from './finding.ts';
import { bad, good, look } from './finding.ts';
import type { Machine } from './machine.ts';
import { namesIn } from './machine.ts';

/** The first with `-fps_mode`. */
const FFMPEG = { major: 5, minor: 1 };
const PORTS: Record<string, number> = { 'rtsp:': 554, 'rtsps:': 322, 'http:': 80, 'https:': 443 };

/** The camera as far as can be told without taking its pictures. */
export async function cameraFindings({ camera, light }: Config, machine: Machine): Promise<Finding[]> {
  switch (camera.driver) {
    case 'replay': return [existsSync(camera.session) ? look('camera', `a recording, ${camera.session}`) : bad('camera', `there is no recording ${camera.session}: see camera.session`)];
    case 'rpicam': return [programFinding(machine, 'rpicam-vid', 'rpicam-apps-lite'), connectorFinding(machine)];
    case 'v4l2': return [ffmpegFinding(machine), deviceFinding(camera.device, machine), ...(light.steerExposure ? [steeringFinding(camera.device, machine)] : [])];
    case 'rtsp': return [ffmpegFinding(machine), await addressFinding(camera.url)];
    case 'snapshot': return [await addressFinding(camera.url)];
  }
}

function programFinding(machine: Machine, program: string, debianPackage: string): Finding {
  const told = machine.output(program, '--version');
  return told === undefined ? bad(program, `it is not installed. Run "sudo apt-get install ${debianPackage}"`) : good(program, told.split('\n')[0] ?? '');
}

function ffmpegFinding(machine: Machine): Finding {
  const told = machine.output('ffmpeg', '-version');
  if (told === undefined) return bad('ffmpeg', 'it is not installed. Run "sudo apt-get install ffmpeg"');
  const [, version = '', major, minor] = /^ffmpeg version (n?(\d+)\.(\d+)\S*)/.exec(told) ?? [];
  // A build from the sources between two releases has no number.
  if (major === undefined) return look('ffmpeg', `its version cannot be told (${told.split('\n')[0]?.slice(0, 60)}); ${FFMPEG.major}.${FFMPEG.minor} or later is needed`);
  const isOld = Number(major) < FFMPEG.major || (Number(major) === FFMPEG.major && Number(minor) < FFMPEG.minor);
  return isOld ? bad('ffmpeg', `version ${version} is too old: ${FFMPEG.major}.${FFMPEG.minor} or later is needed, which Debian 12 has`) : good('ffmpeg', version);
}

function connectorFinding(machine: Machine): Finding {
  const media = namesIn(machine, 'dev').filter((name) => /^media\d+$/.test(name));
  if (media.length === 0) return bad('camera', 'the board has no camera (no /dev/media*): check its ribbon cable, and camera_auto_detect=1 or the overlay in config.txt');
  return good('camera', `${media.map((name) => `/dev/${name}`).join(', ')}; "rpicam-hello --list-cameras" says which, while the daemon does not run`);
}

function deviceFinding(device: string, machine: Machine): Finding {
  try {
    accessSync(join(machine.root, device), constants.R_OK | constants.W_OK);
    return good('camera', device);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'EACCES') return bad('camera', `${device} may not be opened. Run "sudo usermod -aG video USER" and start the daemon again`);
    const others = namesIn(machine, 'dev').filter((name) => /^video\d+$/.test(name)).map((name) => `/dev/${name}`).join(', ') || 'none';
    return bad('camera', `there is no ${device}: is it plugged in? There are: ${others}. See camera.device`);
  }
}

/** Pictures come without it. */
function steeringFinding(device: string, machine: Machine): Finding {
  if (machine.output('v4l2-ctl', '--version') === undefined) return look('exposure', 'it is not steered: v4l2-ctl is not installed. Run "sudo apt-get install v4l-utils"');
  const listing = machine.output('v4l2-ctl', '-d', device, '--list-ctrls-menus');
  if (listing === undefined) return look('exposure', `it is not steered: v4l2-ctl cannot list the controls of ${device}`);
  const controls = exposureControlsIn(listing);
  return typeof controls === 'string' ? look('exposure', `it is not steered: ${controls}`) : good('exposure', `steered by ${controls.time.name}${controls.gain ? ' and gain' : ''}`);
}

async function addressFinding(address: string): Promise<Finding> {
  const { protocol, hostname, port, host } = new URL(address);
  const isThere = await answersAt(systemClock, bareHost(hostname), Number(port) || (PORTS[protocol] ?? 0));
  return isThere ? good('camera', `${host} answers`) : bad('camera', `${host} does not answer: is it on, and in this network? See camera.url`);
}
