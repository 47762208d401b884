import type { ListStatus } from '../../base/token-list-file.ts';

export interface NewPass {
  passId: string;
  passUrl: string;
  expiresAtS: number;
  rotating: boolean;
}

/** What anybody who has the link may know of a pass before it is taken. */
export interface PassFacts {
  doorNames: string[];
  notBeforeS: number | undefined;
  expiresAtS: number;
  rotating: boolean;
  uses: number | undefined;
  status: ListStatus;
}

/** A pass as its device takes it. */
export interface TakenPass extends PassFacts {
  /** What the code holds; of a rotating one without the step's digits, which no door takes. */
  text: string;
  /** The key of the changing digits, wrapped for the device; only of a rotating pass. */
  wrappedKey: Uint8Array | undefined;
}

/** Who asks, by what the link holds. */
export interface PassAsker {
  passId: string;
  secret: string;
  /** Network address, for the budget. */
  address: string;
}
