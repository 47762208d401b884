import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf, PosternError } from '../base/errors.ts';
import type { Break } from './verify-log.ts';

/** What the thread is started with, and what it answers. */
export interface LogCheckRequest {
  dbPath: string;
}
export type LogCheckReply = { firstBroken?: Break | undefined } | { failed: string };

const WORKER = new URL(`./log-check-worker${extname(import.meta.url)}`, import.meta.url);
const HEAP_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 };

/**
 * Checks the chain of a log while its daemon runs, in a thread of its own at low priority: nothing waits for it. Resolves to
 * where it breaks, if it does. Rejects with PosternError('log-unchecked') when it could not be read to its end, and when
 * `stop` aborts.
 */
export function checkLog(dbPath: string, stop: AbortSignal): Promise<Break | undefined> {
  return new Promise((resolve, reject) => {
    const failed = (why: string): void => reject(new PosternError('log-unchecked', `The event log could not be checked: ${why}`, { transient: true }));
    if (stop.aborted) return failed('the daemon stops.');
    const worker = new Worker(WORKER, { workerData: { dbPath } satisfies LogCheckRequest, resourceLimits: HEAP_LIMITS });
    const end = (): void => void worker.terminate();
    stop.addEventListener('abort', end);
    worker.once('message', (reply: LogCheckReply) => ('failed' in reply ? failed(reply.failed) : resolve(reply.firstBroken)));
    worker.once('error', (error) => failed(messageOf(error)));
    worker.once('exit', () => {
      stop.removeEventListener('abort', end);
      failed(stop.aborted ? 'the daemon stops.' : 'the check ended early.');
    });
  });
}
