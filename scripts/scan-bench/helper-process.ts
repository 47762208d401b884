import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { GreyPicture } from '../../daemon/base/grey-picture.ts';
import type { Decoder, Read } from './decoder.ts';

/** A picture that takes longer is given up. */
const DEADLINE_MS = 60_000;

/**
 * A decoder in a process of its own that lives for the whole run, so that starting it is not measured. It is sent width
 * and height (32 bits each, little-endian) and the luma; it answers each with a line `{"cpuMs", "texts"}` and says
 * `{"version"}` when it is ready.
 */
export class HelperProcess implements Decoder {
  readonly name: string;
  readonly #command: readonly [string, ...string[]];
  #about = '';
  #process: ChildProcessByStdio<Writable, Readable, null> | undefined;
  #lines: AsyncIterator<string> | undefined;

  private constructor(name: string, command: readonly [string, ...string[]]) {
    this.name = name;
    this.#command = command;
  }

  /** Rejects when the helper does not start: what it needs is not there. */
  static async open(name: string, command: readonly [string, ...string[]]): Promise<HelperProcess> {
    const helper = new HelperProcess(name, command);
    await helper.#start();
    return helper;
  }

  get about(): string {
    return this.#about;
  }

  async read({ data, width, height }: GreyPicture): Promise<Read> {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(width, 0);
    head.writeUInt32LE(height, 4);
    const input = this.#process?.stdin;
    input?.write(head);
    input?.write(data);
    const deadline = setTimeout(() => this.#process?.kill('SIGKILL'), DEADLINE_MS);
    const line = await this.#nextLine();
    clearTimeout(deadline);
    if (line !== undefined) return JSON.parse(line) as Read;
    await this.#start();
    return { texts: [], cpuMs: 0, crashed: true };
  }

  async close(): Promise<void> {
    const running = this.#process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    running.stdin.end();
    await once(running, 'close');
  }

  async #start(): Promise<void> {
    const [program, ...args] = this.#command;
    const started = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#process = started;
    // A helper that has ended shows in its missing answer.
    started.stdin.on('error', () => undefined);
    started.on('error', () => undefined);
    this.#lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
    const line = await this.#nextLine();
    if (line === undefined) throw new Error(`${this.name} does not start`);
    this.#about = (JSON.parse(line) as { version: string }).version;
  }

  async #nextLine(): Promise<string | undefined> {
    const next = await this.#lines?.next();
    return next?.done === false ? next.value : undefined;
  }
}
