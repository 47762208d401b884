import { z } from 'zod';

/** What the topics carry, in the one statement by which it is written, read and documented. All JSON is UTF-8. */

const wallMs = z.number().describe('Wall milliseconds since 1970 by the door\'s clock.');
const doorUuid = z.string().describe('The door\'s RUUID.');

export const availabilityPayloads = { online: 'online', offline: 'offline' } as const;

const partSchema = z.object({
  state: z.enum(['ok', 'degraded', 'down']),
  reason: z.string().describe('One sentence; while all is well it is empty or tells what the part has been doing.'),
  sinceMs: wallMs,
});

export const alarmSchema = z.object({
  name: z.string(),
  severity: z.enum(['info', 'warning', 'critical']),
  text: z.string().describe('One sentence for a person.'),
  sinceMs: wallMs,
});

export const scanSchema = z.object({
  event_type: z.enum(['granted', 'denied', 'unavailable']),
  id: z.string().describe('ULID of the event.'),
  atMs: wallMs,
  text: z.string().describe('One sentence: what came of the attempt, and why.'),
  token: z.string().optional().describe('The first characters of the token\'s id.'),
});
export type ScanPayload = z.output<typeof scanSchema>;

export const stateSchema = z.object({
  doorUuid,
  name: z.string().describe('The door\'s name of the config.'),
  version: z.string().describe('Of the daemon.'),
  atMs: wallMs.describe('When this was written, wall milliseconds by the door\'s clock.'),
  startedAtMs: wallMs.describe('When the daemon started.'),
  state: z.string().describe('locked, released, open, held-open, forced, passage, lockdown, fire or fault.'),
  lock: z.enum(['LOCKED', 'UNLOCKED', 'JAMMED']).describe('The same in Home Assistant\'s words for a lock.'),
  mode: z.enum(['normal', 'passage', 'lockdown']),
  contact: z.enum(['closed', 'open', 'absent']),
  rex: z.enum(['idle', 'active', 'absent']).describe('The request to exit.'),
  passageUntilMs: z.number().nullable().describe('Until when the door is held released; null when it is not.'),
  clock: z.enum(['verified', 'rtc', 'floor', 'suspect']).describe('How far the door believes its clock.'),
  health: z.enum(['ok', 'degraded', 'down']).describe('Of the worst part.'),
  parts: z.record(z.string(), partSchema).describe('Each part of the daemon.'),
  alarms: z.array(alarmSchema).describe('The alarms that stand, the gravest first.'),
  list: z.object({ version: z.number(), issuedAtMs: wallMs }).nullable().describe('The list of codes by which the door decides offline; null when it has none.'),
  lastAttempt: scanSchema.nullable().describe('The newest attempt, also when it was before the daemon\'s start.'),
  head: z.object({ seq: z.number(), hash: z.string() }).describe('The last event in the door\'s log, for "postern verify-log --anchor": a log cut or rewritten shows.'),
  outbox: z.object({
    waiting: z.number().describe('Events that no broker has yet.'),
    gap: z.object({ fromSeq: z.number(), throughSeq: z.number() }).nullable().describe('The last events that were pruned before a broker had them.'),
  }),
});
export type StatePayload = z.output<typeof stateSchema>;

export const eventSchema = z.looseObject({
  id: z.string().describe('ULID. An event may arrive more than once: know it by this.'),
  seq: z.number().describe('Its number in the door\'s log: 1, 2, 3 … in the order of arrival, without gaps but those told on the gap topic.'),
  type: z.string().describe('What happened, in the past tense: access-granted, door-opened …'),
  atMs: wallMs,
  doorUuid,
  clock: z.string().describe('How far the door believed its clock.'),
  prevHash: z.string().describe('Hash of the event before, hex.'),
  hash: z.string().describe('SHA-256 of the event\'s canonical JSON without this member, hex.'),
}).describe('Further members go with the type.');
export type EventPayload = z.output<typeof eventSchema>;

export const gapSchema = z.object({
  doorUuid,
  fromSeq: z.number().describe('The first event that will not come.'),
  throughSeq: z.number().describe('The last.'),
  atMs: wallMs.describe('When it was found out.'),
  text: z.string(),
});
export type GapPayload = z.output<typeof gapSchema>;

export const alarmTopicSchema = z.object({
  name: z.string(),
  active: z.boolean(),
  severity: alarmSchema.shape.severity.nullable().describe('critical: someone should go there now; warning: someone should look into it today; info: good to know. null when it was not raised since the daemon started.'),
  text: alarmSchema.shape.text,
  sinceMs: z.number().nullable().describe('Since when it stands or stood, wall milliseconds.'),
  clearedAtMs: z.number().nullable().describe('When it was cleared; null while it stands.'),
});
export type AlarmPayload = z.output<typeof alarmTopicSchema>;

/** What Home Assistant sends: a command and when it was given, for no command may come out of a queue later. */
export const unsignedCommandSchema = z.strictObject({
  do: z.string().max(32).describe('On set/lock: UNLOCK. On set/mode: lockdown. On set/restart: RESTART.'),
  atMs: wallMs.describe('When it was given, wall milliseconds; within 30 s of the door\'s clock.'),
});

/** The content of a signed command: this JSON is what is signed. */
export const signedCommandSchema = z.strictObject({
  doorUuid: doorUuid.max(22),
  atMs: wallMs.describe('When it was given, wall milliseconds; within 30 s of the door\'s clock.'),
  nonce: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/).describe('16 to 64 characters of A–Z a–z 0–9 _ -; never used before. The answer has it.'),
  reply: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/).optional().describe('The answer goes to results/REPLY; without it to results.'),
  command: z.unknown().describe('One of the commands below.'),
});
export type SignedCommandContent = z.output<typeof signedCommandSchema>;

export const resultSchema = z.object({
  doorUuid,
  nonce: z.string().nullable().describe('Of the command; null for an unsigned one, and for one that could not be read.'),
  command: z.string().describe('What was asked for; "unreadable" when that cannot be told.'),
  done: z.boolean(),
  outcome: z.string().describe('done, or why not, in a word.'),
  text: z.string().describe('The same as a sentence that says what to do.'),
  atMs: wallMs,
});
export type ResultPayload = z.output<typeof resultSchema>;
