import { ruuidOf } from '../../base/ids.ts';
import type { Alert } from './alert.ts';
import type { Attempt } from './alert-rule.ts';

/** A use that a door granted by its list crossed one elsewhere: more uses than the code has. */
export function overspent({ id, door, atMs, token }: Attempt & { token: Uint8Array }): Alert {
  return {
    alert: 'overspent', subject: ruuidOf(token), token, door, atMs, eventIds: [id],
    text: 'A code was used more often than it may be: a door that could not ask let it in, too.',
  };
}
