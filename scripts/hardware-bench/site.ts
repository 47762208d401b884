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

/**
 * Makes what `install-door.sh` installs: a config for the board of `wire-door.sh`, keys, a backend with one token, and a
 * recording in which it is shown every 9 s. `stateDir` is where the daemon keeps its log in the guest.
 */
export async function prepareSite(dir: string, stateDir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const backend = await Backend.open({ dir: join(dir, 'backend'), clock: systemClock });
  try {
    backend.addDoor({ uuid: DOOR, name: 'Front door' });
    const keep = (name: string, line: string): Promise<void> => writeFile(join(dir, name), `${line}\n`, { mode: 0o600 });
    await keep('door-api.key', backend.createApiKey('door', 'bench door'));
    await keep('root-keys.txt', backend.rootPublicKeys().map((key) => Buffer.from(key).toString('base64url')).join('\n'));
    const { text } = backend.issue({ doors: [DOOR], validS: VALID_S, uses: USES });
    // Small, for an emulated processor decodes it.
    await renderVisitorSession({ dir: join(dir, 'session'), visits: [{ text, label: 'valid' }], width: 640, height: 360, fps: 4 });
  } finally {
    await backend.close();
  }
  for (const name of ['config.yaml', 'front.yaml']) await writeFile(join(dir, name), configText(stateDir));
}

/** Under emulation all takes ten times as long: what must not time out gets more time than on a board. */
function configText(stateDir: string): string {
  return `
stateDir: ${stateDir}
door: { uuid: ${DOOR}, name: Front door, unlockMs: ${UNLOCK_MS}, rexReleases: true }
camera: { driver: replay, session: session, loopPauseS: 1 }
doorIo: { driver: onoff, relayPin: 17, contactPin: 27, rexPin: 22 }
scan: { maxFrameAgeMs: 2000, decodeDeadlineMs: 10000 }
access: { rootKeysFile: root-keys.txt, pollS: 3600, onlineDeadlineMs: 2000 }
backend: { url: "http://127.0.0.1:8471", apiKeyFile: door-api.key }
embeddedBackend: { dir: backend, port: 8471 }
http: { port: 8470 }
`;
}
