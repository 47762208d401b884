import { z } from 'zod';

const HOUR_S = 3_600;
/** The longest hold by command; a passage may be as long as the longest until. */
export const MAX_HOLD_S = 24 * HOUR_S;
/** How far ahead the end of a passage by command may be. */
export const MAX_PASSAGE_S = 7 * 24 * HOUR_S;

const wallMs = z.int().min(0).max(8_640_000_000_000_000);

const unlock = z.strictObject({ type: z.literal('unlock') }).describe('Releases the door for its unlock time.');
const lockdownOn = z.strictObject({ type: z.literal('lockdown-on') }).describe('Locks the door down: no code opens it until the lockdown is ended.');
const lockdownOff = z.strictObject({ type: z.literal('lockdown-off') }).describe('Ends a lockdown.');
const passage = z.strictObject({ type: z.literal('passage'), untilMs: wallMs }).describe('Holds the door released until a time, wall milliseconds, at most 7 days ahead.');
const hold = z.strictObject({ type: z.literal('hold'), forS: z.int().min(1).max(MAX_HOLD_S) }).describe('Holds the door released for so many seconds from now, whatever its clock says; at most 24 hours.');
const passageEnd = z.strictObject({ type: z.literal('passage-end') }).describe('Ends a passage or a hold.');
const capture = z.strictObject({ type: z.literal('capture') }).describe('Takes a picture and keeps it with the pictures of attempts.');

/** Every command, for whoever lists them. */
export const doorCommandSchemas = [unlock, lockdownOn, lockdownOff, passage, hold, passageEnd, capture] as const;
const schema = z.discriminatedUnion('type', doorCommandSchemas);

/** What somebody from afar may ask of a door; who may ask for what is the matter of whoever takes it in. */
export type DoorCommand = z.output<typeof schema>;
export type DoorCommandType = DoorCommand['type'];

/** What came of a command. All but `done` say why it was not carried out. */
export type DoorCommandOutcome = 'done' | 'lockdown' | 'relay-fault' | 'stopping' | 'storage' | 'time-passed' | 'too-long' | 'no-picture' | 'pictures-off';

/** The command that was sent, or nothing: it may be anything. A member that is not known refuses it, for it may restrict. */
export function doorCommandFrom(value: unknown): DoorCommand | undefined {
  return schema.safeParse(value).data;
}

/** Each outcome as one sentence for whoever asked. */
export const doorCommandOutcomeText: Record<DoorCommandOutcome, string> = {
  'done': 'Done.',
  'lockdown': 'Not done: the door is in lockdown. End the lockdown first.',
  'relay-fault': 'Not done: the lock relay does not work. Look at the door.',
  'stopping': 'Not done: the door\'s daemon is stopping. Try again in a minute.',
  'storage': 'Not stored: the door\'s disk fails, so that it would not outlast a power cut. Check the disk, and send it again.',
  'time-passed': 'Not done: the time until which it should last is over already. Check the clocks.',
  'too-long': 'Not done: it would last for more than 7 days. Send it with an earlier end.',
  'no-picture': 'No picture was taken: the camera gives none just now.',
  'pictures-off': 'No picture was taken: evidence.keep is off in the door\'s config.',
};
