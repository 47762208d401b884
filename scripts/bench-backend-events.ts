import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Backend } from '../daemon/backend/backend.ts';
import { EventFinder, type EventQuery } from '../daemon/backend/events/event-finder.ts';
import { EventStore } from '../daemon/backend/events/event-store.ts';
import { openStore, type Store } from '../daemon/backend/store.ts';
import { canonicalJson } from '../daemon/base/canonical-json.ts';
import { systemClock } from '../daemon/base/clock.ts';
import { chain, EMPTY_CHAIN, type ChainHead } from '../daemon/base/event-chain.ts';
import { ruuidOf, ulid } from '../daemon/base/ids.ts';
import { alerts } from '../config/sections/backend-alerts.ts';
import type { BenchRow } from './bench-rows.ts';

const EVENTS = 1_000_000;
const DOORS = 20;
const TOKENS = 50_000;
const HOUR_MS = 3_600_000;
const ROUNDS = 30;

const id16 = (name: string): Buffer => createHash('sha256').update(name).digest().subarray(0, 16);
const doors = Array.from({ length: DOORS }, (_, i) => id16(`door ${i}`));
const tokenOf = (i: number): Buffer => id16(`token ${i}`);
const types = ['access-granted', 'access-denied', 'door-opened', 'door-closed', 'door-released', 'door-relocked', 'evidence-stored', 'list-accepted'];

/** Searching a million events, and taking in more. */
export async function benchBackendEvents(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-bench-events-'));
  try {
    const uploads = await benchUploads(join(dir, 'uploads'));
    const searches = benchSearches(join(dir, 'searches'));
    return [...searches, ...uploads];
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function benchSearches(dir: string): BenchRow[] {
  const store = openStore(dir);
  const startMs = systemClock.wallMs() - EVENTS * 1_000;
  fill(store, startMs);
  const finder = new EventFinder(store);
  const page = { newestFirst: true, limit: 100 };
  const middle = { atMs: startMs + EVENTS * 500, row: EVENTS / 2 };
  const queries: Record<string, EventQuery> = {
    'the newest': page,
    'from the middle on': { ...page, after: middle },
    'one door': { ...page, doors: doors.slice(0, 1) },
    'one door and type, oldest first': { ...page, doors: doors.slice(3, 4), types: ['access-denied'], newestFirst: false },
    'five doors, five types': { ...page, doors: doors.slice(0, 5), types: types.slice(0, 5) },
    'twenty doors, five types': { ...page, doors, types: types.slice(0, 5) },
    'a rare type': { ...page, types: ['door-forced'] },
    'a time of one hour': { ...page, fromMs: middle.atMs, beforeMs: middle.atMs + HOUR_MS },
    'one code': { ...page, tokens: [tokenOf(7)] },
    'a person with one code': { ...page, person: 'Visitor 4711 ' },
    'a person with forty codes': { ...page, person: 'company 17.' },
    'a principal of every code': { ...page, person: 'FRONT DESK' },
    'a person of two letters': { ...page, person: 'zz' },
    'nobody': { ...page, person: 'nobody at all' },
  };
  const rows = Object.entries(queries).map(([name, query]) => ({ name: `page of 100 of 1,000,000 events: ${name}`, value: slowest(() => finder.find(query)), unit: 'ms', goal: 50 }));
  store.close();
  return [...rows, { name: 'disk for an event with its indexes', value: statSync(join(dir, 'backend.sqlite')).size / EVENTS, unit: 'bytes' }];
}

/** The 95th of a hundred, in milliseconds. */
function slowest(work: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const startedMs = systemClock.monotonicMs();
    work();
    return systemClock.monotonicMs() - startedMs;
  }).sort((a, b) => a - b);
  return times[Math.floor(ROUNDS * 0.95)] ?? 0;
}

function fill(store: Store, startMs: number): void {
  const events = new EventStore(store);
  const addToken = store.prepare(`INSERT INTO tokens (id, key_id, issued_at_s, expires_at_s, extended, rotating, status, principal, holder_name, holder_email) VALUES (?, ?, 0, 1, 0, 0, 'active', 'front desk', ?, ?)`);
  store.pragma('synchronous = OFF');
  store.transaction(() => {
    for (let i = 0; i < TOKENS; i++) addToken.run(tokenOf(i), Buffer.alloc(8), `Visitor ${i} Müller`, `v${i}@company ${i % 1_250}.example`);
  })();
  for (let from = 0; from < EVENTS; from += 10_000) {
    store.transaction(() => {
      for (let i = from; i < from + 10_000; i++) events.insert(newEvent(i, startMs + i * 1_000));
    })();
    store.pragma('wal_checkpoint(TRUNCATE)');
  }
  store.exec('ANALYZE');
}

function newEvent(i: number, atMs: number): Parameters<EventStore['insert']>[0] {
  const door = doors[(i * 7) % DOORS] ?? Buffer.alloc(16);
  const type = i % 100_000 === 99 ? 'door-forced' : types[i % types.length] ?? '';
  const id = ulid(atMs, (length) => Buffer.alloc(length, i & 255));
  const token = type.startsWith('access') ? tokenOf(Math.floor(i / 4) % TOKENS) : undefined;
  const body = canonicalJson({
    id, type, atMs, seq: i + 1, doorUuid: ruuidOf(door), prevHash: 'a'.repeat(64), clock: 'verified',
    ...(token && { attemptId: id, tokenId: ruuidOf(token), source: 'online', rule: 'backend', reason: 'expired' }),
  });
  return { id, door, type, atMs, receivedMs: atMs, token, place: { epoch: 1, seq: i + 1 }, hash: createHash('sha256').update(body).digest('hex'), body };
}

/** Uploads of a hundred attempts over HTTP, every rule switched on. */
export async function benchUploads(dir: string): Promise<BenchRow[]> {
  const backend = await Backend.open({ dir, clock: systemClock, alerts: alerts.parse({}) });
  const doorUuid = ruuidOf(doors[0] ?? Buffer.alloc(16));
  backend.addDoor({ uuid: doorUuid, name: 'Front door' });
  const key = backend.createApiKey('door');
  const { url } = await backend.listen({ host: '127.0.0.1', port: 0 });
  const bodies = uploads(doorUuid, 50);
  const startedMs = systemClock.monotonicMs();
  const times: number[] = [];
  for (const body of bodies) {
    const sentMs = systemClock.monotonicMs();
    const response = await fetch(`${url}/api/postern/door/uploadEvents`, { method: 'POST', headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': key, 'content-type': 'application/json' }, body });
    if (response.status !== 200) throw new Error(await response.text());
    await response.arrayBuffer();
    times.push(systemClock.monotonicMs() - sentMs);
  }
  const seconds = (systemClock.monotonicMs() - startedMs) / 1_000;
  await backend.close();
  return [
    { name: 'events taken in, a hundred an upload, over HTTP', value: bodies.length * 100 / seconds, unit: '/s' },
    { name: 'an upload of a hundred, 95 of 100', value: times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0, unit: 'ms' },
  ];
}

export function uploads(doorUuid: string, count: number): string[] {
  let head: ChainHead = EMPTY_CHAIN;
  return Array.from({ length: count }, (_, at) => {
    const events = Array.from({ length: 100 }, (__, i) => {
      const n = at * 100 + i;
      const atMs = systemClock.wallMs() + n * 20_000 - count * 2_000_000;
      const id = ulid(atMs, (length) => createHash('shake128', { outputLength: length }).update(String(n)).digest());
      const { event } = chain({ type: 'access-denied', attemptId: id, tokenId: ruuidOf(tokenOf(n % 500)), source: 'local', reason: 'expired', id, atMs, doorUuid, clock: 'verified' }, head);
      head = { seq: event.seq, hash: event.hash };
      return event;
    });
    return JSON.stringify({ doorUuid, events, head });
  });
}
