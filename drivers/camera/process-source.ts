import { basename } from 'node:path';
import type { Clock } from '../../daemon/base/clock.ts';
import { messageOf } from '../../daemon/base/errors.ts';
import { endProgram, NOT_FOUND, startProgram, type Program } from './child-program.ts';
import { StreamFault, type ParserSink, type PictureParser } from './picture-parser.ts';
import type { PictureListener, PictureSource, SourceRun } from './picture-source.ts';
import { StderrTail } from './stderr-tail.ts';

export type Meaning = readonly [says: RegExp, means: string];

/** What a program that gives pictures is, and how to read it. */
export interface CameraProgram {
  name: string;
  /** See `PictureSource.startMs`. */
  startMs: number;
  clock: Clock;
  command: string;
  args: string[];
  /** The Debian package that brings the command. */
  package: string;
  /** Written to its standard input, which is then closed: nobody else can read it there, as they can read arguments. */
  input?: string;
  parser(sink: ParserSink): PictureParser;
  /** What is known to be wrong before it is started, in the words of `PictureListener.ended`. */
  obstacle?(): string | undefined;
  /** What standard error may say, and what it means in the words of `PictureListener.ended`; the first that fits counts. */
  meanings: Meaning[];
  /** In the same words, its last lines where none of them is known; undefined when they say nothing. */
  lastWords(lines: readonly string[]): string | undefined;
  /** Made for each try: looks at each line on standard error as it comes; a reason ends the try. */
  heed?(parser: PictureParser): (line: string) => string | undefined;
  isThere?(): Promise<boolean>;
}

/**
 * Pictures from a program's standard output. That it ended by itself is a failure whatever its exit code: ffmpeg says 0 when
 * a camera hangs up.
 */
export class ProcessSource implements PictureSource {
  readonly name: string;
  readonly startMs: number;
  readonly isThere?: () => Promise<boolean>;
  readonly #program: CameraProgram;

  constructor(program: CameraProgram) {
    this.name = program.name;
    this.startMs = program.startMs;
    this.#program = program;
    if (program.isThere) this.isThere = () => program.isThere?.() ?? Promise.resolve(true);
  }

  open(listener: PictureListener): SourceRun {
    const obstacle = this.#program.obstacle?.();
    if (obstacle === undefined) return new ProgramRun(this.#program, listener);
    const timer = this.#program.clock.after(0, () => listener.ended(obstacle));
    return { close: async () => timer.cancel() };
  }
}

class ProgramRun implements SourceRun {
  readonly #program: CameraProgram;
  readonly #listener: PictureListener;
  readonly #child: Program;
  readonly #parser: PictureParser;
  readonly #tail: StderrTail;
  readonly #gone: Promise<void>;
  #over = false;

  constructor(program: CameraProgram, listener: PictureListener) {
    this.#program = program;
    this.#listener = listener;
    this.#parser = program.parser({ picture: (picture) => listener.picture(picture), bad: (what) => listener.bad(what) });
    const heed = program.heed?.(this.#parser);
    this.#tail = new StderrTail((line) => this.#said(heed?.(line)));
    this.#child = startProgram(program.command, program.args);
    this.#gone = this.#listen();
  }

  clue(): string | undefined {
    const all = this.#tail.lines.join('\n');
    return this.#program.meanings.find(([says]) => says.test(all))?.[1];
  }

  async close(): Promise<void> {
    this.#over = true;
    await endProgram(this.#child, this.#gone, this.#program.clock);
  }

  /** Resolves when the process has been reaped and its last words were read. */
  #listen(): Promise<void> {
    const { stdin, stdout, stderr } = this.#child;
    // A program that ends before it has read its input.
    stdin.on('error', () => {});
    stdin.end(this.#program.input ?? '');
    stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    stderr.on('data', (chunk: Buffer) => this.#over || this.#tail.take(chunk));
    return new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#end(`${this.#program.command} cannot be started (${messageOf(error)})`);
        resolve();
      });
      this.#child.on('close', (code) => {
        this.#end(this.#whyEnded(code));
        resolve();
      });
    });
  }

  #take(chunk: Buffer): void {
    if (this.#over) return;
    this.#listener.bytes();
    try {
      this.#parser.take(chunk);
    } catch (thrown) {
      if (!(thrown instanceof StreamFault)) throw thrown;
      this.#end(thrown.message);
    }
  }

  #said(reason: string | undefined): void {
    if (reason !== undefined) this.#end(reason);
  }

  #whyEnded(code: number | null): string {
    const { command, package: debianPackage } = this.#program;
    if (code === NOT_FOUND) return `${command} is not installed. Run: apt-get install ${debianPackage}`;
    return this.clue() ?? this.#program.lastWords(this.#tail.lines) ?? `${basename(command)} has ended`;
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.ended(reason);
  }
}
