/**
 * Runs `npm start` as someone would who has just cloned the project: waits until a visitor was let in and one was
 * denied, presses Ctrl-C, and looks whether it stopped cleanly. Exits with 1 and the output when it did not.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LIMIT_MS = 180_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const child = spawn('npm', ['start'], { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
let output = '';
child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
const ended = new Promise<number | string | null>((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));

const WANTED = ['Where to look', 'The door was released', 'The door was locked again', 'This code has expired'];

async function awaitWords(): Promise<string[]> {
  const untilMs = performance.now() + LIMIT_MS;
  let missing = WANTED;
  while (missing.length > 0 && performance.now() < untilMs && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    missing = WANTED.filter((words) => !output.includes(words));
  }
  return missing;
}

/** As a terminal does on Ctrl-C: the whole group gets the signal. */
function interrupt(): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
}

const missing = await awaitWords();
interrupt();
const code = await ended;
const relay = readFileSync(`${root}/.demo/state/door/relay`, 'utf8').trim();
const problems = [
  ...missing.map((words) => `it did not say "${words}"`),
  ...(output.includes('Stopped. The relay is at rest.') ? [] : ['it did not stop cleanly']),
  ...(relay === '0' ? [] : [`the relay reads ${relay}`]),
  ...(/warning|deprecat/i.test(output.replace(/.*nodedir.*/g, '')) ? ['its output holds a warning'] : []),
];
process.stdout.write(problems.length === 0 ? `npm start: let in, denied, stopped cleanly (${code})\n` : `${output}\nnpm start: ${problems.join('; ')}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
