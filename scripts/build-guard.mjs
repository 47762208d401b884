// Builds drivers/door-io/guard/ to .build/guard/postern-guard, unless what is there was made of the same sources.
// Plain JavaScript, for set-up runs it before anything is compiled; the test runner runs it too.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '../..');
const sources = join(root, 'drivers/door-io/guard');
const target = join(root, '.build/guard');

/** Warnings are errors where it is tested, not where it is installed: a later compiler may know new ones. */
export const FLAGS = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-O2', '-fstack-protector-strong'];

export function guardSources() {
  return readdirSync(sources).filter((name) => name.endsWith('.c')).sort().map((name) => join(sources, name));
}

function digest() {
  const hash = createHash('sha256').update([process.arch, compiler(), ...FLAGS].join(' '));
  for (const name of readdirSync(sources).sort()) hash.update(`${name}\n`).update(readFileSync(join(sources, name)));
  return hash.digest('hex');
}

export function compiler() {
  return process.env.CC || 'cc';
}

/** Whether there is nothing to do. */
export function guardIsBuilt() {
  const stamp = join(target, 'digest');
  return existsSync(join(target, 'postern-guard')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest();
}

/** Throws an Error with the mend. The old program stays in its place until the new one is whole. */
export function buildGuard() {
  if (guardIsBuilt()) return;
  mkdirSync(target, { recursive: true });
  const made = join(target, `postern-guard-${process.pid}`);
  const args = [...FLAGS, '-o', made, ...guardSources()];
  const { error, status, stderr } = spawnSync(compiler(), args, { encoding: 'utf8' });
  if (error) throw new Error(`The relay guard cannot be compiled: there is no C compiler "${compiler()}" (${error.message}). Install one: sudo apt-get install gcc libc6-dev`);
  if (status !== 0) throw new Error(`The relay guard cannot be compiled; if headers are missing: sudo apt-get install gcc libc6-dev\n${stderr}\nThe command was: ${compiler()} ${args.join(' ')}`);
  renameSync(made, join(target, 'postern-guard'));
  writeFileSync(join(target, 'digest'), digest());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    buildGuard();
  } catch (error) {
    process.stderr.write(`postern: ${error.message}\n`);
    process.exitCode = 1;
  }
}
