import { doorCommandFrom, type DoorCommand } from '../../base/door-command.ts';
import { signedCommandSchema, unsignedCommandSchema, type SignedCommandContent } from './payloads.ts';

/** What is told of a command that is not even asked of the door, each with the sentence for whoever sent it. */
export const refusalTexts = {
  'retained': 'Refused: it was sent to be kept by the broker (retain). Send it without, for a kept command would be carried out again at every start.',
  'too-soon': 'Refused: it came within 2 s of this door\'s listening, so it may have waited in a queue. Send it again.',
  'too-large': 'Refused: it has more than 4,096 bytes.',
  'unreadable': 'Refused: it is not a command. MQTT.md in the config folder of Postern says how one looks.',
  'not-allowed': 'Refused: unsigned commands may only unlock and enter lockdown. Sign it with a command key: postern send.',
  'wrong-door': 'Refused: it is for another door.',
  'expired': 'Refused: its time is more than 30 s from this door\'s. Check the clocks of both, and send it anew.',
  'unknown-key': 'Refused: the key that signed it may not command this door. Add its public key to mqtt.commandKeysFile.',
  'bad-signature': 'Refused: its signature does not verify.',
  'replayed': 'Refused: it was sent before. Send a new one, with a nonce of its own.',
  'clock-unverified': 'Refused: this door is not sure of the time, and then only locks down, ends a passage and takes pictures. See "clock" in its state.',
  'too-many': 'Refused: too many commands at a time. Wait a few seconds.',
  'not-stored': 'Refused: that it was used cannot be stored, so it could be used again. Check the door\'s disk.',
} as const;
export type CommandRefusal = keyof typeof refusalTexts;

/** How far a command's time may be from the door's. */
export const MAX_AGE_MS = 30_000;
/** What arrives so soon after subscribing may have waited for it. */
export const QUARANTINE_MS = 2_000;
export const MAX_COMMAND_BYTES = 4_096;

export type Judged<T> = T | { refusal: CommandRefusal };

/** [S8] A command that a broker kept or queued must never be carried out when the connection comes back. `sinceSubscribedMs`: undefined before the broker has confirmed. */
export function deliveryRefusal({ retain, bytes, sinceSubscribedMs }: { retain: boolean; bytes: number; sinceSubscribedMs: number | undefined }): CommandRefusal | undefined {
  if (retain) return 'retained';
  if (sinceSubscribedMs === undefined || sinceSubscribedMs < QUARANTINE_MS) return 'too-soon';
  return bytes > MAX_COMMAND_BYTES ? 'too-large' : undefined;
}

/** What a topic of unsigned commands takes. */
export type UnsignedTopic = 'setLock' | 'setMode' | 'restart';
export type UnsignedCommand = DoorCommand | { type: 'restart' } | { type: 'none' };

/**
 * [S8] Unsigned: unlock, enter lockdown, and a restart where the config has the button; nothing else, whatever is sent. `none`:
 * what Home Assistant's buttons offer beside and the door does by itself.
 */
export function judgeUnsigned(topic: UnsignedTopic, payload: Uint8Array, nowMs: number, may: { restart: boolean }): Judged<{ command: UnsignedCommand }> {
  const read = unsignedCommandSchema.safeParse(jsonIn(payload)).data;
  if (!read) return { refusal: 'unreadable' };
  if (!isFresh(read.atMs, nowMs)) return { refusal: 'expired' };
  switch (`${topic} ${read.do}`) {
    case 'setLock UNLOCK': return { command: { type: 'unlock' } };
    // The door locks itself; there is nothing to be done.
    case 'setLock LOCK': return { command: { type: 'none' } };
    case 'setMode lockdown': return { command: { type: 'lockdown-on' } };
    case 'restart RESTART': return may.restart ? { command: { type: 'restart' } } : { refusal: 'not-allowed' };
    default: return { refusal: 'not-allowed' };
  }
}

/** What a signed command says, once its signature was verified, and whether it is for this door and this moment. */
export function judgeContent(content: Uint8Array, door: { doorUuid: string; nowMs: number; clockIsBelieved: boolean }): Judged<{ said: SignedCommandContent; command: DoorCommand }> {
  const said = signedCommandSchema.safeParse(jsonIn(content)).data;
  const command = said && doorCommandFrom(said.command);
  if (!said || !command) return { refusal: 'unreadable' };
  if (said.doorUuid !== door.doorUuid) return { refusal: 'wrong-door' };
  if (!isFresh(said.atMs, door.nowMs)) return { refusal: 'expired' };
  if (!door.clockIsBelieved && opens(command)) return { refusal: 'clock-unverified' };
  return { said, command };
}

function isFresh(atMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - atMs) <= MAX_AGE_MS;
}

/** What could let somebody in; the rest may be done by a clock that is not believed. */
function opens({ type }: DoorCommand): boolean {
  switch (type) {
    case 'unlock': case 'lockdown-off': case 'passage': case 'hold': return true;
    case 'lockdown-on': case 'passage-end': case 'capture': return false;
  }
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
