import { createHash } from 'node:crypto';
import { messageOf, PosternError } from '../../base/errors.ts';
import type { AttendeeRow } from './attendee-list.ts';
import { mailAddress } from './mail-address.ts';
import { passRequest, type PassRequest, type PassWords } from './pass-request.ts';

/** Somebody on a list, with what they shall get or why they cannot. */
export interface Attendee {
  line: number;
  /** By what the row says, whichever line it is on: the same in the list of tomorrow. */
  key: string;
  /** As the list has them, for the results. */
  name: string;
  email: string;
  wanted: { request: PassRequest } | { fault: string };
}

const YES: Record<string, boolean> = { yes: true, true: true, 1: true, x: true, no: false, false: false, 0: false };

/** The rows of a list, read; a row that is not right is told by itself. `doorExists` throws PosternError for a door there is not. */
export function attendees(rows: AttendeeRow[], defaults: PassWords, mustHaveEmail: boolean, doorExists: (request: PassRequest) => unknown): Attendee[] {
  const firstLines = new Map<string, number>();
  return rows.map((row) => {
    const key = keyOf(row);
    const earlier = firstLines.get(key);
    if (earlier === undefined) firstLines.set(key, row.line);
    // A double has a key of its own, or it would take the first one's place.
    const own = earlier === undefined ? key : `${key}-${row.line}`;
    const fault = row.fault ?? (earlier === undefined ? undefined : `the same row is on line ${earlier}`);
    return { line: row.line, key: own, name: row.cells.name ?? '', email: row.cells.email ?? '', wanted: fault === undefined ? wantedBy(row, defaults, mustHaveEmail, doorExists) : { fault } };
  });
}

function wantedBy({ cells }: AttendeeRow, defaults: PassWords, mustHaveEmail: boolean, doorExists: (request: PassRequest) => unknown): Attendee['wanted'] {
  try {
    const email = emailIn(cells.email, mustHaveEmail);
    const { rotating, ...overrides } = cells;
    const request = passRequest({ ...defaults, ...overrides, email, ...(rotating !== undefined && { rotating: yesOrNo(rotating) }) });
    doorExists(request);
    return { request };
  } catch (thrown) {
    if (thrown instanceof PosternError) return { fault: messageOf(thrown) };
    throw thrown;
  }
}

function emailIn(text: string | undefined, mustHaveEmail: boolean): string | undefined {
  if (text === undefined && !mustHaveEmail) return undefined;
  if (text === undefined) throw new PosternError('usage', 'The row has no e-mail address.');
  const email = mailAddress(text);
  if (email === undefined) throw new PosternError('usage', `"${text}" is no e-mail address.`);
  return email;
}

function yesOrNo(text: string): boolean {
  const answer = YES[text.toLowerCase()];
  if (answer === undefined) throw new PosternError('usage', `The column rotating takes yes or no, not "${text}".`);
  return answer;
}

function keyOf({ cells }: AttendeeRow): string {
  const said = Object.entries({ ...cells, email: cells.email?.toLowerCase() }).filter(([, value]) => value !== undefined).sort(([a], [b]) => a < b ? -1 : 1);
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 20);
}
