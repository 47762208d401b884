/**
 * Measures the token list at working size and at stress size: verify and swap, look-ups, and whether the main loop is held.
 *
 *   node .build/scripts/bench-list.js [tokens …]     default: 250000 1000000
 */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TokenListStore } from '../daemon/access/token-list-store.ts';
import { TrustedTime } from '../daemon/access/trusted-time.ts';
import { systemClock } from '../daemon/base/clock.ts';
import { rawPublicKey, signerFromSeed } from '../daemon/base/ed25519.ts';
import { ruuidOf, systemRandom } from '../daemon/base/ids.ts';
import type { KeySet } from '../daemon/base/key-set.ts';
import { silentLogger } from '../daemon/base/logger.ts';
import { encodeEntry, LIST_ENTRY_BYTES, LIST_ID_BYTES } from '../daemon/base/token-list-entry.ts';
import { signListFront } from '../daemon/base/token-list-file.ts';
import { EventLog } from '../daemon/record/event-log.ts';
import { benchTable, type BenchRow } from './bench-rows.ts';

const door = randomBytes(16);
const signer = signerFromSeed(randomBytes(32));
const nowS = Math.floor(Date.now() / 1_000);
const keys: KeySet = {
  version: 1, issuedAtS: nowS, listFloor: 0,
  keys: [{ id: signer.keyId, use: 'list', state: 'active', publicKey: rawPublicKey(signer.privateKey), notBeforeS: nowS - 60, notAfterS: nowS + 86_400 }],
};
const SAMPLES = 20_000;

/** Rows for each size, in order; the goals are those of the first, the working size. */
export async function benchList(sizes: readonly number[] = [250_000, 1_000_000]): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [i, tokens] of sizes.entries()) {
    const measured = await benchSize(tokens);
    rows.push(...measured.map(({ name, value, unit, goal }) => ({ name: `list of ${tokens}: ${name}`, value, unit, ...(i === 0 && goal !== undefined && { goal }) })));
  }
  return rows;
}

async function benchSize(tokens: number): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  const log = await EventLog.open({ dir, doorUuid: ruuidOf(door), clock: systemClock, clockTrust: () => 'verified', random: systemRandom, reserveBytes: 0 });
  const time = new TrustedTime({ clock: systemClock, state: log.state, rtcHasBattery: true, log: silentLogger });
  const store = new TokenListStore({ dir, door, keys: () => keys, state: log.state, time });
  try {
    const ids = writeList(join(dir, 'first'), 1, tokens);
    writeList(join(dir, 'second'), 2, tokens);
    await store.offer(join(dir, 'first'));
    const still = lookUps(store, ids, SAMPLES);
    const swap = await measureSwap(store, log, ids, join(dir, 'second'));
    return [
      { name: 'file', value: statSync(join(dir, 'token-list.bin')).size / 1e6, unit: 'MB' },
      { name: 'look-up, median', value: quantile(still, 0.5), unit: 'µs', goal: 100 },
      { name: 'look-up, p99', value: quantile(still, 0.99), unit: 'µs', goal: 100 },
      ...swap,
    ];
  } finally {
    store.close();
    await log.close();
    rmSync(dir, { recursive: true });
  }
}

/** A signed list of evenly spread ids, made without an object for each; returns some of the ids. */
function writeList(path: string, version: number, tokens: number): Uint8Array[] {
  const block = new Uint8Array(tokens * LIST_ENTRY_BYTES);
  const id = randomBytes(16);
  for (let i = 0; i < tokens; i++) {
    id.writeUIntBE(Math.floor((i / tokens) * 2 ** 48), 0, 6);
    encodeEntry({ id, status: 'active', spent: 0 }, block, i * LIST_ENTRY_BYTES);
  }
  const front = signListFront({ door, version, issuedAtS: nowS, expiresAtS: nowS + 86_400, asOfS: {} }, block, signer);
  writeFileSync(path, front);
  writeFileSync(path, block, { flag: 'a' });
  const some = Array.from({ length: 1_000 }, (_, i) => Math.floor((i / 1_000) * tokens) * LIST_ENTRY_BYTES);
  return some.map((at) => block.slice(at, at + LIST_ID_BYTES));
}

/** Verify and swap: signature, all entries, fsync, rename and the floor committed in SQLite, with look-ups and commits going on. */
async function measureSwap(store: TokenListStore, log: EventLog, ids: Uint8Array[], source: string): Promise<BenchRow[]> {
  const download = `${source}.download`;
  copyFileSync(source, download);
  // Past the noise of what was allocated before.
  await pause(500);
  const rssBefore = process.memoryUsage.rss();
  const swap = await busyDuring(store, log, ids, () => store.offer(download));
  const without = await busyDuring(store, log, ids, () => pause(swap.tookMs));
  return [
    { name: 'verify and swap', value: swap.tookMs, unit: 'ms', goal: 3_000 },
    { name: 'main thread computing at a stretch meanwhile, longest', value: swap.computedMs, unit: 'ms', goal: 20 },
    { name: 'main loop late meanwhile, waiting for a processor included, longest', value: swap.lateMs, unit: 'ms' },
    { name: 'the same for as long without a swap', value: without.lateMs, unit: 'ms' },
    { name: 'look-up meanwhile, p99', value: quantile(swap.lookUpUs, 0.99), unit: 'µs', goal: 100 },
    { name: 'event commit meanwhile, longest', value: swap.commitMs, unit: 'ms' },
    { name: 'resident memory risen by', value: (swap.rssPeak - rssBefore) / 1e6, unit: 'MB' },
  ];
}

interface Busy {
  tookMs: number;
  lateMs: number;
  computedMs: number;
  commitMs: number;
  lookUpUs: number[];
  rssPeak: number;
}

/** Looks tokens up and commits events for as long as `work` takes, and watches the loop. */
async function busyDuring(store: TokenListStore, log: EventLog, ids: Uint8Array[], work: () => Promise<unknown>): Promise<Busy> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const seen = { tookMs: 0, computedMs: 0, commitMs: 0, lookUpUs: [] as number[], rssPeak: 0 };
  delay.enable();
  const startedMs = performance.now();
  const ended = work().then(() => void (seen.tookMs = performance.now() - startedMs));
  let computedBefore = mainThreadCpuMs();
  while (seen.tookMs === 0) {
    seen.lookUpUs.push(...lookUps(store, ids, 10));
    const committedMs = performance.now();
    await log.append({ type: 'door-opened' });
    seen.commitMs = Math.max(seen.commitMs, performance.now() - committedMs);
    seen.rssPeak = Math.max(seen.rssPeak, process.memoryUsage.rss());
    await pause(1);
    const computed = mainThreadCpuMs();
    seen.computedMs = Math.max(seen.computedMs, computed - computedBefore);
    computedBefore = computed;
  }
  await ended;
  delay.disable();
  return { ...seen, lateMs: delay.max / 1e6 };
}

/** First field of schedstat: nanoseconds on a processor, of the process's first thread. */
function mainThreadCpuMs(): number {
  return process.platform === 'linux' ? Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6 : NaN;
}

/** Microseconds of each look-up; every other one is for a token that is not listed. */
function lookUps(store: TokenListStore, ids: Uint8Array[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const id = i % 2 === 0 ? (ids[Math.floor(Math.random() * ids.length)] as Uint8Array) : randomBytes(16);
    const startedMs = performance.now();
    store.reader?.lookUp(id);
    return (performance.now() - startedMs) * 1_000;
  });
}

function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sizes = process.argv.slice(2).map(Number);
  process.stdout.write(benchTable(await benchList(sizes.length > 0 ? sizes : undefined)));
}
