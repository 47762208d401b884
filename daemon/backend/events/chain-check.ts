import { EMPTY_CHAIN, type ChainHead } from '../../base/event-chain.ts';
import type { ReportedEvent } from './reported-event.ts';

/** How a door's present chain began: with what it first uploaded, anew at number 1, or by other events in the place of known ones. */
export type ChainBeginning = 'first' | 'restarted' | 'rewritten';

/** A door's present chain, as far as it is known. */
export interface ChainState {
  /** 1, 2, 3 …: which of the door's chains this is. */
  epoch: number;
  began: ChainBeginning;
  /** The last event. */
  head: ChainHead;
  /** The greatest head the door has told of, its event here or not. */
  told: ChainHead;
  /** Hash of event 1, where it was ever here. */
  firstHash?: string;
  /** Events up to this one have been here. */
  prunedThroughSeq: number;
}

/** What is stored of the present chain around an event's number. */
export interface Neighbours {
  hasSameSeq: boolean;
  /** Hash of the event before. */
  before: string | undefined;
  /** What the event after says the hash before it is. */
  after: string | undefined;
}

export type ChainFault = 'contents-changed' | 'gap-before' | 'began-anew' | 'replaces-another';

export type Placement =
  /** It was here and has been deleted for its age. */
  | { kind: 'known' }
  /** It belongs into `chain`; `fault` says what is wrong with it, `missing` which numbers before it are not here. */
  | { kind: 'placed'; chain: ChainState; fault?: ChainFault; missing?: { from: number; to: number } };

/**
 * Where an event that is not here yet belongs: pure. Nothing is turned away: what does not follow is placed with its
 * fault, for whoever changed a log would like best that its new events were refused.
 */
export function placeEvent(state: ChainState | undefined, reported: ReportedEvent, around: Neighbours): Placement {
  const { event: { seq, prevHash }, hash, claimedHash } = reported;
  // The events after it are chained to what the door says its hash is.
  const head = { seq, hash: claimedHash };
  const changed = hash === claimedHash ? {} : { fault: 'contents-changed' as const };
  if (!state) return { kind: 'placed', chain: newChain(1, 'first', head), ...changed };
  if (seq === 1 && prevHash === EMPTY_CHAIN.hash) return claimedHash === state.firstHash ? { kind: 'known' } : anew(state, 'restarted', head);
  if (followsHead(state, reported)) return toldOtherwise(state, head) ? anew(state, 'rewritten', head) : { kind: 'placed', chain: { ...state, head }, ...changed };
  if (seq > state.head.seq + 1) return { kind: 'placed', chain: { ...state, head }, fault: 'gap-before', missing: { from: state.head.seq + 1, to: seq - 1 } };
  if (seq === state.head.seq + 1 || around.hasSameSeq) return anew(state, 'rewritten', head);
  if (seq <= state.prunedThroughSeq) return { kind: 'known' };
  const fits = (around.before === undefined || around.before === prevHash) && (around.after === undefined || around.after === claimedHash);
  return fits ? { kind: 'placed', chain: state, ...changed } : anew(state, 'rewritten', head);
}

/** The chain after an event that is here already: it goes on with one that follows its head, as when a log is uploaded over again. */
export function passKnown(state: ChainState, { event: { seq, prevHash }, claimedHash }: ReportedEvent): ChainState {
  return seq === state.head.seq + 1 && prevHash === state.head.hash ? { ...state, head: { seq, hash: claimedHash } } : state;
}

/** What is wrong with the head that a door tells; undefined when it agrees with what is known. `atSeq`: the hash stored under its number. */
export function headFault(state: ChainState, told: ChainHead, atSeq: string | undefined): string | undefined {
  if (told.seq < state.told.seq) return `it ends at event ${told.seq} but had reached ${state.told.seq}, so its end was cut off`;
  if (told.seq === state.told.seq && told.hash !== state.told.hash) return `its event ${told.seq} has another hash than was told before`;
  if (atSeq !== undefined && atSeq !== told.hash) return `its event ${told.seq} has another hash than the one uploaded`;
  return undefined;
}

function followsHead({ head }: ChainState, { event }: ReportedEvent): boolean {
  return event.seq === head.seq + 1 && event.prevHash === head.hash;
}

function toldOtherwise({ told }: ChainState, head: ChainHead): boolean {
  return told.seq === head.seq && told.hash !== head.hash;
}

function anew(state: ChainState, began: ChainBeginning, head: ChainHead): Placement {
  return { kind: 'placed', chain: newChain(state.epoch + 1, began, head), fault: began === 'restarted' ? 'began-anew' : 'replaces-another' };
}

function newChain(epoch: number, began: ChainBeginning, head: ChainHead): ChainState {
  return { epoch, began, head, told: head, prunedThroughSeq: 0, ...(head.seq === 1 && { firstHash: head.hash }) };
}
