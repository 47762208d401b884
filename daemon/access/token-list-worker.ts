import { closeSync, openSync, readSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { EntriesCheck } from '../base/entries-check.ts';
import { messageOf } from '../base/errors.ts';
import { LIST_ENTRY_BYTES, LIST_ID_BYTES } from '../base/token-list-entry.ts';
import { parseListHead, type UnverifiedList } from '../base/token-list-file.ts';
import { FENCE_EVERY } from './token-list.ts';
import type { CheckReply, CheckRequest } from './token-list-check.ts';

const CHUNK_BYTES = 1 << 20;
/** On Linux this is the calling thread's alone: whoever stands at the door does not wait for a list. */
const NICE = 10;

/** Reads all entries once, and checks them against the head that the main thread has verified. */
function check({ path, front }: CheckRequest): Uint8Array {
  const list = parseListHead(front);
  const fences = new Fences(list);
  const entries = new EntriesCheck(list);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const fd = openSync(path, 'r');
  try {
    let at = list.entriesAt;
    for (let read = readSync(fd, chunk, 0, CHUNK_BYTES, at); read > 0; read = readSync(fd, chunk, 0, CHUNK_BYTES, at)) {
      const bytes = chunk.subarray(0, read);
      entries.add(bytes);
      fences.add(bytes, at - list.entriesAt);
      at += read;
    }
  } finally {
    closeSync(fd);
  }
  entries.finish();
  return fences.ids;
}

/** Collects the id of every 256th entry as the file streams by in chunks of any size. */
class Fences {
  readonly ids: Uint8Array;

  constructor(list: UnverifiedList) {
    this.ids = new Uint8Array(Math.ceil(list.head.count / FENCE_EVERY) * LIST_ID_BYTES);
  }

  /** `chunk` begins at `from` in the entries; what of a fence's id it holds is copied. */
  add(chunk: Uint8Array, from: number): void {
    const spacing = FENCE_EVERY * LIST_ENTRY_BYTES;
    for (let fence = Math.floor(from / spacing); fence * spacing < from + chunk.length; fence++) {
      const start = Math.max(from, fence * spacing);
      const end = Math.min(from + chunk.length, fence * spacing + LIST_ID_BYTES);
      if (start < end) this.ids.set(chunk.subarray(start - from, end - from), fence * LIST_ID_BYTES + (start - fence * spacing));
    }
  }
}

function reply(): CheckReply {
  try {
    return { fences: check(workerData as CheckRequest) };
  } catch (thrown) {
    return { refused: messageOf(thrown) };
  }
}

setPriority(NICE);
parentPort?.postMessage(reply());
