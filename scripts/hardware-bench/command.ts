import { spawn } from 'node:child_process';
import { PosternError } from '../../daemon/base/errors.ts';

/** How much of a failed command's output is shown. */
const SHOWN_CHARACTERS = 4_000;

/**
 * Runs a program at low priority, quietly; returns what it wrote to standard output and error, together. `onLine` gets
 * each line as it comes. Rejects PosternError('bench-command') with the end of the output.
 */
export async function runCommand(program: string, args: readonly string[], onLine: (line: string) => unknown = () => {}): Promise<string> {
  const child = spawn('nice', ['-n', '5', program, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  let output = '';
  let rest = '';
  const take = (chunk: string): void => {
    output += chunk;
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  const code = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject).on('close', (exit, signal) => resolve(exit ?? signal ?? 'unknown'));
  });
  if (code === 0) return output;
  throw new PosternError('bench-command', `${program} ended with ${code}. It was called with: ${args.join(' ')}\n${output.slice(-SHOWN_CHARACTERS)}`);
}
