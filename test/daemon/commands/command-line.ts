import { spawn, type ChildProcess } from 'node:child_process';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Command } from '../../../daemon/commands/command.ts';
import { PosternError } from '../../../daemon/base/errors.ts';

export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs a command in this process; what the process edge would print of an expected error is in `err`. */
export async function run(command: Command, ...args: string[]): Promise<Outcome> {
  const out = new Collector();
  const err = new Collector();
  try {
    const code = await command.run(args, { out, err, isTty: false });
    return { code, out: out.text, err: err.text };
  } catch (thrown) {
    if (!(thrown instanceof PosternError)) throw thrown;
    return { code: 2, out: out.text, err: thrown.message };
  }
}

class Collector extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const main = fileURLToPath(new URL('../../../daemon/main.js', import.meta.url));

/** Starts the command line as a process of its own. Resolves with its first line of output. */
export async function started(...args: string[]): Promise<{ child: ChildProcess; firstLine: string; ended: Promise<number | null> }> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let output = '';
  const firstLine = await new Promise<string>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      const end = output.indexOf('\n');
      if (end >= 0) resolve(output.slice(0, end));
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('close', () => reject(new Error(`it ended: ${output}`)));
  });
  return { child, firstLine, ended };
}
