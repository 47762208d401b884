import type { Signer } from './token.ts';

export type ListStatus = 'active' | 'suspended' | 'revoked';
export interface ListEntry {
  /** 16 bytes. */
  id: Uint8Array;
  status: ListStatus;
  /** Uses already spent elsewhere, as the issuer knows. */
  spent: number;
}

/** What the signature of a token list covers, besides the digest of its entries. */
export interface ListHead {
  door: Uint8Array;
  version: number;
  issuedAtS: number;
  expiresAtS: number;
  /** Per token key id (hex): the greatest issued-at in the snapshot the list was built from. */
  asOfS: Record<string, number>;
  count: number;
}

/** Builds the whole file: signed head and fixed-size entries sorted by id. */
export declare function buildTokenList(head: Omit<ListHead, 'count'>, entries: ListEntry[], signer: Signer): Uint8Array;
