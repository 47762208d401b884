import type { Backend } from '../../backend/backend.ts';
import { roles, type Role } from '../../backend/keys/api-keys.ts';
import { PosternError } from '../../base/errors.ts';
import { ruuidOf, uuidBytes } from '../../base/ids.ts';

export interface CreateKeyValues {
  role?: string | undefined;
  name?: string | undefined;
  door?: string | undefined;
  limit?: string | undefined;
  principal?: string | undefined;
}

const MAX_PER_MINUTE = 1_000_000;

/** Makes an API key; returns what its holder gets. Throws PosternError('usage'). */
export function createKey(backend: Backend, { role, name, door, limit, principal }: CreateKeyValues): string {
  if (!isRole(role)) throw new PosternError('usage', 'Say what the key may do: --role admin, --role issuer, --role door or --role reader.');
  if (name !== undefined && !/^\P{Cc}{1,64}$/u.test(name)) throw new PosternError('usage', '--name takes 1 to 64 printable characters.');
  if (door !== undefined) mustFit(backend, role, door);
  return backend.keyring.createApiKey({ role, name, door, perMinute: limit === undefined ? undefined : perMinuteOf(limit) }, { principal });
}

function isRole(text: string | undefined): text is Role {
  return roles.some((role) => role === text);
}

function mustFit(backend: Backend, role: Role, door: string): void {
  if (role !== 'door') throw new PosternError('usage', '--door is for --role door alone.');
  const uuid = uuidBytes(door);
  if (!uuid) throw new PosternError('usage', '--door takes an RUUID (22 characters) or a UUID (36 characters).');
  if (backend.doors().some((it) => Buffer.compare(it.uuid, uuid) === 0)) return;
  throw new PosternError('door-unknown', `There is no door ${ruuidOf(uuid)} here. Make it known first: postern backend add-door.`);
}

function perMinuteOf(text: string): number {
  const limit = Number(text);
  if (!/^\d{1,7}$/.test(text) || limit < 1 || limit > MAX_PER_MINUTE) throw new PosternError('usage', `--limit takes the requests a minute, 1 to ${MAX_PER_MINUTE}.`);
  return limit;
}
