import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ListEdits } from '../../base/token-list-edits.ts';
import type { BuildRequest, BuiltEntries, EditsRequest } from './list-reader.ts';
import type { ListWork } from './list-work.ts';

/** What the thread is asked, one after the other, and what it answers. */
export type ListTask = { number: number } & ({ kind: 'build'; request: BuildRequest } | { kind: 'edits'; request: EditsRequest });
export type ListTaskReply = { number: number } & ({ built: BuiltEntries; storing: { door: Uint8Array } | undefined } | { edits: ListEdits | undefined } | { failed: string } | { stored: true } | { notStored: string });
export interface ListThreadData {
  dir: string;
}

const WORKER = new URL(`./list-worker${extname(import.meta.url)}`, import.meta.url);
/** Entries are in buffers outside of it; what needs more is at fault [S9]. */
const WORKER_HEAP_MB = 128;

/** Who waits for the answer to a task, or for a block to be stored. */
interface Waiting {
  resolve: (reply: ListTaskReply) => void;
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
  #closing = false;
  readonly #waiting = new Map<number, Waiting>();
  /** By door and digest. */
  readonly #storing = new Map<string, Promise<void>>();

  /** `dir` is the backend's folder. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  async build(request: BuildRequest): Promise<BuiltEntries> {
    const reply = await this.#ask({ kind: 'build', request });
    if (!('built' in reply)) throw failure(reply);
    return reply.built;
  }

  storing(door: Uint8Array, digest: Uint8Array): Promise<void> | undefined {
    return this.#storing.get(nameOf(door, digest));
  }

  async edits(request: EditsRequest): Promise<ListEdits | undefined> {
    const reply = await this.#ask({ kind: 'edits', request });
    if (!('edits' in reply)) throw failure(reply);
    return reply.edits;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    this.#closing = true;
    worker.ref();
    worker.postMessage('close');
    await ended;
  }

  #ask(task: { kind: 'build'; request: BuildRequest } | { kind: 'edits'; request: EditsRequest }): Promise<ListTaskReply> {
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
    if ('built' in reply && reply.storing) this.#awaitStored(reply.number, nameOf(reply.storing.door, reply.built.digest));
    // An idle thread does not keep a process alive that is done; one that is closed is waited for.
    if (this.#waiting.size === 0 && !this.#closing) worker.unref();
    waiting?.resolve(reply);
  }

  /** The answer to a build is followed by another when its entries are stored. */
  #awaitStored(number: number, name: string): void {
    const stored = new Promise<ListTaskReply>((resolve, reject) => this.#waiting.set(number, { resolve, reject })).then((reply) => {
      if (!('stored' in reply)) throw failure(reply);
    }).finally(() => {
      if (this.#storing.get(name) === stored) this.#storing.delete(name);
    });
    this.#storing.set(name, stored);
    // Nobody may be waiting for it: then the next to ask finds that it is not there.
    stored.catch(() => undefined);
  }

  #lost(worker: Worker, thrown: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Error('a list could not be made: the thread for it failed', { cause: thrown }));
  }
}

function failure(reply: ListTaskReply): Error {
  const why = 'failed' in reply ? reply.failed : 'notStored' in reply ? reply.notStored : 'its thread answered something else';
  return new Error(`a list could not be made: ${why}`);
}

function nameOf(door: Uint8Array, digest: Uint8Array): string {
  return Buffer.concat([door, digest]).toString('hex');
}
