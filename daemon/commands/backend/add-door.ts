import type { Backend } from '../../backend/backend.ts';
import { PosternError } from '../../base/errors.ts';
import { ruuidOf, systemRandom, uuidBytes } from '../../base/ids.ts';

/** Makes a door known, or renames it; returns its RUUID. Throws PosternError('usage'). */
export function addDoor(backend: Backend, { name, uuid }: { name?: string | undefined; uuid?: string | undefined }): string {
  if (name === undefined) throw new PosternError('usage', 'Give the door a name: --name "Front door".');
  const bytes = uuid === undefined ? systemRandom(16) : uuidBytes(uuid);
  if (!bytes) throw new PosternError('usage', '--uuid takes an RUUID (22 characters) or a UUID (36 characters).');
  backend.addDoor({ uuid: ruuidOf(bytes), name });
  return ruuidOf(bytes);
}
