/** What the backend warns of; a webhook may ask for some of them. */
export const alertNames = [
  'denials-in-a-row', 'code-at-two-doors', 'use-out-of-hours', 'expired-code-keeps-trying', 'overspent',
  'log-rewritten', 'log-gap', 'log-restarted', 'door-silent',
] as const;
export type AlertName = (typeof alertNames)[number];

/** A situation that somebody should look at. */
export interface Alert {
  alert: AlertName;
  /** One subject raises an alert once within the cool-down: a door, a token. */
  subject: string;
  /** 16 bytes: where it was noticed. */
  door: Uint8Array;
  /** When it was, by the door's clock: not when it became known. */
  atMs: number;
  /** A sentence, without a name [S7]. */
  text: string;
  /** 16 bytes. */
  token?: Uint8Array | undefined;
  /** Ids of the events that show it. */
  eventIds: string[];
}
