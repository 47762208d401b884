import { PosternError } from './errors.ts';

/** RFC 9285 §4.2, table 1: the 45 characters of a QR code's alphanumeric mode, each at its value. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const VALUE_OF = new Map([...ALPHABET].map((character, value) => [character, value]));

/** Two bytes become three characters, an odd last byte two (RFC 9285 §4). */
export function encodeBase45(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const high = bytes[at] as number;
    const low = bytes[at + 1];
    text += low === undefined ? digits(high, 2) : digits(high * 256 + low, 3);
  }
  return text;
}

/**
 * The bytes of a base45 text; each byte string has exactly one.
 * Throws PosternError('base45-malformed') for a foreign character (lower case included), an impossible length,
 * and a group that stands for more than its bytes hold (RFC 9285 §6).
 */
export function decodeBase45(text: string): Uint8Array {
  if (text.length % 3 === 1) throw malformed('it ends in a lone character');
  const bytes = new Uint8Array(Math.floor((text.length * 2) / 3));
  for (let from = 0, at = 0; from < text.length; from += 3, at += 2) {
    const group = text.slice(from, from + 3);
    const value = valueOf(group);
    if (value > (group.length === 3 ? 0xffff : 0xff)) throw malformed('a group of it is too large');
    if (group.length === 3) bytes[at] = value >> 8;
    bytes[at + group.length - 2] = value & 0xff;
  }
  return bytes;
}

/** Least significant digit first (RFC 9285 §4.1). */
function digits(value: number, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) {
    text += ALPHABET.charAt(value % 45);
    value = Math.floor(value / 45);
  }
  return text;
}

function valueOf(group: string): number {
  let value = 0;
  for (let i = group.length - 1; i >= 0; i--) {
    const digit = VALUE_OF.get(group.charAt(i));
    if (digit === undefined) throw malformed('it has a character outside the alphabet');
    value = value * 45 + digit;
  }
  return value;
}

function malformed(why: string): PosternError {
  return new PosternError('base45-malformed', `This is not base45: ${why}.`);
}
