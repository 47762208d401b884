import { z } from 'zod';
import { jsonIn } from '../../daemon/base/json-text.ts';

/** A door as its controller tells of it, as far as it is looked at. */
export interface ControllersDoor {
  name: string;
  /** How long the controller keeps it released; undefined where it does not say. */
  unlockMs: number | undefined;
}

/** What came of an order. `unknown`: the door may have been released, or not. */
export type UnlockResult = { is: 'released' } | { is: 'not-released'; why: string } | { is: 'unknown'; why: string };

const unlockAnswer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('SUCCESS') }),
  z.object({ type: z.literal('ERROR'), errorType: z.string().max(64).nullish(), errorMsg: z.string().max(300).nullish() }),
]);

const doorsAnswer = z.object({
  accessControlledDoors: z.array(z.object({
    uuid: z.string().nullish(), name: z.string().nullish(), unlockTimeSec: z.number().positive().nullish(), remoteUnlockEnabled: z.boolean().nullish(),
  })),
  lastEvaluatedKey: z.string().nullish(),
});

/** The meaning of what unlockAccessControlledDoor answered. */
export function readUnlock(status: number, body: string): UnlockResult {
  const refusal = refusalOf(status);
  // A fault of the server's own may come after the door has moved.
  if (refusal !== undefined) return { is: status >= 500 ? 'unknown' : 'not-released', why: refusal };
  const { success, data } = unlockAnswer.safeParse(jsonIn(body));
  if (!success) return { is: 'unknown', why: 'its answer is not one this driver understands: see doorIo.url' };
  if (data.type === 'SUCCESS') return { is: 'released' };
  return { is: 'not-released', why: `it says ${printable(data.errorType ?? 'ERROR')}${data.errorMsg ? ` (${printable(data.errorMsg)})` : ''}` };
}

export interface DoorsPage {
  door: ControllersDoor | undefined;
  nextKey: string | undefined;
}

/** One page of findAccessControlledDoors: the door that is looked for, or the key of the next page; or, in words, what is wrong. */
export function readDoors(status: number, body: string, doorUuid: string): DoorsPage | string {
  const refusal = refusalOf(status);
  if (refusal !== undefined) return refusal;
  const { success, data } = doorsAnswer.safeParse(jsonIn(body));
  if (!success) return 'its answer is not one this driver understands: see doorIo.url';
  const nextKey = data.lastEvaluatedKey ?? undefined;
  const found = data.accessControlledDoors.find((door) => door.uuid === doorUuid);
  if (!found) return { door: undefined, nextKey };
  if (found.remoteUnlockEnabled === false) return 'it does not allow this door to be unlocked remotely: allow it in the door\'s settings there';
  return { door: { name: found.name ?? doorUuid, unlockMs: found.unlockTimeSec ? found.unlockTimeSec * 1000 : undefined }, nextKey };
}

function refusalOf(status: number): string | undefined {
  if (status === 200) return undefined;
  if (status === 401) return 'it refuses the API key: put a valid one into doorIo.apiKeyFile';
  if (status === 403) return 'it does not let this API key unlock doors: give its role the permission there';
  if (status === 404) return 'it does not know this door or this call: see doorIo.doorUuid and doorIo.url';
  if (status === 429) return 'it has too many requests (HTTP 429)';
  if (status >= 500) return `it has a fault of its own (HTTP ${status})`;
  return `it does not take the request (HTTP ${status}): see doorIo.url and doorIo.doorUuid`;
}

/** What comes from elsewhere goes to a log and a page. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
