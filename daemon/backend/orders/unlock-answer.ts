/** What a door says came of an order. `too-late`: the answer to its claim took too long, so it did nothing. */
export const orderOutcomes = ['released', 'lockdown', 'relay-fault', 'not-allowed', 'too-late'] as const;
export type OrderOutcome = (typeof orderOutcomes)[number];

/**
 * How an order ended: with what its door said, or without. `offline`: no door was there to hear it. `unclaimed`: none took
 * it in time. `unreported`: one took it and said nothing more. `withdrawn`: its caller hung up before a door took it.
 */
export type OrderEnd = OrderOutcome | 'offline' | 'unclaimed' | 'unreported' | 'withdrawn';

/**
 * `TIMEOUT` is the only one that may leave open whether the door was released; its sentence says so. After any other the
 * door was not, and will not be by this order.
 */
export const unlockErrorTypes = ['DOOR_OFFLINE', 'LOCKDOWN', 'RELAY_FAULT', 'NOT_ALLOWED', 'TIMEOUT'] as const;

export type UnlockAnswer =
  | { type: 'SUCCESS' }
  | { type: 'ERROR'; errorType: (typeof unlockErrorTypes)[number]; errorMsg: string };

const MAY_NOT_HEAR = 'Is it running, does it reach the backend, and is access.remoteUnlock on in its config?';

/** What the caller of unlockAccessControlledDoor is answered. */
export function unlockAnswerOf(end: OrderEnd): UnlockAnswer {
  switch (end) {
    case 'released': return { type: 'SUCCESS' };
    case 'lockdown': return refused('LOCKDOWN', 'The door is in lockdown and stays locked. End the lockdown first.');
    case 'relay-fault': return refused('RELAY_FAULT', 'The door could not move its relay. Its log and status page say why.');
    case 'not-allowed': return refused('NOT_ALLOWED', 'The door does not take this order now. Its log says why.');
    case 'too-late': return refused('TIMEOUT', 'The order reached the door too slowly, so it was not carried out and will not be. Ask again.');
    case 'unreported': return refused('TIMEOUT', 'The door took the order, but what came of it was not heard: it may have been released. Look at the door before you ask again.');
    case 'offline': return refused('DOOR_OFFLINE', `No door waits for orders there. ${MAY_NOT_HEAR}`);
    case 'unclaimed': return refused('DOOR_OFFLINE', `The door did not take the order in time; it was not carried out and will not be. ${MAY_NOT_HEAR}`);
    case 'withdrawn': return refused('DOOR_OFFLINE', 'The order was withdrawn before a door took it.');
  }
}

function refused(errorType: (typeof unlockErrorTypes)[number], errorMsg: string): UnlockAnswer {
  return { type: 'ERROR', errorType, errorMsg };
}
