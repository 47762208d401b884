import Database from 'better-sqlite3';
import { PosternError } from '../base/errors.ts';
import type { StoredEvent } from '../base/events.ts';
import { EMPTY_CHAIN, hashOf, type ChainHead } from '../base/event-chain.ts';
import { logError } from './log-files.ts';
import { eventOf, LogReader, type EventRow } from './log-reader.ts';
import { verifyPictures } from './verify-pictures.ts';

/** Where a log stops being what was written. */
export interface Break {
  seq: number;
  /** A sentence. */
  why: string;
}

export interface VerifyOptions {
  /** A head that was told elsewhere (an upload, MQTT): the event must be there, with this hash. */
  anchor?: ChainHead;
  /** The evidence folder: every stored picture that was not deleted must be there, unchanged. */
  evidenceDir?: string;
}

export interface VerifyResult {
  ok: boolean;
  /** How many events hold, counted from the first that is left. */
  checked: number;
  /** How many pictures were found and unchanged. */
  pictures: number;
  firstBroken?: Break;
  /** The last event that holds. */
  head: ChainHead;
  /** Events up to this one were pruned; 0 when none were. */
  prunedThroughSeq: number;
}

/**
 * Checks a log from its first event to its last: contents against hashes, each hash against the next event, numbers
 * without a gap, the beginning against what was pruned. Without an anchor, a log that was cut at its end or written
 * anew from some event on looks whole.
 *
 * Reads only; the daemon may run meanwhile. It blocks, so it is for the command line. Throws PosternError: log-missing,
 * log-damaged (the file cannot even be opened), log-newer, log-older, log-foreign, storage.
 */
export function verifyLog(dbPath: string, options: VerifyOptions = {}): VerifyResult {
  const reader = LogReader.open(dbPath);
  try {
    const chain = reader.atOneMoment(() => verifyChain(reader, dbPath));
    // What a broken chain says of pictures and anchors is worth nothing.
    if (chain.firstBroken) return { ...chain, ok: false, pictures: 0 };
    const { unchanged, ...looked } = options.evidenceDir === undefined ? { unchanged: 0 } : verifyPictures(reader, options.evidenceDir);
    const firstBroken = anchorBreak(reader, chain, options.anchor) ?? looked.firstBroken;
    return { ...chain, ok: firstBroken === undefined, pictures: unchanged, ...(firstBroken && { firstBroken }) };
  } finally {
    reader.close();
  }
}

type ChainResult = Pick<VerifyResult, 'checked' | 'head' | 'prunedThroughSeq' | 'firstBroken'>;

function verifyChain(reader: LogReader, dbPath: string): ChainResult {
  const pruned = prunedBefore(reader);
  let head = pruned;
  let checked = 0;
  const result = (why?: string): ChainResult =>
    ({ checked, head, prunedThroughSeq: pruned.seq, ...(why !== undefined && { firstBroken: { seq: head.seq + 1, why } }) });
  try {
    for (const row of reader.rows()) {
      const why = rowProblem(row, head, pruned);
      if (why !== undefined) return result(why);
      head = { seq: row.seq, hash: row.hash };
      checked += 1;
    }
    return result();
  } catch (thrown) {
    if (thrown instanceof Database.SqliteError && thrown.code.startsWith('SQLITE_CORRUPT')) return result(`The database file is damaged here (${thrown.message}).`);
    throw logError(thrown, dbPath);
  }
}

/** What the first event that is left must be chained to: what the last log-pruned event says. */
function prunedBefore(reader: LogReader): ChainHead {
  const row = reader.lastRow('log-pruned');
  const notice = row && parsed(row);
  return notice?.type === 'log-pruned' ? { seq: notice.throughSeq, hash: notice.throughHash } : EMPTY_CHAIN;
}

function rowProblem(row: EventRow, before: ChainHead, pruned: ChainHead): string | undefined {
  if (row.seq !== before.seq + 1) return missing(row.seq, before, pruned);
  if (hashOf(row.body) !== row.hash) return 'Its contents were changed: they do not have its hash.';
  const event = parsed(row);
  if (event === undefined) return 'It is not an event.';
  if (event.prevHash !== before.hash) {
    return before.seq === pruned.seq ? 'It does not follow from what was pruned before it.' : `It does not follow from event ${before.seq}: one of the two was replaced.`;
  }
  if (event.seq !== row.seq || event.id !== row.id || event.atMs !== row.at_ms || event.type !== row.type) return 'Its number, id, time or type was changed in the index.';
  return undefined;
}

function missing(found: number, before: ChainHead, pruned: ChainHead): string {
  if (found <= before.seq) return `Event ${found} is there although the log says that it was pruned.`;
  const which = found === before.seq + 2 ? 'It is missing.' : `Events ${before.seq + 1} to ${found - 1} are missing.`;
  return before.seq === pruned.seq ? `${which} No log-pruned event accounts for that.` : which;
}

function parsed(row: EventRow): StoredEvent | undefined {
  try {
    return eventOf(row);
  } catch (thrown) {
    if (thrown instanceof PosternError) return undefined;
    throw thrown;
  }
}

function anchorBreak(reader: LogReader, chain: ChainResult, anchor: ChainHead | undefined): Break | undefined {
  if (!anchor) return undefined;
  const { seq, hash } = anchor;
  if (seq <= chain.prunedThroughSeq) {
    throw new PosternError('anchor-pruned', `Event ${seq} was pruned, so the anchor says nothing about this log. Take one after event ${chain.prunedThroughSeq}.`);
  }
  const [event] = reader.query({ afterSeq: seq - 1, limit: 1 });
  if (event?.seq !== seq) return { seq, why: 'The anchor names this event, but it is not there: the log was cut at its end.' };
  if (event.hash !== hash.toLowerCase()) return { seq, why: 'It has not the hash that the anchor has: the log was rewritten.' };
  return undefined;
}
