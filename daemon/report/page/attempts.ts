import type { PictureRef, StoredEvent } from '../../base/events.ts';
import { ulidBytes } from '../../base/ids.ts';
import type { Attempt, AttemptPage, AttemptSearch, PictureKind } from './api.ts';
import { attemptLine, attemptTypes, type AttemptLine } from '../attempt-line.ts';
import { isSought } from './attempt-search.ts';
import { walkBack, type ReadableLog } from './log-walk.ts';

export interface AttemptsOptions {
  log: ReadableLog;
  /** Whether a picture is still kept; `file` is a path that the log names. */
  hasPicture: (file: string) => Promise<boolean>;
}

const DEFAULT_LIMIT = 25;
/** [S9] One search goes through so much of the log; whoever wants more asks to go on. */
const MOST_BITES = 200;
/** An attempt's pictures are told a few seconds after it, so not many events later, and not many milliseconds. */
const TOLD_WITHIN = 500;
const TOLD_WITHIN_MS = 60_000;
const KIND_ORDER: readonly PictureKind[] = ['approach', 'scan', 'entry'];

/** The attempts of the log, found and told. */
export class Attempts {
  readonly #o: AttemptsOptions;

  constructor(options: AttemptsOptions) {
    this.#o = options;
  }

  async search(search: AttemptSearch, { withPictures }: { withPictures: boolean }): Promise<AttemptPage> {
    const { lines, nextBefore, searchedToMs } = await this.#lines(search);
    const attempts = withPictures ? await this.#withPictures(lines) : lines.map((line) => ({ ...line, pictures: [] }));
    return { attempts, ...(nextBefore !== undefined && { nextBefore }), ...(searchedToMs !== undefined && { searchedToMs }) };
  }

  /** Where the log says a picture of an attempt is; undefined when it says nothing of one. */
  pictureOf(attemptId: string, kind: PictureKind): PictureRef | undefined {
    const bytes = ulidBytes(attemptId);
    if (!bytes) return undefined;
    // A ULID begins with 48 bits of time.
    const sinceMs = Buffer.from(bytes).readUIntBE(0, 6);
    const { first, last } = this.#o.log.placesOf({ sinceMs, untilMs: sinceMs + TOLD_WITHIN_MS });
    return this.#picturesTold(first - 1, Math.min(last, first + TOLD_WITHIN)).get(attemptId)?.find((picture) => picture.kind === kind);
  }

  async #lines(search: AttemptSearch): Promise<{ lines: AttemptLine[]; nextBefore?: number; searchedToMs?: number }> {
    const { log } = this.#o;
    const { fromMs: sinceMs, toMs: untilMs, limit = DEFAULT_LIMIT, token = '' } = search;
    const { first, last } = log.placesOf({ ...(sinceMs !== undefined && { sinceMs }), ...(untilMs !== undefined && { untilMs }) });
    const lines: AttemptLine[] = [];
    let searchedToMs: number | undefined;
    let bites = 0;
    for await (const { events, downTo } of walkBack(log, attemptTypes, { before: Math.min(last + 1, search.before ?? Infinity), first })) {
      for (const event of events) {
        searchedToMs = event.atMs;
        const line = isOfToken(event, token) ? attemptLine(event) : undefined;
        if (!line || !isSought(line, search)) continue;
        lines.push(line);
        if (lines.length === limit) return { lines, nextBefore: event.seq, searchedToMs };
      }
      if (++bites === MOST_BITES && downTo > first) return { lines, nextBefore: downTo, ...(searchedToMs !== undefined && { searchedToMs }) };
    }
    return { lines, ...(searchedToMs !== undefined && { searchedToMs }) };
  }

  async #withPictures(lines: AttemptLine[]): Promise<Attempt[]> {
    const [newest, oldest] = [lines[0], lines.at(-1)];
    if (!newest || !oldest) return [];
    const spread = newest.seq - oldest.seq <= TOLD_WITHIN;
    const together = spread ? this.#picturesTold(oldest.seq, newest.seq + TOLD_WITHIN) : undefined;
    const attempts: Attempt[] = [];
    for (const line of lines) {
      const told = (together ?? this.#picturesTold(line.seq, line.seq + TOLD_WITHIN)).get(line.id) ?? [];
      attempts.push({ ...line, pictures: await this.#kept(told) });
    }
    return attempts;
  }

  /** Those that are still there, in the order they were taken. */
  async #kept(told: PictureRef[]): Promise<Attempt['pictures']> {
    const there = await Promise.all(told.map(async (picture) => (await this.#o.hasPicture(picture.file) ? [picture] : [])));
    return there.flat().sort((a, b) => KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind)).map(({ kind, width, height }) => ({ kind, width, height }));
  }

  /** By attempt, what was told of pictures after one place of the log up to another. */
  #picturesTold(afterSeq: number, throughSeq: number): Map<string, PictureRef[]> {
    const events = this.#o.log.query({ types: ['evidence-stored'], afterSeq, beforeSeq: throughSeq + 1, limit: 2 * TOLD_WITHIN });
    const told = new Map<string, PictureRef[]>();
    for (const event of events) {
      if (event.type === 'evidence-stored') told.set(event.attemptId, [...told.get(event.attemptId) ?? [], ...event.pictures]);
    }
    return told;
  }
}

function isOfToken(event: StoredEvent, beginning: string): boolean {
  return beginning === '' || ('tokenId' in event && event.tokenId.startsWith(beginning));
}
