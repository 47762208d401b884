import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from './bench-rows.ts';
import type { SoakProgress } from './decode-soak/decode-soak.ts';

/** How many pictures are decoded unless told. */
export const DECODES = 100_000;
/** A JPEG takes several times as long as luma: of those there are fewer. */
const JPEG_SHARE = 0.1;
/** What is kept for good has been asked for by then. */
const SETTLED_SHARE = 0.1;
const GOAL_MB = 10;

const script = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './decode-soak/decode-soak.ts' : './decode-soak/decode-soak.js', import.meta.url));

/** How far the memory of a process that decodes `count` pictures, luma and then JPEGs, goes away from where it stood after a tenth of them. */
export async function benchDecodes(count: number): Promise<BenchRow[]> {
  return [...rowsOf('luma', await soak('luma', count)), ...rowsOf('JPEG', await soak('jpeg', Math.ceil(count * JPEG_SHARE)))];
}

function rowsOf(kind: string, course: SoakProgress[]): BenchRow[] {
  const last = course.at(-1) as SoakProgress;
  const settled = course.find(({ decodes }) => decodes >= last.decodes * SETTLED_SHARE) as SoakProgress;
  const peakMb = Math.max(...course.filter(({ decodes }) => decodes >= settled.decodes).map(({ rssMb }) => rssMb));
  const name = `${last.decodes} ${kind} frames`;
  return [
    { name: `${name}: with a code that is read`, value: (100 * last.read) / last.decodes, unit: '%' },
    { name: `${name}: resident memory after the first ${settled.decodes}`, value: settled.rssMb, unit: 'MB' },
    { name: `${name}: at the end above that`, value: last.rssMb - settled.rssMb, unit: 'MB', goal: GOAL_MB },
    { name: `${name}: at most above that`, value: peakMb - settled.rssMb, unit: 'MB', goal: GOAL_MB },
    { name: `${name}: decoders lost`, value: last.replaced, unit: '', goal: 1 },
  ];
}

/** In a process of its own: this one has other things in memory. */
async function soak(format: 'luma' | 'jpeg', count: number): Promise<SoakProgress[]> {
  const child = spawn(process.execPath, [script, format, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const course: SoakProgress[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const progress = JSON.parse(line) as SoakProgress;
    course.push(progress);
    if (process.stderr.isTTY) process.stderr.write(`\r${format}: ${progress.decodes} of ${count}, ${progress.rssMb.toFixed(0)} MB `);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const code = await ended;
  if (code !== 0 || course.length === 0) throw new Error(`the decoding process ended with code ${code}`);
  return course;
}
