import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventDraft } from '../../../daemon/base/events.ts';
import { PictureStore } from '../../../daemon/record/picture-store.ts';
import { SpaceReserve } from '../../../daemon/record/space-reserve.ts';
import { verifyLog } from '../../../daemon/record/verify-log.ts';
import { closeLogs, codeOf, openLog, withFolder } from './opened-log.ts';

const DISK_BYTES = 8 * 1024 * 1024;
const RESERVE_BYTES = 1024 * 1024;

/** A disk of 8 MB in memory; undefined where this user may not mount one. */
function mountDisk(): string | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'postern-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', dir], { stdio: 'ignore' });
    return dir;
  } catch {
    rmSync(dir, { recursive: true });
    return undefined;
  }
}

function withDisk(body: (dir: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const dir = mountDisk();
    if (dir === undefined) return void process.stdout.write('skipped: what happens on a full disk, for only root may mount a small one\n');
    try {
      await body(dir);
    } finally {
      await closeLogs();
      execFileSync('umount', [dir]);
      rmSync(dir, { recursive: true });
    }
  };
}

/** What another program does to a disk. */
function fillDisk(dir: string): void {
  for (const chunk of [65_536, 4_096, 512]) {
    try {
      for (let i = 0; ; i++) writeFileSync(join(dir, `other-${chunk}-${i}`), Buffer.alloc(chunk));
    } catch (thrown) {
      assert.is((thrown as NodeJS.ErrnoException).code, 'ENOSPC');
    }
  }
}

function clearDisk(dir: string): void {
  execFileSync('sh', ['-c', `rm -f ${dir}/other-*`]);
}

const opened: EventDraft = { type: 'part-failed', part: 'camera', detail: 'x'.repeat(400) };
test('[S3] on a full disk events go on in the space that is reserved for them, and it is taken back afterwards', withDisk(async (dir) => {
  const { log, status } = await openLog(join(dir, 'state'), { reserveBytes: RESERVE_BYTES });
  const reserve = join(dir, 'state', 'events.reserve');
  assert.is(statSync(reserve).size, RESERVE_BYTES);
  fillDisk(dir);
  for (let i = 0; i < 100; i++) await log.append(opened, { tokenId: 'token', counts: 1, atMs: i });
  assert.not.ok(existsSync(reserve), 'the reserve was given up');
  assert.is(status.get('event-log')?.state, 'degraded');
  assert.is(log.usesOf('token').counted, 100);
  clearDisk(dir);
  await log.append(opened);
  await log.append(opened);
  assert.is(statSync(reserve).size, RESERVE_BYTES);
  assert.is(status.get('event-log')?.state, 'ok');
  await log.close();
  assert.ok(verifyLog(join(dir, 'state', 'events.db')).ok);
}));

test('[S3] when the reserve is used up too, a commit is refused whole, and the log goes on when there is space again', withDisk(async (dir) => {
  const { log, status } = await openLog(join(dir, 'state'), { reserveBytes: 65_536 });
  fillDisk(dir);
  let stored = 0;
  let refused = 'no error';
  while (refused === 'no error') {
    refused = await codeOf(log.append(opened, { tokenId: 'token', counts: 1, atMs: 1 }));
    if (refused === 'no error') stored += 1;
  }
  assert.is(refused, 'storage');
  assert.is(status.get('event-log')?.state, 'down');
  assert.is(log.usesOf('token').counted, stored);
  assert.is(log.head().seq, stored);
  clearDisk(dir);
  await log.append(opened);
  assert.is(log.head().seq, stored + 1);
  await log.close();
  assert.ok(verifyLog(join(dir, 'state', 'events.db')).ok);
}));

test('[S3] pictures never take the space that events gave up their reserve for', withDisk(async (dir) => {
  const { log, clock } = await openLog(join(dir, 'state'), { reserveBytes: RESERVE_BYTES });
  const store = await PictureStore.open({
    dir: join(dir, 'state', 'evidence'), clock, clockTrust: () => 'verified', maxAgeMs: 1e9, maxBytes: 1e9, keepFreeBytes: 2 * RESERVE_BYTES, onEvent: (draft) => log.append(draft),
  });
  let refused = 'no error';
  for (let i = 0; i < 300 && refused === 'no error'; i++) {
    await store.hold(log.newId());
    const id = log.newId();
    refused = await codeOf(store.put(id, 'scan', new Uint8Array(100_000)));
    await store.hold(id);
  }
  assert.is(refused, 'evidence-full', 'held pictures fill what they may, and no more');
  const { bavail, bsize } = statfsSync(dir);
  assert.ok(bavail * bsize >= 2 * RESERVE_BYTES - 100_000);
  fillDisk(dir);
  await log.append(opened);
  assert.is(await codeOf(store.put(log.newId(), 'scan', new Uint8Array(1_000))), 'evidence-full');
  for (let i = 0; i < 50; i++) await log.append(opened);
  await log.close();
}));

test('a reserve is real bytes, is filled once, and is given back once', withFolder(async (dir) => {
  const path = join(dir, 'reserve');
  const reserve = new SpaceReserve(path, 300_000);
  assert.not.ok(reserve.isWhole);
  assert.not.ok(reserve.release());
  assert.ok(reserve.fill());
  assert.ok(statSync(path).blocks * 512 >= 300_000);
  assert.ok(reserve.isWhole);
  assert.ok(reserve.release());
  assert.not.ok(existsSync(path));
}));

test('a disk without twice the space to spare keeps what it has', withFolder(async (dir) => {
  const reserve = new SpaceReserve(join(dir, 'reserve'), Number.MAX_SAFE_INTEGER);
  assert.not.ok(reserve.fill());
  assert.not.ok(existsSync(join(dir, 'reserve')));
}));

test.run();
