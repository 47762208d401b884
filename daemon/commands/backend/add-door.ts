import type { Backend } from '../../backend/backend.ts';
import { PosternError } from '../../base/errors.ts';
import { ruuidOf, systemRandom, uuidBytes, type RandomSource } from '../../base/ids.ts';

/** Makes a door known, or renames it; returns its RUUID. Throws PosternError('usage'). */
export function addDoor(backend: Backend, { name, uuid }: { name?: string | undefined; uuid?: string | undefined }, random: RandomSource = systemRandom): string {
  if (name === undefined) throw new PosternError('usage', 'Give the door a name: --name "Front door".');
  const bytes = uuid === undefined ? newDoor(random) : uuidBytes(uuid);
  if (!bytes) throw new PosternError('usage', '--uuid takes an RUUID (22 characters) or a UUID (36 characters).');
  backend.addDoor({ uuid: ruuidOf(bytes), name });
  return ruuidOf(bytes);
}

/** One whose text does not begin with "-": after `--door` that would be taken for an option. */
function newDoor(random: RandomSource): Uint8Array {
  for (;;) {
    const bytes = random(16);
    if (!ruuidOf(bytes).startsWith('-')) return bytes;
  }
}
