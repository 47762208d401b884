import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '../../daemon/base/clock.ts';
import { sleep } from '../../daemon/base/clock.ts';
import { GuardCore } from './guard-core.ts';
import { childError, guardProgram } from './guard-program.ts';
import type { RelayLine, RelayLineSpec } from './relay-line.ts';
import { wordsOf } from './relay-line.ts';
import { readLines } from './read-lines.ts';
import { systemMonotonicMs } from './system-monotonic.ts';

/** What a guard tells. */
export interface GuardListener {
  answer(text: string): void;
  /** It has ended; told once, as the last, and not after `close` or `kill`. */
  gone(why: string): void;
}

/** The way to one running guard. */
export interface GuardChannel {
  /** Milliseconds on the clock that the guard goes by. */
  nowMs(): number;
  send(order: string): void;
  /** Ends it without ado, even one that is stopped. */
  kill(): void;
  /** Closes the pipe, so that it rests the relay and ends; resolves when it has. */
  close(): Promise<void>;
}

export type OpenGuard = (listener: GuardListener) => GuardChannel;

/** How long a guard has to end once its pipe is closed. */
const CLOSE_LIMIT_MS = 2_000;

/** A guard in a process of its own, in a session of its own, so that a Ctrl-C in the daemon's terminal does not reach it [S1]. */
export function guardProcess(spec: RelayLineSpec, clock: Clock, program = guardProgram): OpenGuard {
  return (listener) => {
    const child = spawn(program, ['guard', ...wordsOf(spec)], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
    let over = false;
    const gone = (why: string): void => {
      if (over) return;
      over = true;
      listener.gone(why);
    };
    child.on('error', (error) => gone(childError(program, error)));
    // Once its output has been read: what a guard said before it died must not be taken for the word of the next one.
    child.on('close', (code, signal) => gone(signal ? `ended by ${signal}` : `exit code ${code}`));
    // A write to a guard that has just died; its exit tells more.
    child.stdin.on('error', () => {});
    readLines(child.stdout, (text) => over || listener.answer(text));
    return {
      nowMs: systemMonotonicMs,
      send: (order) => void child.stdin.write(`${order}\n`),
      kill() {
        over = true;
        child.kill('SIGKILL');
      },
      async close() {
        over = true;
        child.stdin.end();
        await ended(child, clock);
      },
    };
  };
}

/** Closed, a child of ours ends by itself; one that does not is killed. Resolves when it has ended. */
export async function ended(child: ChildProcess, clock: Clock): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exit = once(child, 'exit');
  const done = new AbortController();
  await Promise.race([exit, sleep(clock, CLOSE_LIMIT_MS, done.signal)]);
  done.abort();
  child.kill('SIGKILL');
  await exit;
}

/** A guard within this process, on the daemon's clock: for replay, where no time passes and no fault is feared. */
export function guardInProcess(line: RelayLine, clock: Clock): OpenGuard {
  return (listener) => {
    const core = new GuardCore({ line, clock, answer: (text) => listener.answer(text) });
    core.begin();
    return {
      nowMs: () => clock.monotonicMs(),
      send: (order) => core.receive(order),
      kill: () => restForGood(core),
      close: async () => restForGood(core),
    };
  };
}

function restForGood(core: GuardCore): void {
  core.rest();
  core.close();
}
