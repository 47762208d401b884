import type { Readable } from 'node:stream';

/** Calls `take` for each line of a child's output, without its newline. */
export function readLines(output: Readable, take: (line: string) => void): void {
  let rest = '';
  output.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}
