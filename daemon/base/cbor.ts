import { decode, encode, rfc8949EncodeOptions, Tokenizer } from 'cborg';
import { messageOf, PosternError } from './errors.ts';

export type CborKey = number | string;
/** The part of CBOR that what we sign is made of: no tags, floats, null, undefined or integers beyond 2^53 - 1. */
export type CborValue = number | string | boolean | Uint8Array | CborValue[] | CborMap;
export type CborMap = Map<CborKey, CborValue>;

/** The one encoding of `value`: shortest heads, definite lengths, map keys in bytewise order (RFC 8949 §4.2.1). */
export function encodeCbor(value: CborValue): Uint8Array {
  mustBeOurs(value);
  return encode(value, rfc8949EncodeOptions);
}

/**
 * Reads exactly one value, in the encoding that `encodeCbor` would have given it and no other.
 * Throws PosternError('cbor-malformed').
 *
 * `cborg` refuses most of what is not ours by its options. What slips past them (keys out of order, a float that is
 * a whole number, a text that is no UTF-8) comes out different when it is encoded again, so that comparison is
 * the rule, and the options are there to fail early.
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  const value = decodeAny(bytes);
  mustBeOurs(value);
  if (Buffer.compare(encode(value, rfc8949EncodeOptions), bytes) !== 0) throw malformed('it is not in deterministic encoding');
  return value;
}

const STRICT = {
  strict: true, useMaps: true, rejectDuplicateMapKeys: true,
  allowIndefinite: false, allowUndefined: false, allowBigInt: false, allowInfinity: false, allowNaN: false,
};
/** More arrays and maps than anything signed has; it bounds how deep they nest, and with it the decoder's recursion. */
const MAX_CONTAINERS = 256;
const ARRAY = 4;
const MAP = 5;

class BoundedTokenizer extends Tokenizer {
  #containers = 0;

  override next(): ReturnType<Tokenizer['next']> {
    const token = super.next();
    if ((token.type.major === ARRAY || token.type.major === MAP) && ++this.#containers > MAX_CONTAINERS) {
      throw malformed(`it has more than ${MAX_CONTAINERS} arrays and maps`);
    }
    return token;
  }
}

function decodeAny(bytes: Uint8Array): unknown {
  try {
    // Not the Buffer that it may be: `slice` of one, as the decoder does, shares its memory instead of copying.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return decode(plain, { ...STRICT, tokenizer: new BoundedTokenizer(plain, STRICT) });
  } catch (thrown) {
    if (thrown instanceof PosternError) throw thrown;
    throw malformed(messageOf(thrown), thrown);
  }
}

function mustBeOurs(value: unknown): asserts value is CborValue {
  if (typeof value === 'string' || typeof value === 'boolean' || value instanceof Uint8Array) return;
  if (Number.isSafeInteger(value)) return;
  if (Array.isArray(value)) return value.forEach(mustBeOurs);
  if (!(value instanceof Map)) throw malformed('it holds a kind of value that is not used here');
  for (const [key, item] of value as Map<unknown, unknown>) {
    // Also what makes `rejectDuplicateMapKeys` complete: byte strings as keys would be compared by identity.
    if (typeof key !== 'string' && !Number.isSafeInteger(key)) throw malformed('a map has a key that is neither integer nor text');
    mustBeOurs(item);
  }
}

function malformed(why: string, cause?: unknown): PosternError {
  return new PosternError('cbor-malformed', `These bytes are not the CBOR we write: ${why}.`, { cause });
}
