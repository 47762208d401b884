/**
 * The relay guard's process [S1]: orders on stdin, answers on stdout, the relay line named by its arguments.
 * It knows the time by itself, takes no signal but SIGKILL, and rests the relay and ends when its stdin closes,
 * which the kernel does for a daemon that has died in whatever way.
 */
import { GuardCore } from './guard-core.ts';
import type { RelayLine } from './relay-line.ts';
import { openRelayLine, specFrom } from './relay-line.ts';
import { systemMonotonicMs } from './system-monotonic.ts';

/** Longer than any order; more without a newline is no daemon of ours. */
const MAX_ORDER_LENGTH = 200;

function answer(text: string): void {
  process.stdout.write(`${text}\n`);
}

function restAndEnd(line: RelayLine, exitCode: number): never {
  try {
    line.write('rest');
  } finally {
    process.exit(exitCode);
  }
}

function listen(core: GuardCore, line: RelayLine): void {
  let rest = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (chunk: string) => {
    const orders = (rest + chunk).split('\n');
    rest = orders.pop() ?? '';
    for (const order of orders) core.receive(order);
    if (rest.length > MAX_ORDER_LENGTH) restAndEnd(line, 1);
  });
  for (const end of ['end', 'close', 'error']) process.stdin.on(end, () => restAndEnd(line, 0));
}

// Ctrl-C, `systemctl stop` and a closed terminal reach the daemon too: it rests the relay and closes the pipe.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
// Nobody reads any more: the daemon has died, and stdin is about to end.
process.stdout.on('error', () => {});

try {
  const line = await openRelayLine(specFrom(process.argv.slice(2)));
  process.on('uncaughtException', () => restAndEnd(line, 1));
  const clock = {
    monotonicMs: systemMonotonicMs,
    after(delayMs: number, run: () => void) {
      const handle = setTimeout(run, delayMs);
      return { cancel: () => clearTimeout(handle) };
    },
  };
  const core = new GuardCore({ line, clock, answer });
  core.begin();
  listen(core, line);
} catch (thrown) {
  answer(`0 failed ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  process.exitCode = 1;
}
