import { EMPTY_CHAIN, type ChainHead } from '../base/event-chain.ts';
import { DurablePlace, type DurablePlaceOptions } from './durable-place.ts';
import { chainHeadFrom } from './log-place.ts';

/** How far the backend has what this door stored. */
export interface UploadPlace {
  /** The last event it acknowledged. */
  events: ChainHead;
  /** The pictures of events up to this one are dealt with. */
  picturesThroughSeq: number;
}

export type UploadCursor = DurablePlace<UploadPlace>;

export function uploadCursor(parts: Pick<DurablePlaceOptions<UploadPlace>, 'state' | 'clock' | 'log'>): UploadCursor {
  return new DurablePlace({ ...parts, key: 'upload-cursor', read: placeIn, start: { events: EMPTY_CHAIN, picturesThroughSeq: 0 }, whose: 'the backend' });
}

function placeIn(value: unknown): UploadPlace | undefined {
  const { events: stored, picturesThroughSeq } = (value ?? {}) as Partial<UploadPlace>;
  const events = chainHeadFrom(stored);
  return events && Number.isSafeInteger(picturesThroughSeq) ? { events, picturesThroughSeq: picturesThroughSeq as number } : undefined;
}
