import type { Clock } from '../../base/clock.ts';
import type { ChainHead } from '../../base/event-chain.ts';
import { uuidBytes } from '../../base/ids.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Attempt } from '../alerts/alert-rule.ts';
import { headBroken, logBroken } from '../alerts/log-broken.ts';
import { headFault, passKnown, placeEvent, type ChainState } from './chain-check.ts';
import type { EventStore } from './event-store.ts';
import { claimsOf, type PictureClaim, type Pictures } from './pictures.ts';
import type { ReportedEvent } from './reported-event.ts';

/** What a door reports at a time. */
export interface EventUpload {
  /** 16 bytes. */
  door: Uint8Array;
  /** In the order of the door's log. */
  events: ReportedEvent[];
  /** The last event of its log. */
  head: ChainHead;
  /** Pictures that it has no more. */
  gone: PictureClaim[];
}

export interface Acknowledgement {
  /** Everything up to this event is on disk here; 0 for an upload without events. */
  acceptedThroughSeq: number;
  /** Of the pictures these events vouch for. */
  missingPictures: PictureClaim[];
}

/** A use that a door granted by its list. */
export interface OfflineGrant {
  nonce: string;
  door: Uint8Array;
  tokenId: string;
  atMs: number;
  counts: 0 | 1;
  step?: number;
}

export interface EventIntakeOptions {
  clock: Clock;
  events: EventStore;
  pictures: Pictures;
  /** Absent: nothing is warned of. */
  alerts: Alerts | undefined;
  /** Counts a use that nobody could be asked about, once an attempt. */
  countOffline: (grant: OfflineGrant) => { overspent: boolean };
}

/** Takes in what doors report. An upload is one piece of work in one transaction: all of it is here afterwards, or nothing. */
export class EventIntake {
  readonly #o: EventIntakeOptions;

  constructor(options: EventIntakeOptions) {
    this.#o = options;
  }

  /** To be called in a transaction. Events that are here already are passed over. */
  take(upload: EventUpload): Acknowledgement {
    const { events, pictures, alerts, clock } = this.#o;
    const { door } = upload;
    events.heard(door, clock.wallMs());
    let chain = events.chainOf(door);
    const fresh: ReportedEvent[] = [];
    for (const reported of upload.events) {
      const placed = this.#place(door, chain, reported);
      if (placed.isFresh) fresh.push(reported);
      chain = placed.chain;
    }
    if (chain) this.#takeHead(door, chain, upload.head);
    pictures.gone(door, upload.gone);
    this.#lookAt(door, fresh);
    if (alerts) alerts.lookAt(fresh.flatMap((reported) => attemptOf(door, reported)));
    return {
      acceptedThroughSeq: upload.events.at(-1)?.event.seq ?? 0,
      missingPictures: pictures.missing(door, upload.events.flatMap(({ event }) => claimsOf(event))),
    };
  }

  #place(door: Uint8Array, state: ChainState | undefined, reported: ReportedEvent): { chain: ChainState | undefined; isFresh: boolean } {
    const { events, alerts } = this.#o;
    const { event: { seq } } = reported;
    if (events.isHere(door, reported.hash)) {
      const chain = state && passKnown(state, reported);
      if (chain && chain !== state) events.putChain(door, chain);
      return { chain, isFresh: false };
    }
    const around = state ? events.neighbours(door, state.epoch, seq) : { hasSameSeq: false, before: undefined, after: undefined };
    const placement = placeEvent(state, reported, around);
    if (placement.kind === 'known') return { chain: state, isFresh: false };
    events.putChain(door, placement.chain);
    this.#insert(door, reported, { epoch: placement.chain.epoch, seq, fault: placement.fault });
    alerts?.lookAtLog(logBroken(door, reported, placement));
    return { chain: placement.chain, isFresh: true };
  }

  #insert(door: Uint8Array, { event, hash, body }: ReportedEvent, place: Parameters<EventStore['insert']>[0]['place'] & object): void {
    this.#o.events.insert({
      id: event.id, door, type: event.type, atMs: event.atMs, receivedMs: this.#o.clock.wallMs(), token: tokenOf(event), reason: reasonOf(event), place, hash, body,
    });
    this.#o.pictures.expect(door, event);
  }

  #takeHead(door: Uint8Array, chain: ChainState, head: ChainHead): void {
    const { events, alerts, clock } = this.#o;
    const fault = headFault(chain, head, events.hashAt(door, chain.epoch, head.seq));
    if (fault !== undefined) alerts?.lookAtLog(headBroken(door, fault, clock.wallMs()));
    // A head that was told is what the next one is measured by, so that one cut is told once.
    events.putChain(door, { ...chain, told: head });
  }

  /** Uses that nobody could be asked about. */
  #lookAt(door: Uint8Array, fresh: ReportedEvent[]): void {
    for (const reported of fresh) {
      const grant = offlineGrant(door, reported);
      if (!grant) continue;
      const { overspent } = this.#o.countOffline(grant);
      const [attempt] = attemptOf(door, reported);
      const token = attempt?.token;
      if (overspent && attempt && token) this.#o.alerts?.lookAtOverspent({ ...attempt, token });
    }
  }
}

function tokenOf({ tokenId }: Record<string, unknown>): Uint8Array | undefined {
  return typeof tokenId === 'string' ? uuidBytes(tokenId) : undefined;
}

function reasonOf({ type, reason }: Record<string, unknown>): string | undefined {
  return type === 'access-denied' && typeof reason === 'string' ? reason : undefined;
}

function attemptOf(door: Uint8Array, { event }: ReportedEvent): Attempt[] {
  const { id, atMs, type } = event;
  if (type !== 'access-granted' && type !== 'access-denied') return [];
  return [{ id, door, atMs, outcome: type === 'access-granted' ? 'granted' : 'denied', reason: reasonOf(event), token: tokenOf(event) }];
}

function offlineGrant(door: Uint8Array, { event }: ReportedEvent): OfflineGrant | undefined {
  const { type, source, attemptId, tokenId, atMs, counted, step } = event;
  if (type !== 'access-granted' || source !== 'offline' || typeof attemptId !== 'string' || typeof tokenId !== 'string' || !tokenOf(event)) return undefined;
  return { nonce: attemptId, door, tokenId, atMs, counts: counted === 1 ? 1 : 0, ...(Number.isSafeInteger(step) && { step: step as number }) };
}
