import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import { openReadOnly } from '../store.ts';
import { FolderBlocks } from './folder-blocks.ts';
import { ListReader } from './list-reader.ts';
import type { ListTask, ListTaskReply, ListThreadData } from './list-work-thread.ts';

/** On Linux this is the calling thread's alone: whoever waits for an answer at a door goes before a list. */
const NICE = 5;

const { dir } = workerData as ListThreadData;
const store = openReadOnly(dir);
const reader = new ListReader(store, new FolderBlocks(dir));
const storing = new Set<Promise<void>>();

function answer(message: ListTaskReply): void {
  parentPort?.postMessage(message);
}

function perform(task: ListTask): void {
  switch (task.kind) {
    case 'build': return build(task);
    case 'edits': return answer({ number: task.number, edits: reader.edits(task.request) });
  }
}

/** Answered at once, and again when the entries are stored. */
function build({ number, request }: ListTask & { kind: 'build' }): void {
  const { entries, stored } = reader.build(request);
  answer({ number, built: entries, storing: stored && { door: request.door } });
  if (!stored) return;
  const told = stored.then(() => answer({ number, stored: true }), (thrown: unknown) => answer({ number, notStored: messageOf(thrown) }));
  storing.add(told);
  void told.finally(() => storing.delete(told));
}

async function close(): Promise<void> {
  await Promise.all(storing);
  store.close();
  parentPort?.close();
}

setPriority(NICE);
parentPort?.on('message', (task: ListTask | 'close') => {
  if (task === 'close') return void close();
  try {
    perform(task);
  } catch (thrown) {
    answer({ number: task.number, failed: messageOf(thrown) });
  }
});
