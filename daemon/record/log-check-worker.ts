import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../base/errors.ts';
import type { LogCheckReply, LogCheckRequest } from './log-check.ts';
import { verifyLog } from './verify-log.ts';

/** On Linux this is the calling thread's alone. */
const NICE = 10;

function reply(): LogCheckReply {
  try {
    return { firstBroken: verifyLog((workerData as LogCheckRequest).dbPath).firstBroken };
  } catch (thrown) {
    return { failed: messageOf(thrown) };
  }
}

setPriority(NICE);
parentPort?.postMessage(reply());
