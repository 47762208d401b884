import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { Backoff } from '../../daemon/base/backoff.ts';
import type { Clock, Timer } from '../../daemon/base/clock.ts';
import { PosternError } from '../../daemon/base/errors.ts';
import { errorFromGuard, gpioError } from './gpio-error.ts';
import { ended } from './guard-channel.ts';
import { childError } from './guard-program.ts';
import { readLines } from './read-lines.ts';

export type Pull = 'up' | 'down' | 'none' | 'as-is';

/** A line beside the relay's. */
export type Wire = { pin: number; activeLow: boolean; what: string } & (
  /** `settleMs`: how long the kernel waits for a level to stay; 0 for every edge at once. */
  | { is: 'input'; pull: Pull; settleMs: number }
  | { is: 'output' }
);

export interface GpiodWiresOptions {
  program: string;
  chipPath: string;
  wires: readonly Wire[];
  clock: Clock;
  /** An input's level, at first and after each change. */
  onLevel: (pin: number, active: boolean) => void;
  /** See `DoorIoSink.inputFault`. */
  onFault: (detail: string | undefined) => void;
}

const RESTART = { firstMs: 100, maxMs: 30_000 };
const READY_LIMIT_MS = 15_000;

/** The process that holds a door's inputs and outputs (guard/wires.c); started again when it ends. */
export class GpiodWires {
  readonly #o: GpiodWiresOptions;
  readonly #backoff = new Backoff(RESTART);
  #child: ChildProcessByStdio<Writable, Readable, null> | undefined;
  #starting: { resolve: () => void; reject: (error: PosternError) => void } | undefined;
  #next: Timer | undefined;
  #why = '';
  #stopped = false;

  constructor(options: GpiodWiresOptions) {
    this.#o = options;
  }

  /** Resolves when every line is there and each input's level was told. Rejects PosternError('gpio-pin'). */
  async start(): Promise<void> {
    const tooLong = this.#o.clock.after(READY_LIMIT_MS, () => this.#child?.kill('SIGKILL'));
    try {
      await new Promise<void>((resolve, reject) => {
        this.#starting = { resolve, reject };
        this.#open();
      });
    } finally {
      tooLong.cancel();
      this.#starting = undefined;
    }
  }

  /** Switches an output. What comes of it is told by `onFault`. */
  set(pin: number, on: boolean): void {
    this.#child?.stdin.write(`set ${pin} ${on ? 1 : 0}\n`);
  }

  /** The outputs are off then. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#next?.cancel();
    const child = this.#child;
    child?.stdin.end();
    if (child) await ended(child, this.#o.clock);
  }

  #open(): void {
    const { program, chipPath, wires } = this.#o;
    const child = spawn(program, ['wires', chipPath, ...wires.map(wordOf)], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    this.#why = '';
    child.on('error', (error) => this.#gone(childError(program, error)));
    // Once its output has been read: the last line says why.
    child.on('close', (code, signal) => this.#gone(this.#why || (signal ? `ended by ${signal}` : `exit code ${code}`)));
    child.stdin.on('error', () => {});
    readLines(child.stdout, (line) => this.#told(line));
  }

  #told(line: string): void {
    if (this.#stopped) return;
    const [kind, pin, ...rest] = line.split(' ');
    if (kind === 'level') this.#o.onLevel(Number(pin), rest[0] === '1');
    if (kind === 'ready') this.#ready();
    if (kind === 'failed') this.#failed(Number(pin), rest.join(' '));
  }

  #ready(): void {
    this.#starting?.resolve();
    this.#o.onFault(undefined);
  }

  #failed(pin: number, sentence: string): void {
    const what = this.#o.wires.find((wire) => wire.pin === pin)?.what ?? 'a line';
    this.#why = gpioError(`${what} on GPIO ${pin} (${this.#o.chipPath})`, errorFromGuard(sentence)).message;
    this.#o.onFault(this.#why);
  }

  #gone(why: string): void {
    if (this.#stopped || !this.#child) return;
    this.#child = undefined;
    if (this.#starting) return this.#starting.reject(new PosternError('gpio-pin', why));
    this.#o.onFault(this.#why || `The process that reads the inputs is gone (${why}); another one is started.`);
    this.#next = this.#o.clock.after(this.#backoff.nextMs(), () => this.#open());
  }
}

const PULL_WORDS: Record<Pull, string> = { 'up': 'pull-up', 'down': 'pull-down', 'none': 'no-pull', 'as-is': 'as-is' };

function wordOf(wire: Wire): string {
  const polarity = wire.activeLow ? 'low' : 'high';
  return wire.is === 'output' ? `out:${wire.pin}:${polarity}` : `in:${wire.pin}:${PULL_WORDS[wire.pull]}:${polarity}:${wire.settleMs * 1000}`;
}
