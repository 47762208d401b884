import type { KeyObject } from 'node:crypto';
import { decode, Sign1 } from '@auth0/cose';
import { signEd25519, type Signer } from '../../daemon/base/ed25519.ts';

/** What its declaration keeps private: the Sig_structure that it verifies with. Its `sign` cannot pass external_aad. */
const { Signature1 } = Sign1 as unknown as { Signature1: (header: Uint8Array, externalAad: Uint8Array, payload: Uint8Array) => Uint8Array };

/**
 * COSE_Sign1 by `@auth0/cose`, whose CBOR is cbor-x. It knows Ed25519 only under the older, polymorphic -8; this
 * teaches it that -19 (RFC 9864) is the same signature. The parsing, the Sig_structure and the verifying are its own.
 */
class TaughtSign1 extends Sign1 {
  override get alg(): Sign1['alg'] {
    const alg: number | undefined = super.alg;
    return alg === -19 ? -8 : alg;
  }

  toBeSigned(externalAad: string): Uint8Array {
    return Signature1(this.encodedProtectedHeaders ?? new Uint8Array(0), Buffer.from(externalAad), this.payload);
  }
}

/** The payload that the independent library finds in `bytes`, or undefined when it does not verify them. */
export async function independentlyVerified(bytes: Uint8Array, externalAad: string, publicKey: KeyObject): Promise<Uint8Array | undefined> {
  const message = decode(bytes, TaughtSign1);
  try {
    await message.verify(publicKey, { externalAAD: Buffer.from(externalAad) });
    return message.payload;
  } catch {
    return undefined;
  }
}

/** An untagged COSE_Sign1 put together by the independent library: its header encoding, Sig_structure and array. */
export function independentlySigned(payload: Uint8Array, externalAad: string, signer: Signer): Uint8Array {
  const header = new Map<number, number | Uint8Array>([[1, -19], [4, signer.keyId]]) as never;
  const unprotected = new Map() as never;
  const unsigned = new TaughtSign1(header, unprotected, payload, new Uint8Array(0));
  const signature = signEd25519(unsigned.toBeSigned(externalAad), signer.privateKey);
  const tagged = new Sign1(header, unprotected, payload, signature).encode();
  return tagged.subarray(1);
}
