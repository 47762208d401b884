/** One use of a token, as it is committed with its granting event. */
export interface UseOfToken {
  /** base64url of the 16-byte token id. */
  tokenId: string;
  /** 1 when this opening counts against the token's `uses`; 0 for a re-entry within the grace or a token without a limit. */
  counts: 0 | 1;
  /** Wall time of the use, milliseconds. */
  atMs: number;
  /** The rotating code's accepted time step (RFC 6238 T), spent by this use. */
  step?: number;
}

/** What this door has on record of a token. */
export interface TokenUses {
  /** Uses counted at this door. */
  counted: number;
  /** Wall time of the last use that counted (`counts: 1`). The re-entry grace runs from it, so that a re-entry does not prolong the grace for ever. */
  lastCountedAtMs: number | undefined;
  /** The greatest spent time step of a rotating code. */
  lastStep: number | undefined;
}
