import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf, PosternError } from '../base/errors.ts';

/** What the worker thread gets: the file, and its front as the main thread read and verified it. */
export interface CheckRequest {
  path: string;
  front: Uint8Array;
}
export type CheckReply = { fences: Uint8Array } | { refused: string };

const WORKER = new URL(`./token-list-worker${extname(import.meta.url)}`, import.meta.url);
/** The worker streams: it needs little, and what needs more is at fault [S9]. */
const WORKER_HEAP_MB = 64;

/**
 * Checks all entries of a list file in a worker thread of its own, so that the main loop is not held: order, statuses,
 * count and the signed digest. Resolves with the fences for its reader. Rejects PosternError('list-refused').
 */
export async function checkEntries(request: CheckRequest): Promise<Uint8Array> {
  const reply = await replyOf(request);
  if ('refused' in reply) throw new PosternError('list-refused', reply.refused);
  return reply.fences;
}

function replyOf(request: CheckRequest): Promise<CheckReply> {
  return new Promise((resolve) => {
    const worker = new Worker(WORKER, { workerData: request, resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB } });
    worker.on('message', resolve);
    worker.on('error', (thrown) => resolve({ refused: `The token list could not be checked: ${messageOf(thrown)}.` }));
    // Only the first of the three counts; a thread that just ends has checked nothing.
    worker.on('exit', () => resolve({ refused: 'The token list could not be checked: its thread ended without a word.' }));
  });
}
