import { ruuidOf } from '../../base/ids.ts';
import { doorRefusals } from '../doors.ts';
import { ApiError } from '../../base/http/api-error.ts';
import type { Caller } from './api-keys.ts';

/**
 * [S8] A door's key that is bound to one door speaks for that door alone: to be asked by every call that is about one door
 * and open to doors. `door` has 16 bytes. Throws ApiError(403 'other-door').
 */
export function mustServe(caller: Caller | undefined, door: Uint8Array): void {
  if (caller && (!caller.door || Buffer.compare(caller.door, door) === 0)) return;
  const own = caller?.door ? `the key "${caller.name}" is bound to door ${ruuidOf(caller.door)}` : 'it was asked without a key';
  throw new ApiError(403, 'other-door', `This is about door ${ruuidOf(door)}, but ${own}. Use that door's own key.`);
}

/** What calls that are about one door and open to doors may be refused with. */
export const servingRefusals = [...doorRefusals, { status: 403, code: 'other-door', when: 'The key is bound to another door.' }] as const;
