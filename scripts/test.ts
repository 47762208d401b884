/**
 * Runs the test files, each in a process of its own, and ends with `N passed, N failed`.
 *
 *   node .build/scripts/test.js [part of a file name …]
 *
 * A file fails when a test in it fails, and also when it ran no test (a forgotten `.run()`), does not
 * end by itself (an open handle), focuses a test (`.only`) or skips one without a line that says so.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const TEST_FILE_LIMIT_MS = 240_000;
const AT_ONCE = 2;
const root = fileURLToPath(new URL('../..', import.meta.url));
const built = join(root, '.build');

interface FileResult {
  file: string;
  passed: number;
  failed: number;
  /** Why the file as a whole is at fault, beside its failed tests. */
  fault: string | undefined;
  skips: string[];
  output: string;
  seconds: number;
}

function testFiles(wanted: string[]): string[] {
  const all = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name))
    .sort();
  return wanted.length === 0 ? all : all.filter((name) => wanted.some((part) => name.includes(part)));
}

function focusOrSkip(file: string): string | undefined {
  const source = readFileSync(join(root, file), 'utf8');
  if (/\.only\s*\(/.test(source)) return 'it focuses a test with .only, which hides the others';
  if (/\b\w+\.skip\s*\(/.test(source)) return 'it skips a test with .skip; print a line "skipped: why" from the test instead';
  return undefined;
}

async function runFile(file: string): Promise<FileResult> {
  const startedMs = performance.now();
  const script = join(built, file.replace(/\.ts$/, '.js'));
  const child = spawn(process.execPath, ['--enable-source-maps', script], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let hung = false;
  const limit = setTimeout(() => {
    hung = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, TEST_FILE_LIMIT_MS);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(limit);
  return judge(file, output, code, hung, (performance.now() - startedMs) / 1000);
}

function judge(file: string, output: string, code: number | null, hung: boolean, seconds: number): FileResult {
  const count = (word: string): number => sum([...output.matchAll(new RegExp(`^\\s*${word}:\\s+(\\d+)`, 'gm'))].map((m) => Number(m[1])));
  const total = count('Total');
  const passed = count('Passed');
  const failed = total - passed;
  const skips = [...output.matchAll(/^.*skipped: .*$/gm)].map((m) => m[0].trim());
  let fault = focusOrSkip(file);
  if (hung) fault = `it did not end within ${TEST_FILE_LIMIT_MS / 1000} s (an open handle?)`;
  else if (total === 0) fault = 'it ran no test (a forgotten .run()?)';
  else if (code !== 0 && failed === 0) fault = `it ended with exit code ${code}`;
  return { file, passed, failed, fault, skips, output, seconds };
}

function sum(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<number> {
  const guard = spawnSync(process.execPath, [join(root, 'scripts/build-guard.mjs')], { stdio: 'inherit' });
  if (guard.status !== 0) return 1;
  const files = testFiles(process.argv.slice(2));
  const queue = [...files];
  const results: FileResult[] = [];
  const work = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const result = await runFile(file);
      results.push(result);
      const bad = result.failed > 0 || result.fault !== undefined;
      say(`${bad ? 'FAIL' : 'ok  '} ${relative('test', file)}  ${result.passed} passed${result.failed ? `, ${result.failed} failed` : ''}  ${result.seconds.toFixed(1)} s`);
      for (const skip of result.skips) say(`     ${skip}`);
      if (result.fault !== undefined) say(`     ${result.fault}`);
      if (bad) say(result.output);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const passed = sum(results.map((r) => r.passed));
  const failed = sum(results.map((r) => r.failed + (r.fault === undefined ? 0 : 1)));
  if (files.length === 0) say('no test file matches');
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

process.exitCode = await main();
