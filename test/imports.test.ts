import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A place in the tree, the places it may import from, and those it may import types from. The first that fits counts. */
interface Rule {
  from: RegExp;
  may: RegExp[];
  mayTypes?: RegExp[];
}

const base = /^daemon\/base\//;
const driverTypes = [/^drivers\/camera\/camera\.ts$/, /^drivers\/door-io\/door-io\.ts$/];
const stages = ['scan', 'access', 'door', 'record', 'report', 'signal'];

const rules: Rule[] = [
  { from: /^config\//, may: [/^config\//] },
  { from: base, may: [base] },
  { from: /^drivers\/drivers\.ts$/, may: [/^drivers\//, base], mayTypes: [/^config\/schema\.ts$/] },
  { from: /^drivers\//, may: [/^drivers\/(?!drivers\.ts)/, base] },
  // What runs in the browser.
  { from: /^daemon\/report\/page\/client\//, may: [/^daemon\/report\/page\/client\//], mayTypes: [/^daemon\/report\/page\/api\.ts$/] },
  ...stages.map((stage) => ({ from: new RegExp(`^daemon/${stage}/`), may: [new RegExp(`^daemon/${stage}/`), base], mayTypes: driverTypes })),
  { from: /^daemon\/backend\//, may: [/^daemon\/backend\//, base] },
  { from: /^daemon\/(main|cli)\.ts$/, may: [/^daemon\/(cli|commands\/.*|base\/.*)\.ts$/] },
  { from: /^daemon\/commands\//, may: [/^daemon\/(?!main|cli)/, /^drivers\//, /^config\//] },
  { from: /^daemon\/pipeline\.ts$/, may: [base, ...stages.map((s) => new RegExp(`^daemon/${s}/`))] },
  { from: /^daemon\/((app|replay)\.ts$|parts\/)/, may: [base, /^daemon\/(pipeline\.ts$|app\.ts$|parts\/)/, /^daemon\/backend\//, ...stages.map((s) => new RegExp(`^daemon/${s}/`))], mayTypes: [/^config\/schema\.ts$/, /^drivers\//] },
  { from: /^(scripts|test)\//, may: [/./] },
];

interface Import {
  file: string;
  target: string;
  typesOnly: boolean;
}

function sources(): string[] {
  return ['config', 'daemon', 'drivers', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name)));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = [...text.matchAll(/^(?:import|export)\s+(type\s)?[^;'"]*?from\s+'(\.[^']*)'/gm), ...text.matchAll(/^(import)\s+'(\.[^']*)'/gm)]
    .map((m) => ({ specifier: m[2] as string, typesOnly: m[1]?.trim() === 'type' }));
  const dynamic = [...text.matchAll(/import\('(\.[^']*)'\)/g)].map((m) => ({ specifier: m[1] as string, typesOnly: false }));
  return [...statements, ...dynamic].map(({ specifier, typesOnly }) => ({ file, target: relative(root, join(root, dirname(file), specifier)), typesOnly }));
}

function broken(found: Import): boolean {
  const rule = rules.find((r) => r.from.test(found.file));
  if (!rule) return true;
  const allowed = found.typesOnly ? [...rule.may, ...(rule.mayTypes ?? [])] : rule.may;
  return !allowed.some((pattern) => pattern.test(found.target));
}

test('every import follows the table in ARCHITECTURE.md', () => {
  const all = sources().flatMap(importsOf);
  assert.ok(all.length > 50, 'the imports are found at all');
  assert.equal(all.filter(broken).map((i) => `${i.file} imports ${i.target}`), []);
});

test('every source file stands in a folder that the table knows', () => {
  assert.equal(sources().filter((file) => !rules.some((rule) => rule.from.test(file))), []);
});

test('a stage that imports another stage is found', () => {
  assert.ok(broken({ file: 'daemon/scan/qr.ts', target: 'daemon/door/door.ts', typesOnly: false }));
  assert.ok(broken({ file: 'daemon/base/token.ts', target: 'daemon/access/validator.ts', typesOnly: true }));
  assert.ok(broken({ file: 'daemon/door/door.ts', target: 'drivers/door-io/door-io.ts', typesOnly: false }), 'a stage takes types of a driver, nothing that runs');
  assert.not.ok(broken({ file: 'daemon/door/door.ts', target: 'drivers/door-io/door-io.ts', typesOnly: true }));
  assert.ok(broken({ file: 'daemon/app.ts', target: 'config/load.ts', typesOnly: false }), 'only the process edge reads the config');
  assert.ok(broken({ file: 'daemon/report/page/client/main.ts', target: 'daemon/base/verdict.ts', typesOnly: false }), 'the browser gets nothing of the daemon');
  assert.ok(broken({ file: 'daemon/new-stage/x.ts', target: 'daemon/base/clock.ts', typesOnly: false }), 'a new folder needs a rule');
});

test('nothing but the clock, worker threads and the page in the browser asks the system for the time', () => {
  const own = /^daemon\/base\/(clock|logger)\.ts$|worker|report\/(page-script|page\/client\/)|passes\/page\/script/;
  const offenders = sources().filter((f) => /^(daemon|drivers)\//.test(f) && !own.test(f))
    .filter((f) => /(\b(Date|performance)\.now|(?<![.\w])(setTimeout|setInterval))\(/.test(readFileSync(join(root, f), 'utf8')));
  assert.equal(offenders, []);
});

test.run();
