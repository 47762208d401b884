import { PosternError } from '../../base/errors.ts';
import { durationS } from '../duration.ts';
import { isZone, momentIn, ownZone } from './moment.ts';

/** What a pass shall be, as words from the command line or from a row of a list. */
export interface PassWords {
  name?: string | undefined;
  email?: string | undefined;
  for?: string | undefined;
  from?: string | undefined;
  door?: string | undefined;
  zone?: string | undefined;
  uses?: string | undefined;
  grace?: string | undefined;
  hours?: string | undefined;
  extended?: boolean | undefined;
  rotating?: boolean | undefined;
  principal?: string | undefined;
}

/** The same, read. */
export interface PassRequest {
  name: string;
  email: string | undefined;
  validS: number;
  fromMs: number | undefined;
  /** RUUID, UUID or name of the door. */
  door: string | undefined;
  zone: string;
  uses: number | undefined;
  reentryGraceS: number | undefined;
  hours: string | undefined;
  extended: boolean;
  rotating: boolean;
  principal: string | undefined;
}

const MAX_NAME_CHARS = 200;
const MAX_DAYS = 366;

/** Throws PosternError('usage') with what is wrong; `email` is not looked at here. */
export function passRequest(words: PassWords): PassRequest {
  const zone = words.zone ?? ownZone();
  if (!isZone(zone)) throw new PosternError('usage', `"${zone}" is no time zone. Name one like Europe/Berlin.`);
  return {
    name: nameIn(words.name),
    email: words.email,
    validS: validIn(words.for),
    fromMs: words.from === undefined ? undefined : momentIn(words.from, zone, '--from'),
    door: words.door,
    zone,
    uses: wholeIn(words.uses, '--uses', 65_535),
    reentryGraceS: wholeIn(words.grace, '--grace', 300),
    hours: words.hours,
    extended: words.extended ?? false,
    rotating: words.rotating ?? false,
    principal: words.principal,
  };
}

/** Of control characters none: a name stands in mails, on prints and on terminals. */
function nameIn(text: string | undefined): string {
  const name = text?.trim().normalize('NFC') ?? '';
  if (name === '') throw new PosternError('usage', 'Say who the pass is for: --name "Ada Lovelace", or the column name of a list.');
  if (name.length > MAX_NAME_CHARS || /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(name)) throw new PosternError('usage', `A name has up to ${MAX_NAME_CHARS} characters, none of them a line break or another control character.`);
  return name;
}

function validIn(text: string | undefined): number {
  if (text === undefined) throw new PosternError('usage', 'Say how long the pass is valid: --for 8h, or the column for of a list.');
  const seconds = durationS(text, '--for');
  if (seconds < 60 || seconds > MAX_DAYS * 86_400) throw new PosternError('usage', '--for takes at least 60s, and at most what the backend allows, 31 days as a rule.');
  return seconds;
}

function wholeIn(text: string | undefined, option: string, most: number): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1 || Number(text) > most) throw new PosternError('usage', `${option} takes a whole number from 1 to ${most}.`);
  return Number(text);
}
