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
import { pathToFileURL } from 'node:url';
import { TokenListStore } from '../daemon/access/token-list-store.ts';
import { TrustedTime } from '../daemon/access/trusted-time.ts';
import { systemClock } from '../daemon/base/clock.ts';
import { rawPublicKey, signerFromSeed } from '../daemon/base/ed25519.ts';
import { ruuidOf, systemRandom } from '../daemon/base/ids.ts';
import type { KeySet } from '../daemon/base/key-set.ts';
import { silentLogger } from '../daemon/base/logger.ts';
import { encodeEntry, LIST_ENTRY_BYTES } from '../daemon/base/token-list-entry.ts';
import { signListFront } from '../daemon/base/token-list-file.ts';
import { EventLog } from '../daemon/record/event-log.ts';

export interface ListBench {
  tokens: number;
  fileMb: number;
  /** From the downloaded file to the new list in use: signature, all entries, fsync, rename, the floor committed in SQLite. */
  verifyAndSwapMs: number;
  /** The longest the main loop was held meanwhile, look-ups and commits going on. */
  loopHeldMs: number;
  /** The same for as long without a swap: what this machine, and whoever else is on it, does to a loop anyway. */
  loopHeldAnywayMs: number;
  /** The most processor time the main thread took between two looks a millisecond apart: being held without having to wait for a processor. NaN off Linux. */
  loopComputedMs: number;
  /** The longest an event's commit took meanwhile. */
  commitMs: number;
  lookUpMedianUs: number;
  lookUpP99Us: number;
  /** While a list is verified and swapped. */
  lookUpSwappingP99Us: number;
  /** What resident memory rose by at most during the swap, the worker thread included. */
  rssRiseMb: number;
}

const door = randomBytes(16);
const signer = signerFromSeed(randomBytes(32));
const nowS = Math.floor(Date.now() / 1_000);
const keys: KeySet = {
  version: 1, issuedAtS: nowS, listFloor: 0,
  keys: [{ id: signer.keyId, use: 'list', state: 'active', publicKey: rawPublicKey(signer.privateKey), notBeforeS: nowS - 60, notAfterS: nowS + 86_400 }],
};
const SAMPLES = 20_000;

/** One result for each size, in order. */
export async function benchList(sizes: readonly number[] = [250_000, 1_000_000]): Promise<ListBench[]> {
  const results: ListBench[] = [];
  for (const tokens of sizes) results.push(await benchSize(tokens));
  return results;
}

/** The results as lines for a person, with what is asked for at the working size. */
export function listTable(results: readonly ListBench[]): string {
  const rows: [what: string, of: (r: ListBench) => number, digits: number, limit: string][] = [
    ['file, MB', (r) => r.fileMb, 1, ''],
    ['verify and swap, ms', (r) => r.verifyAndSwapMs, 0, '< 3000'],
    ['main loop held at most, ms', (r) => r.loopHeldMs, 1, '< 20'],
    ['main loop held without a swap, ms', (r) => r.loopHeldAnywayMs, 1, ''],
    ['main thread computed at a stretch, ms', (r) => r.loopComputedMs, 1, '< 20'],
    ['event commit meanwhile at most, ms', (r) => r.commitMs, 1, ''],
    ['look-up median, µs', (r) => r.lookUpMedianUs, 1, '< 100'],
    ['look-up p99, µs', (r) => r.lookUpP99Us, 1, '< 100'],
    ['look-up p99 during a swap, µs', (r) => r.lookUpSwappingP99Us, 1, '< 100'],
    ['resident memory risen by, MB', (r) => r.rssRiseMb, 1, ''],
  ];
  const line = (what: string, cells: string[]): string => `${what.padEnd(40)}${cells.map((cell) => cell.padStart(12)).join('')}`;
  return [
    line('token list', [...results.map((r) => String(r.tokens)), 'asked']),
    ...rows.map(([what, of, digits, limit]) => line(what, [...results.map((r) => of(r).toFixed(digits)), limit])),
  ].join('\n');
}

async function benchSize(tokens: number): Promise<ListBench> {
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
    return {
      tokens, fileMb: statSync(join(dir, 'token-list.bin')).size / 1e6, ...swap,
      lookUpMedianUs: quantile(still, 0.5), lookUpP99Us: quantile(still, 0.99),
    };
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
  return Array.from({ length: 1_000 }, (_, i) => block.slice(Math.floor((i / 1_000) * tokens) * LIST_ENTRY_BYTES, Math.floor((i / 1_000) * tokens) * LIST_ENTRY_BYTES + 16));
}

async function measureSwap(store: TokenListStore, log: EventLog, ids: Uint8Array[], source: string): Promise<Pick<ListBench, 'verifyAndSwapMs' | 'loopHeldMs' | 'loopHeldAnywayMs' | 'loopComputedMs' | 'commitMs' | 'lookUpSwappingP99Us' | 'rssRiseMb'>> {
  const download = `${source}.download`;
  copyFileSync(source, download);
  // Past the noise of what was allocated before.
  await pause(500);
  const rssBefore = process.memoryUsage.rss();
  const swap = await busyDuring(store, log, ids, () => store.offer(download));
  const anyway = await busyDuring(store, log, ids, () => pause(swap.tookMs));
  return {
    verifyAndSwapMs: swap.tookMs, commitMs: swap.commitMs, loopHeldMs: swap.heldMs, loopHeldAnywayMs: anyway.heldMs, loopComputedMs: swap.computedMs,
    lookUpSwappingP99Us: quantile(swap.lookUpUs, 0.99), rssRiseMb: (swap.rssPeak - rssBefore) / 1e6,
  };
}

/** Looks tokens up and commits events for as long as `work` takes, and watches the loop. */
async function busyDuring(store: TokenListStore, log: EventLog, ids: Uint8Array[], work: () => Promise<unknown>): Promise<{ tookMs: number; heldMs: number; computedMs: number; commitMs: number; lookUpUs: number[]; rssPeak: number }> {
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
  return { ...seen, heldMs: delay.max / 1e6 };
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

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const sizes = process.argv.slice(2).map(Number);
  process.stdout.write(`${listTable(await benchList(sizes.length > 0 ? sizes : undefined))}\n`);
}
