import { createHash } from 'node:crypto';
import type { PictureRef, StoredEvent } from '../base/events.ts';
import { askBackend } from './backend-request.ts';
import type { EventUpload, EventUploadOptions, UploadStep } from './event-upload.ts';
import type { MissingPicture } from './upload-acknowledgement.ts';

export interface PictureUploadOptions extends EventUploadOptions {
  /** Of which attempts pictures are sent. */
  which: 'off' | 'denied' | 'all';
  upload: Pick<EventUpload, 'send'>;
  /** The bytes of a stored picture, by its path below the evidence folder; undefined when it is not there any more. */
  readPicture: (file: string) => Promise<Uint8Array | undefined>;
}

type EvidenceStored = Extract<StoredEvent, { type: 'evidence-stored' }>;

const LIMIT_MS = 60_000;
/** Events whose pictures are asked about at a time. */
const BATCH = 20;
/** An attempt's own event comes this close before the events of its pictures. */
const LOOK_BACK = 500;

/** Sends pictures whose events the backend has acknowledged, one at a time, in the order of the log. */
export class PictureUpload {
  readonly #o: PictureUploadOptions;

  constructor(options: PictureUploadOptions) {
    this.#o = options;
  }

  async step(): Promise<UploadStep> {
    const { which, events, cursor } = this.#o;
    const { picturesThroughSeq, events: { seq: acknowledged } } = cursor.place;
    const batch = which === 'off' ? [] : events.query({ types: ['evidence-stored'], afterSeq: picturesThroughSeq, limit: BATCH }).filter(({ seq }) => seq <= acknowledged) as EvidenceStored[];
    if (batch.length === 0) {
      if (picturesThroughSeq < acknowledged) cursor.move({ picturesThroughSeq: acknowledged });
      return { kind: 'done' };
    }
    // Which of them it lacks, the backend says when it is told of their events again.
    const asked = await this.#o.upload.send(batch.filter(({ doorUuid }) => doorUuid === this.#o.doorUuid));
    if (asked.kind === 'away' || asked.kind === 'unsupported') return asked;
    const wanted = asked.kind === 'accepted' ? asked.missing : [];
    const failed = await this.#sendAll(batch, wanted);
    if (failed) return failed;
    cursor.move({ picturesThroughSeq: batch.at(-1)?.seq ?? picturesThroughSeq });
    return { kind: 'more' };
  }

  /** What kept it from being finished; undefined when all are dealt with. */
  async #sendAll(batch: EvidenceStored[], wanted: MissingPicture[]): Promise<UploadStep | undefined> {
    const gone: MissingPicture[] = [];
    for (const event of batch) {
      for (const picture of event.pictures) {
        const name = wanted.find(({ attemptId, kind, sha256 }) => attemptId === event.attemptId && kind === picture.kind && sha256 === picture.sha256);
        if (!name || !this.#isSent(event)) continue;
        const outcome = await this.#send(name, picture);
        if (outcome === 'gone') gone.push(name);
        else if (outcome) return outcome;
      }
    }
    if (gone.length === 0) return undefined;
    const told = await this.#o.upload.send([], gone);
    return told.kind === 'away' || told.kind === 'unsupported' ? told : undefined;
  }

  async #send(name: MissingPicture, { file, sha256 }: PictureRef): Promise<UploadStep | 'gone' | undefined> {
    const { request, doorUuid, clock, log, stop } = this.#o;
    const bytes = await this.#o.readPicture(file);
    // Deleted for its age, or no longer what the log vouches for: verify-log tells which.
    if (!bytes || createHash('sha256').update(bytes).digest('hex') !== sha256) return 'gone';
    const path = `/api/postern/door/evidence/${doorUuid}/${name.attemptId}/${name.kind}`;
    const reply = await askBackend(request, { path, put: { bytes, contentType: 'image/jpeg' } }, { clock, limitMs: LIMIT_MS, stop });
    if (reply.kind === 'refused') log.warn(`A picture is not taken and was passed over. ${reply.detail}`, { attempt: name.attemptId });
    return reply.kind === 'away' || reply.kind === 'unsupported' ? reply : undefined;
  }

  /** Of attempts whose outcome is not known any more nothing is sent. */
  #isSent({ attemptId, seq }: EvidenceStored): boolean {
    if (this.#o.which === 'all') return true;
    const attempts = this.#o.events.query({ types: ['access-granted', 'access-denied', 'access-unavailable'], afterSeq: Math.max(0, seq - LOOK_BACK), limit: LOOK_BACK });
    const outcomes = attempts.filter((event) => 'attemptId' in event && event.attemptId === attemptId).map(({ type }) => type);
    return outcomes.length > 0 && !outcomes.includes('access-granted');
  }
}
