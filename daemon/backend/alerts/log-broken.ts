import { ruuidOf } from '../../base/ids.ts';
import type { Placement } from '../events/chain-check.ts';
import type { ReportedEvent } from '../events/reported-event.ts';
import type { Alert } from './alert.ts';

/** What is to be said of an event that does not follow from the one before it; undefined where nothing is. */
export function logBroken(door: Uint8Array, { event }: ReportedEvent, placement: Placement): Alert | undefined {
  if (placement.kind === 'known' || placement.fault === undefined) return undefined;
  const about = { subject: ruuidOf(door), door, atMs: event.atMs, eventIds: [event.id] };
  const { missing } = placement;
  switch (placement.fault) {
    case 'gap-before': return { ...about, alert: 'log-gap', text: `Events ${missing?.from ?? '?'} to ${missing?.to ?? '?'} of the door's log did not arrive: they were pruned before they were uploaded, or removed.` };
    case 'began-anew': return { ...about, alert: 'log-restarted', text: 'The door began a new log. If nobody reinstalled it, its memory was wiped.' };
    case 'replaces-another': return { ...about, alert: 'log-rewritten', text: `Event ${event.seq} of the door's log stands in the place of another one that was uploaded or told before.` };
    case 'contents-changed': return { ...about, alert: 'log-rewritten', text: `Event ${event.seq} of the door's log was changed: its contents do not have its hash.` };
  }
}

/** The same for the head that the door told with an upload. */
export function headBroken(door: Uint8Array, fault: string, atMs: number): Alert {
  return { alert: 'log-rewritten', subject: ruuidOf(door), door, atMs, eventIds: [], text: `The door's log was rewritten: ${fault}.` };
}
