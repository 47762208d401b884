/**
 * Measures the lists of a backend with many codes: building, signing, deltas, what the backend's main loop notices of it, and a
 * door taking a delta.
 *
 *   node .build/scripts/bench-backend-lists.js [codes]     default: 1000000, a quarter of them at each of four doors
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ListSync } from '../daemon/access/list-sync.ts';
import { TrustedTime } from '../daemon/access/trusted-time.ts';
import { Backend } from '../daemon/backend/backend.ts';
import { openStore } from '../daemon/backend/store.ts';
import { systemClock } from '../daemon/base/clock.ts';
import { ruuidOf, systemRandom } from '../daemon/base/ids.ts';
import { LIST_ENTRY_BYTES } from '../daemon/base/token-list-entry.ts';
import { silentLogger } from '../daemon/base/logger.ts';
import { StatusBoard } from '../daemon/base/status.ts';
import { EventLog } from '../daemon/record/event-log.ts';
import { HttpClient } from './bench-http-client.ts';
import { benchTable, type BenchRow } from './bench-rows.ts';

const DOORS = 4;
const CHANGES = 1_000;
const ROUNDS = 9;

interface Situation {
  dir: string;
  doors: Uint8Array[];
  backend: Backend;
  url: string;
  apiKey: string;
  client: HttpClient;
}

export async function benchBackendLists(codes = 1_000_000): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  const doors = Array.from({ length: DOORS }, () => randomBytes(16));
  seed(dir, doors, codes);
  const backend = await Backend.open({ dir, clock: systemClock });
  try {
    const { url } = await backend.listen({ host: '127.0.0.1', port: 0 });
    const apiKey = backend.createApiKey('door');
    const client = new HttpClient(apiKey);
    const it: Situation = { dir, doors, backend, url, apiKey, client };
    try {
      return [...await benchFull(it), ...await benchDeltas(it), ...await benchDoor(it)];
    } finally {
      await client.close();
    }
  } finally {
    await backend.close();
    rmSync(dir, { recursive: true });
  }
}

/** Straight into the database: issuing a million codes by the API would take an hour. */
function seed(dir: string, doors: Uint8Array[], codes: number): void {
  const store = openStore(dir);
  const nowS = Math.floor(systemClock.wallMs() / 1000);
  store.pragma('synchronous = OFF');
  store.transaction(() => {
    for (const [i, door] of doors.entries()) store.prepare('INSERT INTO doors (uuid, name, list_changes) VALUES (?, ?, ?)').run(door, `Door ${i}`, codes);
    store.prepare(`WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
      INSERT INTO tokens (id, key_id, issued_at_s, expires_at_s, extended, rotating, status)
      SELECT randomblob(16), x'01020304', ? - i % 86400, ? + 3600 + i % 2500000, 0, 0, 'active' FROM n`).run(codes, nowS, nowS);
    store.prepare(`INSERT INTO token_doors (door, token, place, list_change)
      SELECT (SELECT uuid FROM doors d WHERE d.rowid = 1 + t.rowid % ${doors.length}), t.id, 0, t.rowid FROM tokens t ORDER BY 1, 2`).run();
  })();
  store.pragma('wal_checkpoint(TRUNCATE)');
  store.close();
}

/** The first list of a door: every code of it is read, and the first bytes sent. One door after the other. */
async function benchFull({ url, client, doors }: Situation): Promise<BenchRow[]> {
  // A connection of each side, a thread and its code are there already when a door asks.
  await client.ask(`${url}/api/postern/health`);
  const held = new HeldLoop();
  const first: number[] = [];
  const again: number[] = [];
  let entries = 0;
  for (const door of doors) {
    const path = `${url}/api/postern/tokenlist/${ruuidOf(door)}/full`;
    const built = await client.ask(path, 'HEAD');
    first.push(built.ms);
    entries = Math.floor(built.bytes / LIST_ENTRY_BYTES);
    again.push((await client.ask(path)).ms);
  }
  const { computedMs, lateMs } = await held.stop();
  return [
    { name: `full list of ${entries} codes built and signed, median of ${doors.length} doors`, value: median(first), unit: 'ms', goal: 2_000 },
    { name: 'the same, longest', value: Math.max(...first), unit: 'ms' },
    { name: 'the same list fetched, median', value: median(again), unit: 'ms' },
    { name: 'backend\'s main thread computing at a stretch meanwhile, longest', value: computedMs, unit: 'ms', goal: 20 },
    { name: 'backend\'s main loop late meanwhile, waiting for a processor included, longest', value: lateMs, unit: 'ms' },
  ];
}

/** After a thousand changes, half of them new codes, the delta by HTTP: the new version is built for it. */
async function benchDeltas({ dir, url, client, doors }: Situation): Promise<BenchRow[]> {
  const door = doors[0] as Uint8Array;
  const path = `${url}/api/postern/tokenlist/${ruuidOf(door)}`;
  const held = new HeldLoop();
  const took: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const from = versionIn((await client.ask(`${path}/full`, 'HEAD')).etag);
    held.pause(() => change(dir, door));
    const answer = await client.ask(`${path}/${from}`);
    took.push(answer.ms);
    bytes = answer.bytes;
  }
  const { computedMs, lateMs } = await held.stop();
  return [
    { name: `new version and delta after ${CHANGES} changes, by HTTP, median of ${ROUNDS}`, value: median(took), unit: 'ms', goal: 50 },
    { name: 'the same, longest', value: Math.max(...took), unit: 'ms' },
    { name: 'that delta', value: bytes / 1e3, unit: 'kB' },
    { name: 'backend\'s main thread computing at a stretch meanwhile, longest', value: computedMs, unit: 'ms', goal: 20 },
    { name: 'backend\'s main loop late meanwhile, waiting for a processor included, longest', value: lateMs, unit: 'ms' },
  ];
}

/** As revocations and new codes do it. */
function change(dir: string, door: Uint8Array): void {
  const store = openStore(dir);
  const nowS = Math.floor(systemClock.wallMs() / 1000);
  store.transaction(() => {
    const ids = store.prepare<[Uint8Array, number], Buffer>('SELECT token FROM token_doors WHERE door = ? AND token > randomblob(16) LIMIT ?').pluck().all(door, CHANGES / 2);
    const insert = store.prepare('INSERT INTO tokens (id, key_id, issued_at_s, expires_at_s, extended, rotating, status) VALUES (?, x\'01020304\', ?, ?, 0, 0, \'active\')');
    for (let i = ids.length; i < CHANGES; i++) {
      const id = randomBytes(16);
      insert.run(id, nowS, nowS + 86_400);
      store.prepare('INSERT INTO token_doors (door, token, place) VALUES (?, ?, 0)').run(door, id);
      ids.push(id);
    }
    const revoke = store.prepare('UPDATE tokens SET status = \'revoked\' WHERE id = ?');
    const mark = store.prepare('UPDATE token_doors SET list_change = (SELECT list_changes FROM doors WHERE uuid = door) WHERE door = ? AND token = ?');
    const count = store.prepare('UPDATE doors SET list_changes = list_changes + 1 WHERE uuid = ?');
    ids.forEach((id, i) => {
      if (i < CHANGES / 2) revoke.run(id);
      count.run(door);
      mark.run(door, id);
    });
  })();
  store.close();
}

/** A door with the list in hand takes a delta of a thousand changes: fetched, applied, checked, on disk, swapped. */
async function benchDoor(it: Situation): Promise<BenchRow[]> {
  const { backend, doors, url, apiKey, dir, client } = it;
  const door = doors[0] as Uint8Array;
  const state = join(dir, 'door');
  mkdirSync(state);
  const log = await EventLog.open({ dir: state, doorUuid: ruuidOf(door), clock: systemClock, clockTrust: () => 'verified', random: systemRandom, reserveBytes: 0 });
  const time = new TrustedTime({ clock: systemClock, state: log.state, rtcHasBattery: true, log: silentLogger });
  const sync = await ListSync.open({
    backend: { url, apiKey }, dir: state, door, roots: backend.rootPublicKeys(), pollMs: 60_000, maxListAgeMs: 86_400_000, clock: systemClock, time,
    state: log.state, status: new StatusBoard(systemClock), log: silentLogger, onEvent: () => undefined,
  });
  try {
    const whole = await timed(() => sync.syncNow());
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      change(dir, door);
      // The backend's part is measured above: its version is made before the door asks.
      await client.ask(`${url}/api/postern/tokenlist/${ruuidOf(door)}/${sync.list()?.head.version}`);
      const before = sync.list()?.head.version;
      took.push((await timed(() => sync.syncNow())).ms);
      if (sync.list()?.head.version === before) throw new Error('the door did not take the delta');
    }
    return [
      { name: 'door: full list fetched, checked and swapped', value: whole.ms, unit: 'ms' },
      { name: `door: delta of ${CHANGES} changes fetched, applied, checked and swapped, median`, value: median(took), unit: 'ms' },
    ];
  } finally {
    await sync.stop();
    await log.close();
  }
}

/** How long this thread, which is the backend's main thread, computed at a stretch, and how late its loop came. */
class HeldLoop {
  readonly #delay = monitorEventLoopDelay({ resolution: 1 });
  #computedMs = 0;
  #before = mainThreadCpuMs();
  #stopped = false;
  readonly #looking: Promise<void>;

  constructor() {
    this.#delay.enable();
    this.#looking = this.#look();
  }

  /** What the benchmark itself does in between does not count. */
  pause(work: () => void): void {
    this.#take();
    work();
    this.#before = mainThreadCpuMs();
  }

  async stop(): Promise<{ computedMs: number; lateMs: number }> {
    this.#stopped = true;
    await this.#looking;
    this.#delay.disable();
    return { computedMs: this.#computedMs, lateMs: this.#delay.max / 1e6 };
  }

  async #look(): Promise<void> {
    while (!this.#stopped) {
      this.#take();
      await pause(1);
    }
  }

  #take(): void {
    const computed = mainThreadCpuMs();
    this.#computedMs = Math.max(this.#computedMs, computed - this.#before);
    this.#before = computed;
  }
}

/** First field of schedstat: nanoseconds on a processor, of the process's first thread. */
function mainThreadCpuMs(): number {
  return process.platform === 'linux' ? Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6 : NaN;
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const startedMs = performance.now();
  const result = await work();
  return { ms: performance.now() - startedMs, result };
}

function versionIn(etag: string): number {
  return Number(/^"(\d+)-/.exec(etag)?.[1]);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const codes = process.argv[2];
  process.stdout.write(benchTable(await benchBackendLists(codes === undefined ? undefined : Number(codes))));
}
