import { chain, EMPTY_CHAIN, type ChainHead } from '../../../../daemon/base/event-chain.ts';
import type { EventDraft, StoredEvent } from '../../../../daemon/base/events.ts';
import { ulid } from '../../../../daemon/base/ids.ts';

let drawn = 0;

/** A ULID like no other. */
export function newId(atMs: number): string {
  return ulid(atMs, (length) => {
    const bytes = Buffer.alloc(length);
    bytes.writeUInt32BE(++drawn, length - 4);
    return bytes;
  });
}

/** A door's log as a test writes it: chained as a door chains, and changeable as no door can. */
export class DoorLog {
  readonly doorUuid: string;
  readonly events: StoredEvent[];

  constructor(doorUuid: string, events: StoredEvent[] = []) {
    this.doorUuid = doorUuid;
    this.events = [...events];
  }

  get head(): ChainHead {
    const last = this.events.at(-1);
    return last ? { seq: last.seq, hash: last.hash } : EMPTY_CHAIN;
  }

  append(draft: EventDraft, atMs: number, id = newId(atMs)): StoredEvent {
    const { event } = chain({ ...draft, id, atMs, doorUuid: this.doorUuid, clock: 'verified' }, this.head);
    this.events.push(event);
    return event;
  }

  /** So many events of no account. */
  fill(count: number, atMs: number): this {
    for (let i = 0; i < count; i++) this.append({ type: i % 2 ? 'door-closed' : 'door-opened' }, atMs + i);
    return this;
  }

  attempt(outcome: 'granted' | { denied: string }, atMs: number, tokenId?: string, more: object = {}): StoredEvent {
    const attemptId = newId(atMs);
    const token = tokenId === undefined ? {} : { tokenId };
    const draft = outcome === 'granted'
      ? { type: 'access-granted', attemptId, ...token, source: 'online', rule: 'backend', extended: false, counted: 0, ...more }
      : { type: 'access-denied', attemptId, ...token, source: 'local', reason: outcome.denied, ...more };
    return this.append(draft as EventDraft, atMs, attemptId);
  }

  /** What the log was up to and with event `seq`: as on a card that was put back. */
  through(seq: number): DoorLog {
    return new DoorLog(this.doorUuid, this.events.slice(0, seq));
  }
}

/** An event, or another object, without some of its members. */
export function without(event: object | undefined, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(event ?? {}).filter(([name]) => !names.includes(name)));
}
