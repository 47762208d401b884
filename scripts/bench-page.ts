/**
 * What the page costs the door: processor time of the live picture with one looker, and how long a search or a count over a
 * log of a million events holds the loop.
 *
 *   node .build/scripts/bench-page.js
 */
import { readdirSync, readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import sharp from 'sharp';
import { scan } from '../config/sections/scan.ts';
import { sleep, systemClock } from '../daemon/base/clock.ts';
import type { Frame } from '../daemon/base/frame.ts';
import { StopStack } from '../daemon/base/stop-stack.ts';
import { startLiveView } from '../daemon/parts/page.ts';
import { LogReader } from '../daemon/record/log-reader.ts';
import { migrate } from '../daemon/record/migrations.ts';
import { Attempts } from '../daemon/report/page/attempts.ts';
import { DayCounts } from '../daemon/report/page/day-counts.ts';
import type { ReadableLog } from '../daemon/report/page/log-walk.ts';
import type { ScanHints } from '../daemon/scan/hint/scan-hints.ts';
import { QrReader, type QrReaderOptions } from '../daemon/scan/qr.ts';
import type { AppOptions } from '../daemon/parts/app-options.ts';
import { benchTable, type BenchRow } from './bench-rows.ts';
import { emptyHall } from './scene/empty-hall.ts';

const EVENTS = 1_000_000;
const FRAMES_A_SECOND = 15;
const ROUNDS = 3;
const SIZE = { width: 1280, height: 720 };
type Picture = Pick<Frame, 'jpeg' | 'luma' | 'chroma'>;
/** As the daemon has it unless told. */
const GATED = { gateHeartbeatMs: scan.parse({}).gateHeartbeatMs };
/** Some seconds of a still hall. */
const HALL_PICTURES = 90;
const sessions = fileURLToPath(new URL('../../fixtures/sessions/', import.meta.url));

export async function benchPage(): Promise<BenchRow[]> {
  const approach = await jpegsOf('phone-approaching');
  const hall = emptyHall({ ...SIZE, pictures: HALL_PICTURES });
  return [
    ...await benchLive('JPEG', approach), ...await benchLive('YUV', await planesOf(approach)),
    ...await benchLive('JPEG, still hall', await Promise.all(hall.map(jpegOf)), GATED), ...await benchLive('YUV, still hall', hall.map(yuvOf), GATED),
    ...await benchLog(),
  ];
}

/** The same frames, read by the decoder, without and with somebody who looks. */
async function benchLive(format: string, frames: readonly Picture[], gate: Partial<QrReaderOptions> = {}): Promise<BenchRow[]> {
  const started = new StopStack();
  // Where something moves without the gate and with nominal costs, the frames cost the same each time they go by.
  const qr = await QrReader.open({ clock: systemClock, deadlineMs: 2_000, extraLookMs: 10, lookCosts: 'nominal', ...gate });
  started.push(() => qr.close());
  const hints = { current: undefined } as unknown as ScanHints;
  const view = startLiveView({ clock: systemClock } as AppOptions, qr, hints, started);
  const watch = async (): Promise<number> => {
    const before = process.cpuUsage();
    const startedMs = performance.now();
    for (const [seq, frame] of frames.entries()) {
      await view.qr.read({ seq, arrivedMs: systemClock.monotonicMs(), ...SIZE, ...frame });
      await sleep(systemClock, Math.max(0, startedMs + ((seq + 1) * 1_000) / FRAMES_A_SECOND - performance.now()));
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / (performance.now() - startedMs);
  };
  let [alone, looked, pictures, bytes] = [0, 0, 0, 0];
  // Who aims a camera looks for minutes: what its first seconds cost, code that is compiled meanwhile, is not what is asked.
  const warmed = view.live.look(() => undefined);
  for (let round = 0; round < ROUNDS; round++) await watch();
  warmed();
  for (let round = 0; round < ROUNDS; round++) {
    alone += await watch() / ROUNDS;
    const stop = view.live.look((message) => {
      if (message.event !== 'frame') return;
      pictures++;
      bytes += message.data.jpeg.length;
    });
    looked += await watch() / ROUNDS;
    stop();
  }
  await started.stopAll();
  return [
    { name: `${format}: reading 15 frames a second, nobody looks`, value: alone * 100, unit: '% of a core' },
    { name: `${format}: one looks at the live picture: more`, value: (looked - alone) * 100, unit: '% of a core', goal: 5 },
    { name: `${format}: live pictures`, value: (pictures / ROUNDS / frames.length) * FRAMES_A_SECOND, unit: 'a second' },
    { name: `${format}: a live picture as sent`, value: bytes / pictures / 1_000, unit: 'kB' },
  ];
}

async function benchLog(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-bench-page-'));
  try {
    const path = join(dir, 'events.db');
    fill(path);
    const reader = LogReader.open(path);
    const log: ReadableLog & { onStored: () => void } = { query: (query) => reader.query(query), placesOf: (time) => reader.placesOf(time), head: () => reader.head(), onStored: () => undefined };
    const attempts = new Attempts({ log, hasPicture: async () => true });
    const rows: BenchRow[] = [];
    for (const [name, search] of Object.entries({ 'newest': {}, 'a token there is not': { token: 'zzz' }, 'an hour in the middle': { fromMs: 4_000_000_000, toMs: 4_003_600_000 } })) {
      rows.push(...await measured(`search of a million events: ${name}`, async () => {
        for (let before: number | undefined; ;) {
          const page = await attempts.search({ ...search, ...(before !== undefined && { before }) }, { withPictures: true });
          if (name === 'newest' || page.nextBefore === undefined) return;
          before = page.nextBefore;
        }
      }));
    }
    const counts = new DayCounts({ log, clock: { ...systemClock, wallMs: () => EVENTS * 8_000, monotonicMs: () => systemClock.monotonicMs(), after: (ms, work) => systemClock.after(ms, work) }, timeZone: 'Europe/Berlin' });
    rows.push(...await measured('count of 90 days of a million events', async () => {
      counts.stats(90);
      await counts.counted();
    }));
    rows.push(...await measured('numbers once counted', async () => void counts.stats(90)));
    reader.close();
    return rows;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** How long it takes, and for how long the loop is held at most. */
async function measured(name: string, work: () => Promise<void>): Promise<BenchRow[]> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedMs = performance.now();
  await work();
  const tookMs = performance.now() - startedMs;
  await sleep(systemClock, 5);
  delay.disable();
  return [{ name, value: tookMs, unit: 'ms' }, { name: '  the loop is held, 99 %', value: delay.percentile(99) / 1e6 - 1, unit: 'ms', goal: 5 }];
}

/** Every second event an attempt, one in 8 s. */
function fill(path: string): void {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = OFF');
  migrate(db, path);
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)');
  const types = ['access-granted', 'door-released', 'access-denied', 'door-relocked', 'access-granted', 'evidence-stored', 'access-denied', 'exit-requested'];
  db.transaction(() => {
    for (let seq = 1; seq <= EVENTS; seq++) {
      const type = types[seq % types.length] as string;
      const body = { type, seq, id: String(seq).padStart(26, '0'), atMs: seq * 8_000, attemptId: String(seq).padStart(26, '0'), tokenId: 'EBESExQVFhcYGRobHB0eHw', rule: 'listed', reason: 'expired', counted: 0, pictures: [], doorUuid: 'AAECAwQFBgcICQoLDA0ODw', clock: 'verified', prevHash: 'a'.repeat(64) };
      insert.run(seq, body.id, body.atMs, type, JSON.stringify(body), 'b'.repeat(64));
    }
  })();
  db.close();
}

/** The session's frames as a camera of this size gives them. */
function jpegsOf(session: string): Promise<Picture[]> {
  const dir = join(sessions, session, 'frames');
  return Promise.all(readdirSync(dir).sort().map(async (name) => ({ jpeg: await sharp(readFileSync(join(dir, name))).resize({ ...SIZE, fit: 'fill' }).jpeg().toBuffer() })));
}

function planesOf(pictures: Picture[]): Promise<Picture[]> {
  return Promise.all(pictures.map(async ({ jpeg }) => yuvOf(await sharp(jpeg).toColourspace('b-w').extractChannel(0).raw({ depth: 'uchar' }).toBuffer())));
}

/** Without colours: what they cost does not depend on them. */
function yuvOf(luma: Uint8Array): Picture {
  return { luma, chroma: new Uint8Array(luma.length / 2).fill(128) };
}

async function jpegOf(luma: Uint8Array): Promise<Picture> {
  return { jpeg: await sharp(luma, { raw: { ...SIZE, channels: 1 } }).toColourspace('srgb').jpeg().toBuffer() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(benchTable(await benchPage()));
