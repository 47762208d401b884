import { createInterface } from 'node:readline';
import { PosternError } from '../base/errors.ts';

const ENTER = new Set(['\r', '\n']);
const BACKSPACE = new Set(['\u007f', '\b']);
const INTERRUPT = '\u0003';
const END = '\u0004';
/** More than any password: what is piped in by mistake is not read to its end. */
const MOST_CHARS = 4_096;

/**
 * A new password: typed twice on a terminal that shows nothing of it, or the first line of standard input. Never an argument,
 * which every user of the machine could read. Rejects PosternError('password-bad', 'interrupted').
 */
export async function askedPassword(input: NodeJS.ReadStream, err: NodeJS.WritableStream): Promise<string> {
  if (!input.isTTY) return firstLine(input);
  const password = await typed(input, err, 'Password: ');
  if (await typed(input, err, 'The same again: ') !== password) throw new PosternError('password-bad', 'The two are not the same. Nothing was changed.');
  return password;
}

async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input });
  for await (const line of lines) {
    lines.close();
    return line.slice(0, MOST_CHARS);
  }
  throw new PosternError('password-bad', 'No password came on standard input. Run it on a terminal, or pipe the password in.');
}

/** Raw, so that the terminal echoes nothing. */
function typed(input: NodeJS.ReadStream, err: NodeJS.WritableStream, prompt: string): Promise<string> {
  err.write(prompt);
  input.setRawMode(true);
  input.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    let text = '';
    const done = (settle: () => void): void => {
      input.off('data', take);
      input.setRawMode(false);
      input.pause();
      err.write('\n');
      settle();
    };
    const take = (chunk: string): void => {
      for (const char of chunk) {
        if (ENTER.has(char) || char === END) return done(() => resolve(text));
        if (char === INTERRUPT) return done(() => reject(new PosternError('interrupted', 'Interrupted. Nothing was changed.')));
        text = BACKSPACE.has(char) ? [...text].slice(0, -1).join('') : (text + char).slice(0, MOST_CHARS);
      }
    };
    input.on('data', take);
    input.resume();
  });
}
