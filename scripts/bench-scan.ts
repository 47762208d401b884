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
import { fixtureRun, fixtureWaitsText } from './scan-sessions/fixture-run.ts';
import { FPS } from './scan-sessions/random-session.ts';
import { WELL_SHOWN } from './scan-sessions/frame-truth.ts';
import { randomRun } from './scan-sessions/random-run.ts';
import { reachOf, reachText } from './scan-sessions/reach.ts';
import { summaryOf, summaryText } from './scan-sessions/distribution.ts';
import { PLAIN, versus } from './scan-bench/versus.ts';
import type { Versus } from './scan-bench/versus.ts';

const fixtureSessions = fileURLToPath(new URL('../../fixtures/sessions', import.meta.url));
const MOST_REMARKS = 12;
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
  if (wanted.random) await randomSessions(wanted);
  else await compareDecoders(wanted);
}

async function compareDecoders({ paths, lookMs, json }: Wanted): Promise<void> {
  const chosen = paths.length > 0 ? paths : readdirSync(fixtureSessions).map((name) => join(fixtureSessions, name));
  const results: Versus[] = [];
  for (const material of materialOf(chosen)) {
    const result = await versus(material, lookMs, (done, of) => progress.show(material.name, done, of));
    results.push(result);
    if (!json) printVersus(result);
  }
  const waits = paths.length > 0 ? undefined : await fixtureRun(fixtureSessions, lookMs, (done, of) => progress.show('waiting times', done, of));
  if (json) process.stdout.write(`${JSON.stringify({ compared: results, ...(waits && { waits }) }, null, 2)}\n`);
  else if (waits) process.stdout.write(`\n${fixtureWaitsText(waits)}`);
}

async function randomSessions(wanted: Wanted): Promise<void> {
  const { count, seed, lookMs, jobs, fovDeg, json, sizes, missesDir } = wanted;
  const results = [];
  for (const { width, height } of sizes) {
    if (!json) process.stdout.write(`\n${width} × ${height}, ${count} random sessions, seed ${seed}\n`);
    let done = 0;
    const outcomes = await randomRun({ width, height, seed, count, lookMs, ...(missesDir !== undefined && { missesDir }) }, jobs, () => progress.show('sessions', ++done, count));
    const summaries = { wellShown: summaryOf(outcomes.filter(({ wellShown }) => wellShown)), others: summaryOf(outcomes.filter(({ wellShown }) => !wellShown)) };
    const camera = { width, height, focalPx: width / 2 / Math.tan((fovDeg * Math.PI) / 360) };
    const reach = { phone: await reachOf(camera, 'phone'), print: await reachOf(camera, 'print') };
    results.push({ width, height, seed, count, ...summaries, fovDeg, reach });
    if (json) continue;
    process.stdout.write(summaryText(`Well shown (at least ${WELL_SHOWN.modulePx} pixels a module, blurred by at most ${WELL_SHOWN.blurModules} module, whole in view for ${WELL_SHOWN.frames} frames at ${FPS} a second)`, summaries.wellShown, true));
    process.stdout.write(summaryText('Whole in view, but smaller, more blurred or shorter', summaries.others, false));
    process.stdout.write(reachText(fovDeg, reach));
  }
  if (json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
}

function printVersus({ material, pictures, decoders, remarks }: Versus): void {
  const native = decoders.find(({ name }) => name === 'zxing-cpp, native');
  process.stdout.write(`\n${material}: ${pictures} pictures, CPU time of each\n`);
  process.stdout.write(scoreTable(decoders, native?.score, decoders[PLAIN]?.score));
  for (const remark of remarks.slice(0, MOST_REMARKS)) process.stdout.write(`${remark}\n`);
  if (remarks.length > MOST_REMARKS) process.stdout.write(`And ${remarks.length - MOST_REMARKS} more like these.\n`);
}
