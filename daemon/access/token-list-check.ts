import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf, PosternError } from '../base/errors.ts';

/** What the worker thread gets: the file, and its front as the main thread read and verified it. */
export interface CheckRequest {
  path: string;
  front: Uint8Array;
}

/** The file is first to be made: of the list file `to` and the delta file `delta`. */
export interface ApplyRequest extends CheckRequest {
  delta: string;
  to: string;
}
export type CheckReply = { fences: Uint8Array } | { refused: string };

const WORKER = new URL(`./token-list-worker${extname(import.meta.url)}`, import.meta.url);
/** The worker streams: it needs little, and what needs more is at fault [S9]. */
const WORKER_HEAP_MB = 64;

/**
 * Checks all entries of a list file in a worker thread of its own, so that the main loop is not held: order, statuses,
 * count and the signed digest. Resolves with the fences for its reader. Rejects PosternError('list-refused').
 */
export async function checkEntries({ path, front }: CheckRequest): Promise<Uint8Array> {
  return fencesOf(await replyOf({ path, front }), 'list-refused');
}

/** Makes a list file by a delta, in the same thread, and checks it the same way; what is there when it rejects is no list. Rejects PosternError('delta-refused'). */
export async function applyDelta({ path, front, delta, to }: ApplyRequest): Promise<Uint8Array> {
  return fencesOf(await replyOf({ path, front, delta, to }), 'delta-refused');
}

function fencesOf(reply: CheckReply, code: string): Uint8Array {
  if ('refused' in reply) throw new PosternError(code, reply.refused);
  return reply.fences;
}

function replyOf(request: CheckRequest | ApplyRequest): Promise<CheckReply> {
  return new Promise((resolve) => {
    const worker = new Worker(WORKER, { workerData: request, resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB } });
    worker.on('message', resolve);
    worker.on('error', (thrown) => resolve({ refused: `The token list could not be checked: ${messageOf(thrown)}.` }));
    // Only the first of the three counts; a thread that just ends has checked nothing.
    worker.on('exit', () => resolve({ refused: 'The token list could not be checked: its thread ended without a word.' }));
  });
}
