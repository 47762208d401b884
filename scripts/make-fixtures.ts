/**
 * Makes the recorded sessions of fixtures/: their pictures, inputs and the site's keys and tokens. All of it comes from
 * seeds, so the same libraries make the same bytes.
 *
 *   node .build/scripts/make-fixtures.js [session …]   makes all sessions, or those named
 *   node .build/scripts/make-fixtures.js --check       compares what is committed with what the plans make; exit 1 on a difference
 *
 * The expected events of a session come from replaying it.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { ContactSheet } from './sessions/contact-sheet.ts';
import { compareFixtures } from './sessions/fixture-check.ts';
import { readingsOf } from './sessions/reading-check.ts';
import { renderPlan, stageOf } from './sessions/render-plan.ts';
import type { SessionPlan } from './sessions/session-plan.ts';
import { sessionPlans } from './sessions/sessions.ts';
import { rootKeysText, siteJson } from './sessions/site.ts';

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));

/** What the bytes of the pictures depend on besides the plans. */
const madeWith = { sharp: sharp.versions.sharp, vips: sharp.versions.vips, v8: process.versions.v8, arch: process.arch };

const { values, positionals } = parseArgs({ allowPositionals: true, options: { check: { type: 'boolean', default: false } } });
const unknown = positionals.filter((name) => !sessionPlans.some((plan) => plan.name === name));
if (unknown.length > 0) {
  say(`There is no session ${unknown.join(', ')}. There are: ${sessionPlans.map(({ name }) => name).join(', ')}.`);
  process.exitCode = 2;
} else {
  process.exitCode = await (values.check ? check() : make(fixtures, positionals));
}

async function make(into: string, names: string[]): Promise<number> {
  const plans = sessionPlans.filter(({ name }) => names.length === 0 || names.includes(name));
  const sheet = new ContactSheet();
  for (const plan of plans) await makeSession(plan, into, sheet);
  if (names.length > 0) return 0;
  await mkdir(join(into, 'site'), { recursive: true });
  await writeFile(join(into, 'site', 'site.json'), siteJson());
  await writeFile(join(into, 'site', 'root-keys.txt'), rootKeysText());
  await writeFile(join(into, 'contact-sheet.jpg'), await sheet.jpeg());
  await writeFile(join(into, 'made-with.json'), `${JSON.stringify(madeWith, null, 2)}\n`);
  return 0;
}

async function makeSession(plan: SessionPlan, into: string, sheet: ContactSheet): Promise<void> {
  const stage = await stageOf(plan);
  await renderPlan(plan, stage, join(into, 'sessions'));
  await sheet.add(stage, plan.portraitMs ?? 3000);
  const readings = await readingsOf(join(into, 'sessions', plan.name));
  const read = readings.map(({ frames, firstMs, lastMs }) => `a code read in ${frames} frames, from ${firstMs} to ${lastMs} ms`);
  say(`${plan.name.padEnd(18)} ${read.join('; ') || 'no code'}`);
}

async function check(): Promise<number> {
  const made = await mkdtemp(join(tmpdir(), 'postern-fixtures-'));
  try {
    await make(made, []);
    const exact = await readFile(join(fixtures, 'made-with.json'), 'utf8').catch(() => '') === await readFile(join(made, 'made-with.json'), 'utf8');
    const { problems, sameToTheByte, sameToTheEye } = await compareFixtures(fixtures, made, ['site', 'sessions'], exact);
    for (const problem of problems) say(problem);
    if (!exact) say(`Other libraries than the committed pictures were made with (here: ${JSON.stringify(madeWith)}); pictures are compared by their pixels.`);
    say(`${sameToTheByte} files are the same to the byte, ${sameToTheEye} pictures look the same, ${problems.length} problems.`);
    if (problems.length > 0) say('Run "npm run make-fixtures", look at what has changed, and commit it with its reason.');
    return problems.length > 0 ? 1 : 0;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
