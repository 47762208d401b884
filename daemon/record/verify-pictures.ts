import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PosternError, messageOf } from '../base/errors.ts';
import type { PictureRef, StoredEvent } from '../base/events.ts';
import type { LogReader } from './log-reader.ts';
import { attemptMs, attemptOf } from './picture-path.ts';
import type { Break } from './verify-log.ts';

const PAGE = 1_000;

type Event<T extends StoredEvent['type']> = Extract<StoredEvent, { type: T }>;

interface Missing {
  seq: number;
  attemptId: string;
  file: string;
}

/** Whether each picture the log vouches for is there and unchanged, or was deleted by the door itself. */
export function verifyPictures(reader: LogReader, dir: string): { unchanged: number; firstBroken?: Break } {
  let unchanged = 0;
  let changed: Break | undefined;
  const missing: Missing[] = [];
  for (const { seq, attemptId, picture } of storedPictures(reader)) {
    const found = look(dir, picture);
    if (found === 'unchanged') unchanged += 1;
    else if (found === 'missing') missing.push({ seq, attemptId, file: picture.file });
    else changed ??= { seq, why: found };
  }
  const lost = firstUnaccounted(missing, [...eventsOf(reader, 'evidence-deleted')]);
  const firstBroken = lost && changed ? (lost.seq <= changed.seq ? lost : changed) : lost ?? changed;
  return { unchanged, ...(firstBroken && { firstBroken }) };
}

function* storedPictures(reader: LogReader): Generator<{ seq: number; attemptId: string; picture: PictureRef }> {
  for (const { seq, attemptId, pictures } of eventsOf(reader, 'evidence-stored')) {
    for (const picture of pictures) yield { seq, attemptId, picture };
  }
}

/** `unchanged`, `missing`, or what is wrong. */
function look(dir: string, { file, sha256 }: PictureRef): string {
  if (attemptOf(file) === undefined) return `It names a picture that is none of the evidence folder: ${file}.`;
  try {
    const digest = createHash('sha256').update(readFileSync(join(dir, file))).digest('hex');
    return digest === sha256 ? 'unchanged' : `Its picture ${file} was changed: it has another SHA-256.`;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return 'missing';
    throw new PosternError('storage', `The picture ${file} cannot be read (${messageOf(thrown)}). Check that this user may read the evidence folder.`, { cause: thrown });
  }
}

/**
 * The first missing picture that no later evidence-deleted event accounts for. The deletions were read after the files
 * were looked for: the daemon commits one before it deletes, so that a picture that went meanwhile is accounted for.
 */
function firstUnaccounted(missing: Missing[], deletions: Event<'evidence-deleted'>[]): Break | undefined {
  const erasedAt = new Map(deletions.map(({ attemptId, seq }) => [attemptId, seq]));
  let lost: Missing | undefined;
  let throughMs = -Infinity;
  // From the last to the first, so that `throughMs` is what all deletions after a picture come to.
  for (const picture of missing.reverse()) {
    for (let last = deletions.at(-1); last && last.seq > picture.seq; last = deletions.at(-1)) {
      if (last.attemptId === undefined) throughMs = Math.max(throughMs, last.throughMs);
      deletions.pop();
    }
    const erased = (erasedAt.get(picture.attemptId) ?? 0) > picture.seq;
    if (!erased && (attemptMs(picture.attemptId) ?? Infinity) > throughMs) lost = picture;
  }
  return lost && { seq: lost.seq, why: `Its picture ${lost.file} is missing, and no evidence-deleted event accounts for that.` };
}

function* eventsOf<T extends StoredEvent['type']>(reader: LogReader, type: T): Generator<Event<T>> {
  for (let page = reader.query({ types: [type], limit: PAGE }); page.length > 0;) {
    yield* page as Event<T>[];
    page = reader.query({ types: [type], limit: PAGE, afterSeq: page.at(-1)?.seq ?? 0 });
  }
}
