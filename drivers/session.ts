import { readFileSync, statSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { z } from 'zod';
import { PosternError, messageOf } from '../daemon/base/errors.ts';

/** Something that reached the door during a recorded session, `atMs` milliseconds after its start. */
export type SessionInput = { atMs: number } & (
  /** A picture: its path below the session folder, with forward slashes. */
  | { frame: string }
  | { contact: 'open' | 'closed' }
  | { rex: 'active' | 'idle' }
  /** The network between door and backend. */
  | { backend: 'away' | 'back' }
);

/** A recorded session, read from the `inputs.jsonl` of its folder. */
export interface Session {
  /** Absolute. */
  dir: string;
  name: string;
  /** One sentence. */
  about: string;
  /** Wall milliseconds. */
  startsAtMs: number;
  /** The door's config, absolute. */
  configFile: string;
  /** The issuing side: keys, doors and tokens, absolute. */
  siteFile: string;
  /** Of the pictures, pixels. */
  width: number;
  height: number;
  /** By rising `atMs`. */
  inputs: SessionInput[];
}

const MAX_BYTES = 16 * 1024 * 1024;

const side = z.int().min(1).max(65_535);
const head = z.strictObject({
  session: z.string().min(1),
  about: z.string(),
  startsAt: z.iso.datetime({ offset: true }),
  config: z.string().min(1),
  site: z.string().min(1),
  width: side,
  height: side,
});

/** A day: a longer recording is a mistake, and would be replayed for very long. */
const MAX_AT_MS = 86_400_000;
const atMs = z.number().min(0).max(MAX_AT_MS);
const inputs: Record<'frame' | 'contact' | 'rex' | 'backend', z.ZodType<SessionInput>> = {
  frame: z.strictObject({ atMs, frame: z.string().refine(staysBelow, 'must be a path below the session folder, with forward slashes') }),
  contact: z.strictObject({ atMs, contact: z.enum(['open', 'closed']) }),
  rex: z.strictObject({ atMs, rex: z.enum(['active', 'idle']) }),
  backend: z.strictObject({ atMs, backend: z.enum(['away', 'back']) }),
};

/**
 * Reads and checks the session in `dir`. Throws PosternError('session-missing') when it has no readable `inputs.jsonl`
 * and PosternError('session-bad'), with file and line, when that is not what it should be. Pictures are not looked for.
 */
export function readSessionSync(dir: string): Session {
  const file = join(dir, 'inputs.jsonl');
  return parseSession(resolve(dir), file, readBounded(file));
}

/** As `readSessionSync`, for callers that wait anyway. */
export async function readSession(dir: string): Promise<Session> {
  return readSessionSync(dir);
}

function readBounded(file: string): Uint8Array {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw new PosternError('session-bad', `${file} has ${size} bytes; a session has at most ${MAX_BYTES}.`);
    return readFileSync(file);
  } catch (thrown) {
    if (thrown instanceof PosternError) throw thrown;
    throw new PosternError('session-missing', `The session file ${file} cannot be read (${messageOf(thrown)}). Give the folder that holds inputs.jsonl.`, { cause: thrown });
  }
}

function parseSession(dir: string, file: string, bytes: Uint8Array): Session {
  const [first = '', ...rest] = linesOf(bytes, file);
  const { session, about, startsAt, config, site, width, height } = check(head, parseJson(first, `${file}, line 1`), `${file}, line 1 (the head)`);
  return {
    dir, name: session, about, startsAtMs: Date.parse(startsAt), width, height,
    configFile: resolve(dir, config), siteFile: resolve(dir, site), inputs: parseInputs(rest, file),
  };
}

function parseInputs(lines: string[], file: string): SessionInput[] {
  let lastMs = 0;
  return lines.map((line, i) => {
    const where = `${file}, line ${i + 2}`;
    const value = parseJson(line, where);
    const input = check(schemaFor(value, where), value, where);
    if (input.atMs < lastMs) throw bad(where, `atMs is ${input.atMs} after ${lastMs}; inputs stand in the order in which they came`);
    lastMs = input.atMs;
    return input;
  });
}

/** The kinds are told apart by name, so that the complaint is about the one that was meant. */
function schemaFor(value: unknown, where: string): z.ZodType<SessionInput> {
  const [schema, ...others] = Object.entries(inputs).filter(([kind]) => Object.hasOwn(Object(value) as object, kind)).map(([, s]) => s);
  if (!schema || others.length > 0) throw bad(where, `expected an object with atMs and exactly one of ${Object.keys(inputs).join(', ')}`);
  return schema;
}

function check<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw bad(where, result.error.issues.map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': ')).join('; '));
}

function parseJson(line: string, where: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (thrown) {
    throw bad(where, `expected a JSON object (${messageOf(thrown)})`);
  }
}

function linesOf(bytes: Uint8Array, file: string): string[] {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\n$/, '').split('\n');
  } catch {
    throw bad(file, 'expected lines of JSON in UTF-8');
  }
}

/** No recorded path leads out of the session's folder. */
function staysBelow(path: string): boolean {
  return !/^\.{0,2}(\/|$)/.test(posix.normalize(path)) && !/[\\\0]/.test(path);
}

function bad(where: string, what: string): PosternError {
  return new PosternError('session-bad', `${where}: ${what}.`);
}
