import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Backend } from '../../daemon/backend/backend.ts';
import { systemClock } from '../../daemon/base/clock.ts';
import { renderVisitorSession } from '../make-demo-session.ts';

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
  /** Whether someone shows the token every 10 s; else the camera sees an empty hall once. */
  visited: boolean;
}

/**
 * Makes what `install-door.sh` installs: a config for the board of `wire-door.sh`, keys, a backend with one token, and a
 * recording in which it is shown, or none is.
 */
export async function prepareSite({ dir, stateDir, visited }: SiteOptions): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const backend = await Backend.open({ dir: join(dir, 'backend'), clock: systemClock });
  try {
    backend.addDoor({ uuid: DOOR, name: 'Front door' });
    const keep = (name: string, line: string): Promise<void> => writeFile(join(dir, name), `${line}\n`, { mode: 0o600 });
    await keep('door-api.key', backend.createApiKey('door', 'bench door'));
    await keep('root-keys.txt', backend.rootPublicKeys().map((key) => Buffer.from(key).toString('base64url')).join('\n'));
    const { text } = backend.issue({ doors: [DOOR], validS: VALID_S, uses: USES });
    // Small, for an emulated processor decodes it.
    await renderVisitorSession({ dir: join(dir, 'session'), visits: visited ? [{ text, label: 'valid' }] : [], width: 640, height: 360, fps: 4 });
  } finally {
    await backend.close();
  }
  for (const name of ['config.yaml', 'front.yaml']) await writeFile(join(dir, name), configText(stateDir, visited));
}

/**
 * Under emulation all takes ten times as long: what must not time out gets more time than on a board. Without a visitor
 * there is no backend either, for a start is half of what a fault costs.
 */
function configText(stateDir: string, visited: boolean): string {
  return `
stateDir: ${stateDir}
door: { uuid: ${DOOR}, name: Front door, unlockMs: ${UNLOCK_MS}, rexReleases: true }
camera: { driver: replay, session: session, loopPauseS: ${visited ? 1 : 86_400} }
doorIo: { driver: onoff, relayPin: 17, contactPin: 27, rexPin: 22 }
scan: { maxFrameAgeMs: 2000, decodeDeadlineMs: 10000 }
access: { rootKeysFile: root-keys.txt, pollS: 3600, onlineDeadlineMs: 2000 }
${visited ? BACKEND : 'evidence: { keep: "off" }'}
http: { port: 8470 }
`;
}

const BACKEND = `backend: { url: "http://127.0.0.1:8471", apiKeyFile: door-api.key }
embeddedBackend: { dir: backend, port: 8471 }`;
