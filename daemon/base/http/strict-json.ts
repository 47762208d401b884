import { ApiError } from './api-error.ts';

/** Objects and lists within one another. No call needs more than a handful. */
export const MOST_NESTED = 32;

const utf8 = new TextDecoder('utf-8', { fatal: true });

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * A JSON text (RFC 8259) with one meaning only: UTF-8, no name twice in an object (§4 leaves open which of them counts, so
 * two programs may read two requests in one), at most `MOST_NESTED` deep. A byte order mark is passed over (§8.1).
 * Throws ApiError(400 'not-utf-8', 'not-json', 'too-deep', 'duplicate-key').
 */
export function strictJson(bytes: Uint8Array): unknown {
  const text = decoded(bytes);
  const value = parsed(text);
  checkStructure(text);
  return value;
}

function decoded(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ApiError(400, 'not-utf-8', 'The body has bytes that are not UTF-8. Send JSON encoded as UTF-8.');
  }
}

/** V8's parser does not recurse, so a deep text costs no stack before `checkStructure` refuses it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new ApiError(400, 'not-json', `The body is not JSON${placeOf(thrown, text)}. Nothing was changed.`);
  }
}

function placeOf(thrown: unknown, text: string): string {
  const message = thrown instanceof SyntaxError ? thrown.message : '';
  if (/end of JSON|Unterminated/.test(message)) return ': it ends too early';
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? NaN);
  return position < text.length ? `: character ${position + 1} may not stand there` : '';
}

/** Goes once over a text that is known to be JSON. */
function checkStructure(text: string): void {
  // For each object or list we are in: the names it has had; a list has none.
  const within: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case OPEN_OBJECT: enter(within, new Set()); break;
      case OPEN_LIST: enter(within, undefined); break;
      case CLOSE_OBJECT: case CLOSE_LIST: within.pop(); break;
      case QUOTE: {
        const end = endOfString(text, at);
        if (isName(text, end)) addName(within.at(-1), text.slice(at, end));
        at = end - 1;
      }
    }
  }
}

function enter(within: (Set<string> | undefined)[], names: Set<string> | undefined): void {
  within.push(names);
  if (within.length > MOST_NESTED) throw new ApiError(400, 'too-deep', `The body has more than ${MOST_NESTED} objects and lists within one another. No call needs that.`);
}

/** Just after the closing quote of the string that opens at `at`. */
function endOfString(text: string, at: number): number {
  for (let end = at + 1; ; end++) {
    const char = text.charCodeAt(end);
    if (char === BACKSLASH) end++;
    else if (char === QUOTE) return end + 1;
  }
}

function isName(text: string, end: number): boolean {
  let next = end;
  // Blank space in JSON is all up to U+0020 that may stand here.
  while (text.charCodeAt(next) <= 0x20) next++;
  return text.charCodeAt(next) === COLON;
}

/** Names are compared as they are read: "a" and "\u0061" are the same. */
function addName(names: Set<string> | undefined, quoted: string): void {
  const name = quoted.includes('\\') ? JSON.parse(quoted) as string : quoted.slice(1, -1);
  if (names?.has(name)) throw new ApiError(400, 'duplicate-key', `The body has the field ${JSON.stringify(name.slice(0, 64))} twice in one object. Send it once.`);
  names?.add(name);
}
