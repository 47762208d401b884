import type { Attempt, ClockTrust, DoorState, Outcome, Part, PictureKind, Status } from '../api.ts';
import type { IconName } from './icon-paths.ts';

/** What a colour stands for. */
export type Tone = 'good' | 'info' | 'warn' | 'bad';

export interface Word {
  word: string;
  tone: Tone;
  icon: IconName;
}

/** The whole door in a word or two. */
export const stateWords: Record<DoorState, Word> = {
  'locked': { word: 'Locked', tone: 'good', icon: 'locked' },
  'released': { word: 'Unlocked', tone: 'info', icon: 'unlocked' },
  'open': { word: 'Open', tone: 'info', icon: 'door-open' },
  'held-open': { word: 'Held open', tone: 'warn', icon: 'warning' },
  'forced': { word: 'Forced open', tone: 'bad', icon: 'warning' },
  'passage': { word: 'Free passage', tone: 'info', icon: 'passage' },
  'lockdown': { word: 'Lockdown', tone: 'bad', icon: 'shield' },
  'fire': { word: 'Released for fire', tone: 'bad', icon: 'fire' },
  'fault': { word: 'Lock fault', tone: 'bad', icon: 'broken' },
};

export const outcomeWords: Record<Outcome, Word> = {
  granted: { word: 'Let in', tone: 'good', icon: 'yes' },
  denied: { word: 'Turned away', tone: 'bad', icon: 'no' },
  unavailable: { word: 'No answer', tone: 'warn', icon: 'unknown' },
};

export const partWords: Record<Part['state'], Word> = {
  ok: { word: 'in order', tone: 'good', icon: 'yes' },
  degraded: { word: 'impaired', tone: 'warn', icon: 'warning' },
  down: { word: 'down', tone: 'bad', icon: 'no' },
};

export const pictureWords: Record<PictureKind, string> = { approach: 'Approach', scan: 'Scan', entry: 'Entry' };

export const clockWords: Record<ClockTrust, string> = {
  verified: 'The door\'s clock agrees with the issuer.',
  rtc: 'The door\'s clock runs on the board\'s battery.',
  floor: 'The door\'s clock is not sure: it may be late.',
  suspect: 'The door\'s clock is far ahead of what is known; it is not believed.',
};

const partNames: Record<string, string> = {
  backend: 'Backend', camera: 'Camera', door: 'Lock and contact', evidence: 'Pictures', gate: 'Picture check', inputs: 'Inputs', keys: 'Keys', list: 'Token list',
  upload: 'Upload to the backend', 'event-log': 'Event log', orders: 'Orders from the backend', page: 'This page', tamper: 'Housing', mqtt: 'Broker', decoder: 'Code reader', clock: 'Clock',
};

export function partName(name: string): string {
  return partNames[name] ?? name;
}

/** The wires in a sentence. */
export function wiresText({ state, contact, rex, relay }: Status['door']): string {
  const leaf = { open: 'The door stands open', closed: 'The door is closed', absent: 'No door contact is wired, so whether it is open is not known' }[contact];
  const lock = relay === 'rest' ? 'the lock is secured' : 'the lock is released';
  const exit = rex === 'active' ? ' Someone asks to exit.' : '';
  return state === 'fault' ? `${leaf}. The lock does not do as told.${exit}` : `${leaf}; ${lock}.${exit}`;
}

/** The outcome's word and what the attempt's sentence adds to it: a sentence that begins with the word says it once. */
export function outcomeAndRest({ outcome, text }: Pick<Attempt, 'outcome' | 'text'>): { word: string; rest: string } {
  const { word } = outcomeWords[outcome];
  return { word, rest: text.startsWith(`${word} `) ? text.slice(word.length) : `. ${text}` };
}

/** An attempt in one line, for a picture's description. */
export function attemptText({ outcome, text, token }: Attempt): string {
  const { word, rest } = outcomeAndRest({ outcome, text });
  return `${word}${rest}${token === undefined ? '' : ` Code ${token}…`}`;
}
