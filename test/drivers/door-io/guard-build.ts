import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const sources = join(root, 'drivers/door-io/guard');
const fakeChip = join(root, 'test/drivers/door-io/fake-gpiochip.c');

const FLAGS = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
const FAKE_FLAGS = ['-Wl,--wrap=open,--wrap=ioctl,--wrap=opendir', '-lpthread'];

/** The guard's sources, every warning an error, under the address and undefined-behaviour sanitizers. */
export function sanitizedGuard(): string {
  return build('sanitized', guardSources(), []);
}

/** The same, whose GPIO chips are the files of `FAKE_GPIO`; see fake-gpiochip.c. */
export function fakeChipGuard(): string {
  return build('fake-chip', [...guardSources(), fakeChip], FAKE_FLAGS);
}

function guardSources(): string[] {
  return readdirSync(sources).filter((name) => name.endsWith('.c')).sort().map((name) => join(sources, name));
}

function build(name: string, files: string[], more: string[]): string {
  const hash = createHash('sha256').update([...FLAGS, ...more].join(' '));
  for (const file of [...files, ...readdirSync(sources).filter((each) => each.endsWith('.h')).map((each) => join(sources, each))]) hash.update(readFileSync(file));
  const program = join(root, '.build/guard', `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(program)) return program;
  mkdirSync(join(program, '..'), { recursive: true });
  const made = `${program}-${process.pid}`;
  const { status, stderr } = spawnSync(process.env.CC || 'cc', [...FLAGS, '-o', made, ...files, ...more], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the ${name} guard cannot be compiled:\n${stderr}`);
  renameSync(made, program);
  return program;
}

/** A GPIO chip of files, as fake-gpiochip.c reads them, and what one sees and does outside. */
export class FakeChip {
  readonly dir = mkdtempSync(join(tmpdir(), 'postern-gpio-'));
  readonly name: string;

  constructor(label: string, lines = 54, name = 'gpiochip0') {
    this.name = name;
    this.add(label, lines, name);
    process.env.FAKE_GPIO = this.dir;
  }

  add(label: string, lines: number, name: string): void {
    writeFileSync(join(this.dir, name), `${label}\n${lines}\n`);
    mkdirSync(join(this.dir, `of-${name}`));
  }

  put(file: string, text: string): void {
    writeFileSync(join(this.dir, `of-${this.name}`, file), text);
  }

  read(file: string): string {
    const path = join(this.dir, `of-${this.name}`, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** Sets a raw level, in one call, as a wire does. */
  drive(pin: number, raw: 0 | 1): void {
    const isThere = existsSync(join(this.dir, `of-${this.name}`, String(pin)));
    writeFileSync(join(this.dir, `of-${this.name}`, String(pin)), `${raw}\n`, { flag: isThere ? 'r+' : 'w' });
  }

  raw(pin: number): number {
    return Number(this.read(String(pin)));
  }

  /** Every raw level that a line was driven to, in order. */
  driven(pin: number): string {
    return this.read(`${pin}.driven`).replaceAll('\n', '');
  }
}
