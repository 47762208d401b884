import type { Clock } from '../../daemon/base/clock.ts';
import { messageOf } from '../../daemon/base/errors.ts';
import { endProgram, NOT_FOUND, startProgram, type Program } from './child-program.ts';

export interface V4l2CtlOptions {
  clock: Clock;
  /** v4l2-ctl, or another program in its place, for tests. */
  command: string;
  device: string;
}

/** What v4l2-ctl printed; or why it did not do as it was told, a sentence without its full stop. */
export type V4l2Answer = { printed: string } | { fault: string };

/** A camera's control may take a second over USB; one that takes longer hangs. */
const LIMIT_MS = 2_000;
/** Of one answer; a camera's whole list takes some kilobytes. */
const MAX_CHARS = 65_536;

/**
 * Each line of its input is what v4l2-ctl is called with; behind what that printed come EOT, its exit code and a new line.
 * It is a shell of its own for as long as a camera is steered, for each fork of the daemon would hold its loop for
 * milliseconds. v4l2-ctl ends with the shell.
 */
const LOOP = 'while IFS= read -r words; do setpriv --pdeathsig KILL "$0" -d "$1" $words </dev/null 2>&1; printf \'\\004%d\\n\' $?; done';
const END = /\u0004(\d+)\n$/;

interface Shell {
  program: Program;
  gone: Promise<void>;
}

/** v4l2-ctl at one device, called by one shell, one call at a time. */
export class V4l2Ctl {
  readonly #o: V4l2CtlOptions;
  #shell: Shell | undefined;
  #printed = '';
  #settle: ((answer: V4l2Answer) => void) | undefined;

  constructor(options: V4l2CtlOptions) {
    this.#o = options;
  }

  /** To be called when the call before has been answered. */
  async ask(words: string): Promise<V4l2Answer> {
    const { program } = (this.#shell ??= this.#start());
    this.#printed = '';
    const answer = await new Promise<V4l2Answer>((resolve) => {
      const limit = this.#o.clock.after(LIMIT_MS, () => this.#settle?.({ fault: `${this.#o.command} does not answer` }));
      this.#settle = (settled) => {
        this.#settle = undefined;
        limit.cancel();
        resolve(settled);
      };
      program.stdin.write(`${words}\n`);
    });
    // What is still printed must not pass for the next answer.
    if (!END.test(this.#printed)) await this.close();
    return answer;
  }

  async close(): Promise<void> {
    const shell = this.#shell;
    this.#shell = undefined;
    if (shell) await endProgram(shell.program, shell.gone, this.#o.clock);
  }

  #start(): Shell {
    const { command, device } = this.#o;
    const program = startProgram('sh', ['-c', LOOP, command, device]);
    program.stdin.on('error', () => {});
    program.stderr.resume();
    program.stdout.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    const gone = new Promise<void>((resolve) => {
      const ended = (why: string): void => {
        this.#settle?.({ fault: `${command} cannot be called (${why})` });
        resolve();
      };
      program.on('error', (error) => ended(messageOf(error)));
      program.on('exit', () => ended('its shell has ended'));
    });
    return { program, gone };
  }

  #take(text: string): void {
    if (!this.#settle) return;
    this.#printed += text;
    const [end, code] = END.exec(this.#printed.slice(-16)) ?? [];
    if (end !== undefined) return this.#settle(this.#answer(this.#printed.slice(0, -end.length), Number(code)));
    if (this.#printed.length > MAX_CHARS) this.#settle({ fault: `${this.#o.command} prints without end` });
  }

  #answer(printed: string, code: number): V4l2Answer {
    const { command } = this.#o;
    if (code === 0) return { printed };
    if (code === NOT_FOUND) return { fault: `${command} is not installed. Run: apt-get install v4l-utils` };
    const last = printed.trim().split('\n').at(-1) ?? '';
    return { fault: last === '' ? `${command} fails` : `${command} says: ${last.slice(0, 200).replace(/[.\s]+$/, '')}` };
  }
}
