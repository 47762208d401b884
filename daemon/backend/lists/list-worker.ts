import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import { openReadOnly } from '../store.ts';
import { FolderBlocks } from './entry-blocks.ts';
import { ListReader, type BuiltEntries } from './list-reader.ts';
import type { ListEdits } from '../../base/token-list-edits.ts';
import type { ListTask, ListTaskReply, ListThreadData } from './list-work-thread.ts';

/** On Linux this is the calling thread's alone: whoever waits for an answer at a door goes before a list. */
const NICE = 10;

const { dir } = workerData as ListThreadData;
const store = openReadOnly(dir);
const reader = new ListReader(store, new FolderBlocks(dir));

function resultOf(task: ListTask): BuiltEntries | ListEdits | undefined {
  switch (task.kind) {
    case 'build': return reader.build(task.request);
    case 'edits': return reader.edits(task.request);
  }
}

function replyTo(task: ListTask): ListTaskReply {
  try {
    return { number: task.number, result: resultOf(task) };
  } catch (thrown) {
    return { number: task.number, failed: messageOf(thrown) };
  }
}

setPriority(NICE);
parentPort?.on('message', (task: ListTask | 'close') => {
  if (task !== 'close') return parentPort?.postMessage(replyTo(task));
  store.close();
  parentPort?.close();
});
