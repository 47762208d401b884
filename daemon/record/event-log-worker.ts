import { parentPort, workerData } from 'node:worker_threads';
import { PosternError } from '../base/errors.ts';
import { logError, logFiles } from './log-files.ts';
import { LogWriter } from './log-writer.ts';
import type { WriterAnswer, WriterData, WriterError, WriterRequest, WriterResult } from './writer-protocol.ts';

const port = parentPort;
if (!port) throw new Error('this file runs as a worker thread');
const data = workerData as WriterData;
const answer = (message: WriterAnswer): void => port.postMessage(message);

try {
  const writer = LogWriter.open(data);
  answer({ kind: 'opened', head: writer.head, reserveIsWhole: writer.reserveIsWhole });
  port.on('message', (request: WriterRequest) => serve(writer, request));
} catch (thrown) {
  answer({ kind: 'failed', error: errorOf(thrown) });
}

function serve(writer: LogWriter, request: WriterRequest): void {
  try {
    const startedMs = performance.now();
    const result = perform(writer, request);
    answer({ kind: 'done', result, commitMs: performance.now() - startedMs, reserveIsWhole: writer.reserveIsWhole });
  } catch (thrown) {
    answer({ kind: 'failed', error: errorOf(thrown) });
  }
  if (request.kind === 'close') port?.close();
  else writer.tidy();
}

function perform(writer: LogWriter, request: WriterRequest): WriterResult {
  const nothing: WriterResult = { stored: [], deleted: 0, more: false };
  switch (request.kind) {
    case 'append': return { ...nothing, stored: writer.append(request.events, request.use) };
    case 'prune': return writer.prune(request.limits, request.stamp);
    case 'prune-uses': return { ...nothing, deleted: writer.pruneUses(request.beforeMs) };
    case 'set-state': writer.setState(request.key, request.json); return nothing;
    case 'close': writer.close(); return nothing;
  }
}

function errorOf(thrown: unknown): WriterError {
  const error = logError(thrown, logFiles(data.dir).db);
  if (error instanceof PosternError) return { code: error.code, message: error.message, transient: error.transient };
  return { message: error.stack ?? error.message, transient: false };
}
