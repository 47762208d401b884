import type { StoredEvent } from '../base/events.ts';
import type { UseOfToken } from '../base/token-use.ts';
import type { ChainHead, EventStamp, UnchainedEvent } from '../base/event-chain.ts';
import type { PruneLimits } from './prune-plan.ts';

/** What the writer's thread is started with. */
export interface WriterData {
  dir: string;
  reserveBytes: number;
}

/** What the main thread asks of the writer. Requests are answered one by one, in order. */
export type WriterRequest =
  | { kind: 'append'; events: UnchainedEvent[]; use: UseOfToken | undefined }
  | { kind: 'set-state'; key: string; json: string }
  | { kind: 'prune'; limits: PruneLimits; stamp: EventStamp }
  | { kind: 'prune-uses'; beforeMs: number }
  | { kind: 'close' };

/** What a request did. */
export interface WriterResult {
  /** The events it added. */
  stored: StoredEvent[];
  /** Events or uses it deleted. */
  deleted: number;
  /** True when asking again may delete more. */
  more: boolean;
}

/** An error on its way between threads. `code` is absent for a bug. */
export interface WriterError {
  code?: string;
  message: string;
  transient: boolean;
}

export type WriterAnswer =
  | { kind: 'opened'; head: ChainHead; reserveIsWhole: boolean }
  | { kind: 'done'; result: WriterResult; commitMs: number; reserveIsWhole: boolean }
  | { kind: 'failed'; error: WriterError };
