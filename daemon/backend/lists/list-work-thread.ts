import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ListEdits } from '../../base/token-list-edits.ts';
import type { BuildRequest, BuiltEntries, EditsRequest } from './list-reader.ts';
import type { ListWork } from './list-work.ts';

/** What the thread is asked, one after the other, and what it answers. */
export type ListTask = { number: number } & ({ kind: 'build'; request: BuildRequest } | { kind: 'edits'; request: EditsRequest });
export type ListTaskReply = { number: number } & ({ result: BuiltEntries | ListEdits | undefined } | { failed: string });
export interface ListThreadData {
  dir: string;
}

const WORKER = new URL(`./list-worker${extname(import.meta.url)}`, import.meta.url);
/** Entries are in buffers outside of it; what needs more is at fault [S9]. */
const WORKER_HEAP_MB = 128;

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (thrown: unknown) => void;
}

/**
 * Lists are read by a thread with a connection of its own, so that no request waits for one but those for lists. It is started
 * by the first task and kept, for starting it takes longer than a task of a thousand changes. One that dies fails the tasks
 * it had; the next task starts another.
 */
export class ListWorkThread implements ListWork {
  readonly #dir: string;
  #worker: Worker | undefined;
  #number = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** `dir` is the backend's folder. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  build(request: BuildRequest): Promise<BuiltEntries> {
    return this.#ask({ kind: 'build', request }) as Promise<BuiltEntries>;
  }

  edits(request: EditsRequest): Promise<ListEdits | undefined> {
    return this.#ask({ kind: 'edits', request }) as Promise<ListEdits | undefined>;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage('close');
    await ended;
  }

  #ask(task: { kind: 'build'; request: BuildRequest } | { kind: 'edits'; request: EditsRequest }): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#worker ??= this.#start();
      const number = this.#number++;
      this.#waiting.set(number, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ number, ...task });
    });
  }

  #start(): Worker {
    const workerData: ListThreadData = { dir: this.#dir };
    const worker = new Worker(WORKER, { workerData, resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB } });
    worker.on('message', (reply: ListTaskReply) => this.#take(worker, reply));
    worker.on('error', (thrown) => this.#lost(worker, thrown));
    worker.on('exit', () => this.#lost(worker, new Error('its thread ended')));
    return worker;
  }

  #take(worker: Worker, reply: ListTaskReply): void {
    const waiting = this.#waiting.get(reply.number);
    this.#waiting.delete(reply.number);
    // An idle thread does not keep a process alive that is done.
    if (this.#waiting.size === 0) worker.unref();
    if ('failed' in reply) waiting?.reject(new Error(`a list could not be read: ${reply.failed}`));
    else waiting?.resolve(reply.result);
  }

  #lost(worker: Worker, thrown: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Error('a list could not be read: the thread for it failed', { cause: thrown }));
  }
}
