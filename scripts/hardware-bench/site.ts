import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Backend } from '../../daemon/backend/backend.ts';
import { systemClock } from '../../daemon/base/clock.ts';
import { renderVisitorSession } from '../make-demo-session.ts';
import { STILL, paintStills } from './still-pictures.ts';

export const DOOR = 'p8Rr3mAvTdqfM1yQ0sVbJw';
const VALID_S = 12 * 3600;
const USES = 1000;

/** Released for so long at a time: short, for each hang is waited for. */
export const UNLOCK_MS = 2_000;

export interface SiteOptions {
  /** Where the host keeps it. */
  dir: string;
  /** The daemon's state folder in the guest. */
  stateDir: string;
  /**
   * `nobody`: an empty hall once, and no backend; `visitor`: a recording in which the token is shown every 10 s;
   * `device`: the camera of camera.sh, with hall.yuv and token.yuv for it.
   */
  camera: 'nobody' | 'visitor' | 'device';
  /** The board's pins and a status page, or neither. */
  door?: 'onoff' | 'simulated';
  /** In a guest nobody else listens. */
  backendPort?: number;
}

/**
 * Makes what `install-door.sh` installs: a config for the board of `wire-door.sh`, keys, a backend with one token, and what
 * the camera sees.
 */
export async function prepareSite(options: SiteOptions): Promise<void> {
  const { dir, camera } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const backend = await Backend.open({ dir: join(dir, 'backend'), clock: systemClock });
  try {
    backend.addDoor({ uuid: DOOR, name: 'Front door' });
    const keep = (name: string, line: string): Promise<void> => writeFile(join(dir, name), `${line}\n`, { mode: 0o600 });
    await keep('door-api.key', backend.createApiKey('door', 'bench door'));
    await keep('root-keys.txt', backend.rootPublicKeys().map((key) => Buffer.from(key).toString('base64url')).join('\n'));
    const { text } = backend.issue({ doors: [DOOR], validS: VALID_S, uses: USES });
    if (camera === 'device') await paintStills(dir, text);
    else await renderVisitorSession({ dir: join(dir, 'session'), visits: camera === 'visitor' ? [{ text, label: 'valid' }] : [], ...STILL, fps: 4 });
  } finally {
    await backend.close();
  }
  for (const name of ['config.yaml', 'front.yaml']) await writeFile(join(dir, name), configText(options));
}

const DOORS = {
  onoff: '{ driver: onoff, relayPin: 17, contactPin: 27, rexPin: 22 }',
  simulated: '{ driver: simulated }',
};
const CAMERAS = {
  nobody: '{ driver: replay, session: session, loopPauseS: 86400 }',
  visitor: '{ driver: replay, session: session, loopPauseS: 1 }',
  device: `{ driver: v4l2, device: /dev/video20, format: raw, width: ${STILL.width}, height: ${STILL.height}, frozenAfterS: 0 }`,
};

/**
 * Under emulation all takes ten times as long: what must not time out gets more time than on a board. Without a visitor
 * there is no backend either, for a start is half of what a fault costs.
 */
function configText({ stateDir, camera, door = 'onoff', backendPort = 8471 }: SiteOptions): string {
  return `
stateDir: ${stateDir}
door: { uuid: ${DOOR}, name: Front door, unlockMs: ${UNLOCK_MS}, rexReleases: true }
camera: ${CAMERAS[camera]}
doorIo: ${DOORS[door]}
scan: { maxFrameAgeMs: 2000, decodeDeadlineMs: 10000 }
access: { rootKeysFile: root-keys.txt, pollS: 3600, onlineDeadlineMs: 2000 }
${camera === 'nobody' ? 'evidence: { keep: "off" }' : backendAt(backendPort)}
http: ${door === 'onoff' ? '{ port: 8470 }' : '{ enabled: false }'}
`;
}

function backendAt(port: number): string {
  return `backend: { url: "http://127.0.0.1:${port}", apiKeyFile: door-api.key }\nembeddedBackend: { dir: backend, port: ${port} }`;
}
