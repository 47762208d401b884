import { readFileSync, statSync } from 'node:fs';
import { KEY_BYTES } from '../base/ed25519.ts';
import { PosternError } from '../base/errors.ts';
import { ZONE_MASTER_BYTES } from '../base/step-code.ts';

const MAX_FILE_BYTES = 16_384;

/** An API key: the one line of a file that only its owner may read. Throws PosternError('key-file'). */
export function readApiKey(path: string): string {
  const [key, ...more] = linesOf(path, { secret: true });
  if (key === undefined || more.length > 0 || !/^[\x21-\x7e]{1,512}$/.test(key)) throw bad(path, 'does not hold one API key on a line of its own');
  return key;
}

/** The password of a mail server, a camera or a broker: the one line of a file that only its owner may read; a `#` in it is part of it. Throws PosternError('key-file'). */
export function readPassword(path: string): string {
  const [password = '', ...more] = textOf(path, { secret: true }).replace(/\r?\n$/, '').split('\n');
  if (password === '' || more.length > 0 || /\p{Cc}/u.test(password)) throw bad(path, 'does not hold one password on a line of its own');
  return password;
}

/** The root public keys a door trusts: one base64url key of 32 bytes a line. Throws PosternError('key-file'). */
export function readRootKeys(path: string): Uint8Array[] {
  const keys = publicKeysIn(path);
  if (keys.length < 1 || keys.length > 8) throw bad(path, 'holds no root key, or more than 8');
  return keys;
}

/** The public keys that may sign commands to a door: one base64url key of 32 bytes a line. Throws PosternError('key-file'). */
export function readCommandKeys(path: string): Uint8Array[] {
  const keys = publicKeysIn(path);
  if (keys.length < 1 || keys.length > 64) throw bad(path, 'holds no command key, or more than 64');
  return keys;
}

/** The seed of a private key, 32 bytes as base64url, in a file that only its owner may read. Throws PosternError('key-file'). */
export function readSeed(path: string): Uint8Array {
  const [seed, ...more] = linesOf(path, { secret: true });
  if (seed === undefined || more.length > 0) throw bad(path, 'does not hold one private key on a line of its own');
  return bytesOf(path, seed, KEY_BYTES);
}

/** The zone's secret for rotating codes, 32 bytes as base64url. Throws PosternError('key-file'). */
export function readZoneMaster(path: string): Uint8Array {
  const [master, ...more] = linesOf(path, { secret: true });
  if (master === undefined || more.length > 0) throw bad(path, 'does not hold one zone master on a line of its own');
  return bytesOf(path, master, ZONE_MASTER_BYTES);
}

function publicKeysIn(path: string): Uint8Array[] {
  return linesOf(path, { secret: false }).map((line) => bytesOf(path, line, KEY_BYTES));
}

function bytesOf(path: string, line: string, length: number): Uint8Array {
  const bytes = Buffer.from(line, 'base64url');
  if (bytes.length !== length || bytes.toString('base64url') !== line) throw bad(path, `has a line that is not ${length} bytes as base64url`);
  return bytes;
}

/** The lines that say something; `#` begins a comment. */
function linesOf(path: string, options: { secret: boolean }): string[] {
  return textOf(path, options).split('\n').map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '');
}

function textOf(path: string, { secret }: { secret: boolean }): string {
  try {
    const { mode, size } = statSync(path);
    if (size > MAX_FILE_BYTES) throw bad(path, 'is too large');
    if (secret && (mode & 0o077) !== 0) throw bad(path, `is a secret that others may read; run: chmod 600 ${path}`);
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    if (thrown instanceof PosternError) throw thrown;
    const code = (thrown as NodeJS.ErrnoException).code;
    throw bad(path, code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? String(thrown)})`, thrown);
  }
}

function bad(path: string, what: string, cause?: unknown): PosternError {
  return new PosternError('key-file', `The file ${path} ${what}.`, { cause });
}
