import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Backend } from '../daemon/backend/backend.ts';
import { systemClock, type Clock } from '../daemon/base/clock.ts';
import { renderVisitorSession, type VisitorSessionOptions } from './make-demo-session.ts';

export interface DemoOptions {
  /** The checkout's `.demo` folder. */
  dir: string;
  /** The door of config/demo.yaml. */
  doorUuid: string;
  onProgress: (what: string, done: number, total: number) => void;
  /** Tests have their own time, and no pictures drawn. */
  clock?: Clock;
  render?: (options: VisitorSessionOptions) => Promise<unknown>;
}

type Visit = VisitorSessionOptions['visits'][number];

const OTHER_DOOR = { uuid: 'Zk4tWc0nQ9eRxB7LhT2yXg', name: 'Back door' };
const HOUR_MS = 3_600_000;
const VALID_H = 12;
/** Codes are made anew when less than this is left. */
const LEAST_LEFT_MS = HOUR_MS;

/** Makes what config/demo.yaml names, or what is missing or too old of it. Safe to be interrupted and begun again. */
export async function prepareDemo(options: DemoOptions): Promise<void> {
  const { dir, clock = systemClock } = options;
  const isFounded = existsSync(join(dir, 'root-keys.txt'));
  if (isFounded && await validUntilMs(dir) > clock.wallMs() + LEAST_LEFT_MS) return;
  // A new issuer has new root keys: what the door remembered of another one would only be refused.
  if (!isFounded) await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const backend = await Backend.open({ dir: join(dir, 'backend'), clock });
  try {
    if (!isFounded) await found(backend, options);
    await renderVisits(issueCodes(backend, options.doorUuid, clock.wallMs()), clock.wallMs() + VALID_H * HOUR_MS, options);
  } finally {
    await backend.close();
  }
}

/** Until when the pictures' valid code is valid; 0 without pictures. Written last, so it also tells that they are whole. */
async function validUntilMs(dir: string): Promise<number> {
  const text = await readFile(join(dir, 'session', 'valid-until'), 'utf8').catch(() => '');
  return Date.parse(text.trim()) || 0;
}

/** Doors and keys; the root keys file comes last and tells that all is there. */
async function found(backend: Backend, { dir, doorUuid }: DemoOptions): Promise<void> {
  backend.addDoor({ uuid: doorUuid, name: 'Front door' });
  backend.addDoor(OTHER_DOOR);
  const keep = (name: string, line: string): Promise<void> => writeFile(join(dir, name), `${line}\n`, { mode: 0o600 });
  await keep('door-api.key', backend.createApiKey('door', 'demo door'));
  await keep('admin-api.key', backend.createApiKey('admin', 'demo admin'));
  await keep('zone-master.key', Buffer.from(backend.zoneMaster()).toString('base64url'));
  await keep('root-keys.txt', backend.rootPublicKeys().map((key) => Buffer.from(key).toString('base64url')).join('\n'));
}

/** One code that opens the door and four that do not, in the order in which they are shown. */
function issueCodes(backend: Backend, door: string, nowMs: number): Visit[] {
  const validS = (VALID_H * HOUR_MS) / 1000;
  const revoked = backend.issue({ doors: [door], validS });
  backend.revoke(revoked.tokenId);
  return [
    { label: 'valid', text: backend.issue({ doors: [door], validS }).text },
    { label: 'expired', text: backend.issue({ doors: [door], validS: HOUR_MS / 1000, issuedAtMs: nowMs - 2 * HOUR_MS }).text },
    { label: 'revoked', text: revoked.text },
    { label: 'wrong door', text: backend.issue({ doors: [OTHER_DOOR.uuid], validS }).text },
    { label: 'garbage', text: 'https://example.org/menu?table=7' },
  ];
}

async function renderVisits(visits: Visit[], untilMs: number, { dir, onProgress, render = renderVisitorSession }: DemoOptions): Promise<void> {
  const fresh = join(dir, 'session.new');
  await render({
    dir: fresh, visits, width: 960, height: 540, fps: 10, seed: 1,
    onProgress: (done, total) => onProgress('Drawing the visitor of the demo', done, total),
  });
  await writeFile(join(fresh, 'valid-until'), `${new Date(untilMs).toISOString()}\n`);
  await rm(join(dir, 'session'), { recursive: true, force: true });
  await rename(fresh, join(dir, 'session'));
}
