/** How one door behaves. The words are the config's own; the bounds are checked there. */
export interface DoorSettings {
  /** How long a granted entry releases the lock. */
  unlockMs: number;
  /** The same for a token with extended (accessibility) time. */
  extendedUnlockMs: number;
  /** What ends a release early: the door opens (a strike), or closes again (a maglock). */
  relockOn: 'open' | 'close';
  /** How long the door may stand open after an entry. */
  heldOpenMs: number;
  /** How long before `heldOpenMs` the warning comes; 0 for none. */
  heldOpenWarningMs: number;
  /** How long from its leading edge a request to exit excuses an opening. */
  rexTimeMs: number;
  /** A request to exit held for longer is a stuck button and excuses nothing. */
  rexStuckMs: number;
  /** Whether a request to exit also releases the lock, in lockdown too. */
  rexReleases: boolean;
  /** Whether scheduled passage waits for the first granted entry. */
  passageNeedsFirstEntry: boolean;
  /** Whether the fire input releases the lock, over lockdown too; absent: no. A convenience: egress is the panel cutting the lock's power. */
  fireReleases?: boolean;
}
