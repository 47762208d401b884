import type { ListStatus } from '../../base/token-list-file.ts';

/** A use of a token that a door granted by its list and reports later. */
export interface OfflineUse {
  /** The attempt's id, which is also the nonce of the question that got no answer in time. */
  nonce: string;
  /** 16 bytes. */
  door: Uint8Array;
  /** As the API writes it: 22 base64url characters. */
  tokenId: string;
  /** Wall milliseconds by the door's clock. */
  atMs: number;
  /** What the door counted: 0 for a re-entry within the grace or a token without a limit. */
  counts: 0 | 1;
  /** The time step of a rotating code that was spent. */
  step?: number | undefined;
}

/** What became of a reported use. Nothing here is a denial: the visitor is in. */
export interface OfflineCount {
  /** False when this attempt had been counted before, or counts nothing. */
  counted: boolean;
  /** The token was used more often than it may be: a use offline that crossed one elsewhere. The same when reported again. */
  overspent: boolean;
  /** The token's status now; `unknown` for one that is not on record here. */
  status: ListStatus | 'unknown';
}
