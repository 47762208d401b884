import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { EntriesCheck } from '../base/entries-check.ts';
import { messageOf } from '../base/errors.ts';
import { applyDelta, readDelta } from '../base/token-list-delta.ts';
import { LIST_ENTRY_BYTES, LIST_ID_BYTES } from '../base/token-list-entry.ts';
import { LIST_FRONT_BYTES, parseListHead, type UnverifiedList } from '../base/token-list-file.ts';
import { FENCE_EVERY } from './token-list.ts';
import type { ApplyRequest, CheckReply, CheckRequest } from './token-list-check.ts';

const CHUNK_BYTES = 1 << 20;
/** On Linux this is the calling thread's alone: whoever stands at the door does not wait for a list. */
const NICE = 10;

/** Reads all entries once, and checks them against the head that the main thread has verified. */
function check({ path, front }: CheckRequest): Uint8Array {
  const list = parseListHead(front);
  const fences = new Fences(list);
  const entries = new EntriesCheck(list);
  for (const chunk of chunksOf(path, list.entriesAt)) {
    entries.add(chunk);
    fences.add(chunk);
  }
  entries.finish();
  return fences.ids;
}

/** Writes the new file as its entries go by; `applyDelta` checks them as `check` does. The head is the one that was verified, whatever the delta says. */
function apply({ path, front, delta, to }: ApplyRequest): Uint8Array {
  const list = parseListHead(front);
  const fences = new Fences(list);
  const entries = applyDelta({ ...readDelta(readFileSync(delta)), list }, chunksOf(to));
  const fd = openSync(path, 'w', 0o600);
  try {
    writeAll(fd, front);
    for (const chunk of entries) {
      writeAll(fd, chunk);
      fences.add(chunk);
    }
  } finally {
    closeSync(fd);
  }
  return fences.ids;
}

/** What stands behind the front of a list file, in chunks that share their memory. */
function* chunksOf(path: string, entriesAt?: number): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const fd = openSync(path, 'r');
  try {
    let at = entriesAt ?? parseListHead(chunk.subarray(0, readSync(fd, chunk, 0, LIST_FRONT_BYTES, 0))).entriesAt;
    for (let read = readSync(fd, chunk, 0, CHUNK_BYTES, at); read > 0; read = readSync(fd, chunk, 0, CHUNK_BYTES, at)) {
      yield chunk.subarray(0, read);
      at += read;
    }
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}

/** Collects the id of every 256th entry as the entries stream by in chunks of any size. */
class Fences {
  readonly ids: Uint8Array;
  #seen = 0;

  constructor(list: UnverifiedList) {
    this.ids = new Uint8Array(Math.ceil(list.head.count / FENCE_EVERY) * LIST_ID_BYTES);
  }

  /** What of a fence's id a chunk holds is copied. */
  add(chunk: Uint8Array): void {
    const from = this.#seen;
    this.#seen += chunk.length;
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
    const request = workerData as CheckRequest | ApplyRequest;
    return { fences: 'delta' in request ? apply(request) : check(request) };
  } catch (thrown) {
    return { refused: messageOf(thrown) };
  }
}

setPriority(NICE);
parentPort?.postMessage(reply());
