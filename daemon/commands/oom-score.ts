import { readFileSync, writeFileSync } from 'node:fs';

const SELF = '/proc/self/oom_score_adj';
/** Before a camera's helper, after the relay guard. */
const OURS = -500;

/**
 * systemd starts the daemon with −1000, never to be ended when memory runs out, so that the relay guard may have that; a
 * process may only give up what it was given. The daemon itself, which has the memory, takes less.
 */
export function giveUpOomProtection(file = SELF): void {
  try {
    if (Number(readFileSync(file, 'utf8')) < OURS) writeFileSync(file, String(OURS));
  } catch {
    // Not Linux, or not allowed: then there was nothing to give up.
  }
}
