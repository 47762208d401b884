import { ruuidOf } from '../../base/ids.ts';
import type { Alert } from './alert.ts';

/** A door that has uploaded before and is heard of no more; `sinceMs` by the backend's clock. */
export function doorSilent(door: Uint8Array, { sinceMs, nowMs, afterS }: { sinceMs: number; nowMs: number; afterS: number }): Alert | undefined {
  if (nowMs - sinceMs < afterS * 1000) return undefined;
  // The moment and the subject are the silence's own, so it is told once; the next one begins at another moment.
  const subject = `${ruuidOf(door)} since ${sinceMs}`;
  const atMs = sinceMs + afterS * 1000;
  return { alert: 'door-silent', subject, door, atMs, eventIds: [], text: `The door has not been heard of since ${new Date(sinceMs).toISOString().slice(0, 19)}Z.` };
}
