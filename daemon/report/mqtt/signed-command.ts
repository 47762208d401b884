import { readSign1, sign1, verifySign1 } from '../../base/cose-sign1.ts';
import type { DoorCommand } from '../../base/door-command.ts';
import { keyIdOf, publicKeyFromRaw, type Signer } from '../../base/ed25519.ts';
import { PosternError } from '../../base/errors.ts';
import type { Judged } from './command-rules.ts';
import type { SignedCommandContent } from './payloads.ts';

const KIND = 'postern command 1';

/** A command under a signature: a COSE_Sign1 (RFC 9052 §4.2) whose payload is JSON, so that whoever signs needs no canonical form. */
export function signCommand(content: Omit<SignedCommandContent, 'command'> & { command: DoorCommand }, signer: Signer): Uint8Array {
  return sign1(Buffer.from(JSON.stringify(content)), KIND, signer);
}

/** The signed bytes and the key's id in hex, if one of `keys` (raw public keys) signed them. */
export function verifyCommand(bytes: Uint8Array, keys: readonly Uint8Array[]): Judged<{ content: Uint8Array; keyId: string }> {
  try {
    const signed = readSign1(bytes);
    const key = keys.find((raw) => Buffer.compare(keyIdOf(raw), signed.keyId) === 0);
    if (!key) return { refusal: 'unknown-key' };
    if (!verifySign1(signed, KIND, publicKeyFromRaw(key))) return { refusal: 'bad-signature' };
    return { content: signed.payload, keyId: Buffer.from(signed.keyId).toString('hex') };
  } catch (thrown) {
    if (!(thrown instanceof PosternError)) throw thrown;
    return { refusal: 'unreadable' };
  }
}
