import { encodeBase45 } from '../../daemon/base/base45.ts';
import { encodeCbor, type CborValue } from '../../daemon/base/cbor.ts';
import { sign1 } from '../../daemon/base/cose-sign1.ts';
import { publicKeyFromRaw, rawPublicKey, signerFromSeed, type Signer } from '../../daemon/base/ed25519.ts';
import type { TokenClaims } from '../../daemon/base/token.ts';

/** A signer of its own for each number. Never use these seeds for a door. */
export function testSigner(number: number): Signer {
  return signerFromSeed(new Uint8Array(32).fill(number));
}

export const tokenSigner = testSigner(1);
export const tokenKey = publicKeyFromRaw(rawPublicKey(tokenSigner.privateKey));

export const plainClaims: TokenClaims = {
  id: new Uint8Array(16).fill(0x1d),
  doors: [new Uint8Array(16).fill(0xd0)],
  issuedAtS: 1_772_442_000,
  expiresAtS: 1_772_445_600,
};

export const fullClaims: TokenClaims = {
  ...plainClaims,
  doors: [new Uint8Array(16).fill(0xd0), new Uint8Array(16).fill(0xd1)],
  notBeforeS: 1_772_442_060,
  uses: 3,
  reentryGraceS: 300,
  hours: 'deliveries',
  extended: true,
  rotating: true,
};

/** The text of any bytes, as if they were a token's. */
export function textOf(bytes: Uint8Array): string {
  return `PT1:${encodeBase45(bytes)}`;
}

/** A rightly signed token around any payload, to say what `signToken` would not. */
export function tokenAround(payload: Uint8Array): string {
  return textOf(sign1(payload, 'postern token 1', tokenSigner));
}

/** A rightly signed token of any claims: those of a plain token, changed. */
export function tokenSaying(changes: [number | string, CborValue | undefined][]): string {
  const claims = new Map<number | string, CborValue | undefined>([
    [3, plainClaims.doors[0]], [4, plainClaims.expiresAtS], [6, plainClaims.issuedAtS], [7, plainClaims.id], ...changes,
  ]);
  return tokenAround(encodeCbor(new Map([...claims].filter((claim): claim is [number | string, CborValue] => claim[1] !== undefined))));
}
