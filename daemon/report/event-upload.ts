import type { Clock } from '../base/clock.ts';
import type { StoredEvent } from '../base/events.ts';
import type { Logger } from '../base/logger.ts';
import { askBackend, type NoUpload, type RequestBackend, type UploadReply } from './backend-request.ts';
import { batchOf } from './event-batch.ts';
import { isOtherLog, waitingAfter, type PassedOnLog } from './log-place.ts';
import { readAcknowledgement, type MissingPicture } from './upload-acknowledgement.ts';
import type { UploadCursor } from './upload-cursor.ts';

export interface EventUploadOptions {
  request: RequestBackend;
  doorUuid: string;
  events: PassedOnLog;
  cursor: UploadCursor;
  clock: Clock;
  log: Logger;
  stop: AbortSignal;
}

/** `more`: there may be more to do at once. */
export type UploadStep = { kind: 'more' } | { kind: 'done' } | NoUpload<'away'> | NoUpload<'unsupported'>;

const PATH = '/api/postern/door/uploadEvents';
const LIMIT_MS = 20_000;
const BATCH = 100;

/** Sends what the log holds beyond the cursor, a batch at a time, in order and at least once. */
export class EventUpload {
  readonly #o: EventUploadOptions;

  constructor(options: EventUploadOptions) {
    this.#o = options;
  }

  /** How many events wait, and since when, by the door's clock. */
  get waiting(): { count: number; sinceMs: number } | undefined {
    return waitingAfter(this.#o.events, this.#o.cursor.place.events.seq);
  }

  /** Sends the next batch. With nothing to send, and `greets`, it tells that the door is there and how far its log goes. */
  async step({ greets = false }: { greets?: boolean } = {}): Promise<UploadStep> {
    this.#checkPlace();
    const { events, cursor } = this.#o;
    const stored = events.query({ afterSeq: cursor.place.events.seq, limit: BATCH });
    if (stored.length === 0 && !greets) return { kind: 'done' };
    const own = stored.filter(({ doorUuid }) => doorUuid === this.#o.doorUuid);
    if (own.length < stored.length) this.#o.log.warn(`${stored.length - own.length} events of this log are another door's and are not uploaded. Was door.uuid changed?`);
    const batch = batchOf(own);
    const reply = await this.send(batch);
    if (reply.kind === 'refused') return this.#sendSingly(batch, reply);
    if (reply.kind !== 'accepted') return reply;
    const last = own.length === batch.length ? stored.at(-1) : batch.at(-1);
    if (last) cursor.move({ events: { seq: last.seq, hash: last.hash } });
    return { kind: last && last.seq < events.head().seq ? 'more' : 'done' };
  }

  /** Sends events, of which some or all may be there already; for what the answer says of their pictures. */
  async send(batch: StoredEvent[], gonePictures: MissingPicture[] = []): Promise<Exclude<UploadReply, { kind: 'answer' }> | { kind: 'accepted'; missing: MissingPicture[] }> {
    const { request, doorUuid, events, clock, stop } = this.#o;
    const json = { doorUuid, events: batch, head: events.head(), ...(gonePictures.length > 0 && { gonePictures }) };
    const reply = await askBackend(request, { path: PATH, json }, { clock, limitMs: LIMIT_MS, stop });
    if (reply.kind !== 'answer') return reply;
    const acknowledged = readAcknowledgement(reply.json, batch.at(-1)?.seq ?? 0);
    return acknowledged ? { kind: 'accepted', missing: acknowledged } : { kind: 'away', code: 'malformed', detail: 'The backend\'s answer is not one this door understands.' };
  }

  /** One event that is refused for good must not hold up all that follow: it is passed over, which the backend sees as a gap. */
  async #sendSingly(batch: StoredEvent[], refused: NoUpload<'refused'>): Promise<UploadStep> {
    const [first] = batch;
    if (!first) return { ...refused, kind: 'away' };
    const half = Math.ceil(batch.length / 2);
    const part = batch.length === 1 ? refused : await this.send(batch.slice(0, half));
    if (part.kind === 'refused' && half < batch.length) return this.#sendSingly(batch.slice(0, half), part);
    if (part.kind === 'away' || part.kind === 'unsupported') return part;
    const last = part.kind === 'accepted' ? batch[half - 1] : first;
    if (part.kind === 'refused') this.#o.log.error(`Event ${first.seq} is not taken and was passed over. ${part.detail}`, { event: first.seq });
    if (last) this.#o.cursor.move({ events: { seq: last.seq, hash: last.hash } });
    return { kind: 'more' };
  }

  /** Of another log all is sent, and the backend tells which. */
  #checkPlace(): void {
    const { events, cursor } = this.#o;
    if (isOtherLog(events, cursor.place.events)) cursor.move({ events: { seq: 0, hash: '' }, picturesThroughSeq: 0 });
  }
}
