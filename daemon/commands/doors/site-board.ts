import { jsonIn } from '../../base/json-text.ts';
import { availabilityPayloads, scanSchema, stateSchema, type ScanPayload, type StatePayload } from '../../report/mqtt/payloads.ts';
import { readTopic } from '../../report/mqtt/topics.ts';

/** A door as its broker tells of it. */
export interface SiteDoor {
  doorUuid: string;
  isOnline: boolean | undefined;
  state: StatePayload | undefined;
  /** The last attempt. */
  attempt: ScanPayload | undefined;
}

/** [S9] What anybody may write to a broker must not fill this machine's memory. */
const MAX_DOORS = 20_000;
const MAX_PAYLOAD_BYTES = 65_536;

/** All doors of a site, from the messages of its broker. What is no door's is counted and otherwise left alone. */
export class SiteBoard {
  readonly #prefix: string;
  readonly #doors = new Map<string, SiteDoor>();
  #unreadable = 0;

  constructor({ prefix }: { prefix: string }) {
    this.#prefix = prefix;
  }

  get unreadable(): number {
    return this.#unreadable;
  }

  /** By name, in the order people count in; those that have told none come last. */
  doors(): SiteDoor[] {
    return [...this.#doors.values()].sort(byName);
  }

  /** The door that a message changed. */
  take(topic: string, payload: Buffer): SiteDoor | undefined {
    const read = readTopic(this.#prefix, topic);
    if (!read || payload.length > MAX_PAYLOAD_BYTES) return this.#refused();
    const door = this.#doors.get(read.doorUuid) ?? { doorUuid: read.doorUuid, isOnline: undefined, state: undefined, attempt: undefined };
    const news = newsOf(read.kind, payload);
    if (!news || (!this.#doors.has(door.doorUuid) && this.#doors.size >= MAX_DOORS)) return this.#refused();
    const changed = { ...door, ...news };
    this.#doors.set(door.doorUuid, changed);
    return changed;
  }

  #refused(): undefined {
    this.#unreadable++;
  }
}

const names = new Intl.Collator('en', { numeric: true });

function byName(a: SiteDoor, b: SiteDoor): number {
  const without = Number(!a.state) - Number(!b.state);
  return without || names.compare(a.state?.name ?? '', b.state?.name ?? '') || (a.doorUuid < b.doorUuid ? -1 : 1);
}

function newsOf(kind: string, payload: Buffer): Partial<SiteDoor> | undefined {
  switch (kind) {
    case 'availability': {
      const text = payload.toString();
      return Object.values<string>(availabilityPayloads).includes(text) ? { isOnline: text === availabilityPayloads.online } : undefined;
    }
    case 'state': {
      const state = stateSchema.safeParse(jsonIn(payload.toString()));
      return state.success ? { state: state.data, ...(state.data.lastAttempt && { attempt: state.data.lastAttempt }) } : undefined;
    }
    case 'scan': {
      const attempt = scanSchema.safeParse(jsonIn(payload.toString()));
      return attempt.success ? { attempt: attempt.data } : undefined;
    }
    default: return undefined;
  }
}
