/**
 * `npm run bench:hardware`: builds a guest with a real kernel, runs the daemon in it on a simulated board, does harm,
 * and prints what came of it. See `--help`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../daemon/base/errors.ts';
import { benchTable, type BenchRow } from '../bench-rows.ts';
import { makeAppImage, modulesImage } from './app-layers.ts';
import { benchOptions, type BenchOptions } from './bench-options.ts';
import { buildGuest } from './guest-build.ts';
import { GuestCache, cacheDir } from './guest-cache.ts';
import { recipeDigest } from './guest-recipe.ts';
import type { GuestImages } from './guest.ts';
import { GuestPool } from './guest-pool.ts';
import { Progress } from './progress.ts';
import { isOnPath, whyNot } from './requirements.ts';
import type { Scenario } from './scenario.ts';
import { FAULTS } from './scenarios/daemon-faults.ts';
import { scenarios } from './scenarios.ts';

/** As test runners and build systems know it: not run, for a reason that was told. */
const SKIPPED = 77;
const root = fileURLToPath(new URL('../../..', import.meta.url));
const imageDir = join(root, 'scripts/hardware-bench/image');

const help = `Usage: npm run bench:hardware -- [--only NAME] [--fault NAME] [--repeats N] [--cuts N] [--minutes N] [--keep] [--json] [--rebuild] [--build-only]

Builds a guest from Debian's packages (once; about 0.7 GB in ${cacheDir(process.env)}), boots it
in QEMU, runs the daemon there under its systemd unit on a simulated Raspberry Pi header, and measures.

  --only NAME    run this scenario alone; may be repeated
  --fault NAME   of the faults do this alone; may be repeated: ${FAULTS.map(({ fault }) => fault).join(', ')}
  --repeats N    how often each fault is tried (default 20)
  --cuts N       how many power cuts are tried (default 300)
  --minutes N    begin no further scenario after so many minutes; those skipped are named
  --keep         keep the output folder of a good run too: console, journal, every script's output
  --json         print the rows as JSON
  --rebuild      build the guest anew, with today's packages
  --build-only   build the guest, unless it is there, and end

Scenarios:
${scenarios.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`).join('\n')}

$POSTERN_BENCH_CACHE names another folder for the guest. Takes root, for a root file system has files of many owners.
Exit codes: 0 all held; 1 something did not, its evidence is named; 2 wrong usage; 77 skipped, the reason is told.
`;

async function main(): Promise<number> {
  const options = benchOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  mustBeOf('scenario', scenarios.map(({ name }) => name), options.only);
  mustBeOf('fault', FAULTS.map(({ fault }) => fault), options.faults);
  const reason = whyNot({ uid: process.getuid?.(), platform: process.platform, arch: process.arch, has: isOnPath });
  if (reason !== undefined) {
    process.stdout.write(`skipped: the hardware bench. ${reason}\n`);
    return SKIPPED;
  }
  return run(options, scenarios.filter(({ name }) => options.only.length === 0 || options.only.includes(name)));
}

function mustBeOf(kind: string, known: readonly string[], asked: readonly string[]): void {
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new RangeError(`There is no ${kind} ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
}

async function run(options: BenchOptions, wanted: readonly Scenario[]): Promise<number> {
  const progress = new Progress(process.stderr);
  const untilMs = performance.now() + options.minutes * 60_000;
  const dir = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  const cache = new GuestCache(cacheDir(process.env));
  const guests = new GuestPool(() => prepare(cache, options, dir, progress), dir, progress);
  stopOnSignals(guests);
  if (options.buildOnly) {
    await prepare(cache, options, dir, progress);
    rmSync(dir, { recursive: true });
    return 0;
  }
  const rows: BenchRow[] = [];
  const failures: string[] = [];
  const leftOut: string[] = [];
  let passed = 0;
  try {
    for (const scenario of wanted) {
      const reason = performance.now() > untilMs ? `${options.minutes} minutes are over` : missingFor(scenario);
      if (reason !== undefined) {
        leftOut.push(`skipped: ${scenario.name}. ${reason}`);
        continue;
      }
      const outcome = await runScenario(scenario, { guests, cache, options, progress });
      rows.push(...outcome.rows);
      if (outcome.failure === undefined) passed++;
      else failures.push(outcome.failure);
    }
    rows.unshift(...guests.rows());
  } finally {
    await guests.close();
  }
  writeFileSync(join(dir, 'rows.json'), `${JSON.stringify({ rows, failures, leftOut }, null, 2)}\n`);
  if (failures.length === 0 && !options.keep) rmSync(dir, { recursive: true });
  else progress.say(`Everything that was said is in ${dir}`);
  if (options.json) process.stdout.write(`${JSON.stringify({ rows, failures, leftOut }, null, 2)}\n`);
  else process.stdout.write(`\n${benchTable(rows)}${[...failures.map((line) => `FAILED ${line}`), ...leftOut].map((line) => `${line}\n`).join('')}${passed} passed, ${failures.length} failed\n`);
  return failures.length === 0 ? 0 : 1;
}

/** A program that ended with this one alone told to would leave a guest behind. */
function stopOnSignals(guests: GuestPool): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void guests.close().finally(() => process.exit(1)));
  }
}

async function prepare(cache: GuestCache, { rebuild }: BenchOptions, dir: string, progress: Progress): Promise<GuestImages> {
  const digest = recipeDigest(imageDir);
  if (rebuild) cache.forget('guest', digest);
  const guest = await cache.folder('guest', digest, (making) => buildGuest(making, imageDir, progress));
  const appImage = await progress.step('Guest: the project as built', () => makeAppImage(root, dir));
  return {
    vmlinuz: join(guest, 'vmlinuz'), initrd: join(guest, 'initrd'), rootImage: join(guest, 'root.img'), appImage,
    modulesImage: await modulesImage(root, cache, progress),
  };
}

/** What else to install, a sentence; undefined when nothing is missing. */
function missingFor({ needs = {} }: Scenario): string | undefined {
  const packages = Object.entries(needs).filter(([program]) => !isOnPath(program)).map(([, debian]) => debian);
  return packages.length === 0 ? undefined : `Install what is missing: sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

interface Workshop {
  guests: GuestPool;
  cache: GuestCache;
  options: BenchOptions;
  progress: Progress;
}

async function runScenario(scenario: Scenario, { guests, cache, options: { faults, repeats, cuts }, progress }: Workshop): Promise<{ rows: BenchRow[]; failure?: string }> {
  progress.say(`\n${scenario.name}: ${scenario.about}`);
  const dir = join(guests.dir, scenario.name);
  mkdirSync(dir);
  try {
    const rows = await scenario.run({
      guest: () => guests.shared(), ownGuest: (name, more) => guests.own(name, more), dir, faults, repeats, cuts, root, cache, progress,
      say: (text) => progress.say(text),
    });
    return { rows };
  } catch (thrown) {
    await guests.keepJournal();
    return { rows: [], failure: `${scenario.name}: ${messageOf(thrown)}` };
  }
}

try {
  process.exitCode = await main();
} catch (thrown) {
  const usage = thrown instanceof RangeError || (thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('ERR_PARSE_ARGS'));
  process.stderr.write(`bench:hardware: ${messageOf(thrown)}\n`);
  process.exitCode = usage ? 2 : 1;
}
