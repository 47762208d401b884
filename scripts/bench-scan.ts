/** `npm run bench:scan`: see USAGE in scan-bench/command-line.ts. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PosternError } from '../daemon/base/errors.ts';
import { USAGE, wantedOf } from './scan-bench/command-line.ts';
import type { Wanted } from './scan-bench/command-line.ts';
import { materialOf } from './scan-bench/material.ts';
import { Progress } from './scan-bench/progress.ts';
import { scoreTable } from './scan-bench/score-table.ts';
import { PLAIN, versus } from './scan-bench/versus.ts';
import type { Versus } from './scan-bench/versus.ts';

const fixtureSessions = fileURLToPath(new URL('../../fixtures/sessions', import.meta.url));
const progress = new Progress(process.stderr);

try {
  await run(wantedOf(process.argv.slice(2)));
} catch (thrown) {
  if (!(thrown instanceof PosternError)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = 2;
}

async function run(wanted: Wanted): Promise<void> {
  if (wanted.help) return void process.stdout.write(USAGE);
  await compareDecoders(wanted);
}

async function compareDecoders({ paths, lookMs, json }: Wanted): Promise<void> {
  const chosen = paths.length > 0 ? paths : readdirSync(fixtureSessions).map((name) => join(fixtureSessions, name));
  const results: Versus[] = [];
  for (const material of materialOf(chosen)) {
    const result = await versus(material, lookMs, (done, of) => progress.show(material.name, done, of));
    results.push(result);
    if (!json) printVersus(result);
  }
  if (json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
}

function printVersus({ material, pictures, decoders, remarks }: Versus): void {
  const native = decoders.find(({ name }) => name === 'zxing-cpp, native');
  process.stdout.write(`\n${material}: ${pictures} pictures, CPU time of each\n`);
  process.stdout.write(scoreTable(decoders, native?.score, decoders[PLAIN]?.score));
  for (const remark of remarks) process.stdout.write(`${remark}\n`);
}
