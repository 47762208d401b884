/**
 * How late the relay guard ends a lease while a worker thread keeps a core busy, as the QR decoder may.
 *
 *   node .build/scripts/bench-relock.js
 */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { sleep, systemClock } from '../daemon/base/clock.ts';
import { FileRelayLine } from '../drivers/door-io/file-relay-line.ts';
import { guardProcess } from '../drivers/door-io/guard-channel.ts';
import { GuardedRelay } from '../drivers/door-io/relay-guard.ts';
import type { BenchRow } from './bench-rows.ts';
import { benchTable } from './bench-rows.ts';

const RELEASES = 150;
const LEASE_MS = 200;
const MEMORY = '/dev/shm';
/** The kernel rounds a file's time of change down to its tick; what that may hide is added. */
const TICK_MS = 4;

/** How late after the end of a lease, in milliseconds, sorted. */
interface Lateness {
  /** The relay's level, by its file's time of change. */
  relay: number[];
  /** The daemon's knowing of it, its own loop's wait included. */
  told: number[];
}

export async function benchRelock(): Promise<BenchRow[]> {
  const idle = await lateness();
  const worker = new Worker('for (;;);', { eval: true });
  try {
    const busy = await lateness();
    return [
      { name: 'relock late, workers idle, p99', value: quantile(idle.relay, 0.99), unit: 'ms' },
      { name: 'relock late, a worker at 100 %, median', value: quantile(busy.relay, 0.5), unit: 'ms' },
      { name: 'relock late, a worker at 100 %, p99', value: quantile(busy.relay, 0.99), unit: 'ms', goal: 20 },
      { name: 'relock late, a worker at 100 %, longest', value: quantile(busy.relay, 1), unit: 'ms' },
      { name: 'relock told to the daemon late, a worker at 100 %, p99', value: quantile(busy.told, 0.99), unit: 'ms' },
    ];
  } finally {
    await worker.terminate();
  }
}

async function lateness(): Promise<Lateness> {
  // In memory, for a file's time of change waits for the disk's journal, as no wire does.
  const dir = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'postern-bench-'));
  const path = join(dir, 'relay');
  const line = new FileRelayLine(path);
  let rested = (): void => {};
  const onLevel = (level: string): void => void (level === 'rest' && rested());
  const relay = new GuardedRelay({ clock: systemClock, line, openGuard: guardProcess({ kind: 'file', path }, systemClock), onFault: () => {}, onLevel });
  await relay.start();
  const late: Lateness = { relay: [], told: [] };
  for (let i = 0; i < RELEASES; i++) {
    const atRest = new Promise<void>((resolve) => (rested = resolve));
    const dueMs = performance.timeOrigin + performance.now() + LEASE_MS;
    await relay.energise(LEASE_MS);
    await atRest;
    late.told.push(performance.timeOrigin + performance.now() - dueMs);
    late.relay.push(Number(statSync(path, { bigint: true }).mtimeNs) / 1e6 + TICK_MS - dueMs);
    // Not in step with any other timer of the machine.
    await sleep(systemClock, 5 + (i % 7));
  }
  await relay.stop();
  line.close();
  rmSync(dir, { recursive: true });
  for (const values of Object.values(late) as number[][]) values.sort((a, b) => a - b);
  return late;
}

/** Of sorted numbers. */
function quantile(sorted: number[], q: number): number {
  return sorted[Math.ceil(q * sorted.length) - 1] ?? NaN;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(benchTable(await benchRelock()));
