import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { loadConfig } from '../../config/load.ts';
import { startApp } from '../../daemon/app.ts';
import { systemClock } from '../../daemon/base/clock.ts';
import { systemRandom } from '../../daemon/base/ids.ts';
import { silentLogger } from '../../daemon/base/logger.ts';
import { readSecrets } from '../../daemon/commands/secrets.ts';
import { verifyLog } from '../../daemon/record/verify-log.ts';
import { openCamera, openDoorIo } from '../../drivers/drivers.ts';

/** What the daemon that looks at the state afterwards calls itself. */
const VERSION = 'after the cut';

/**
 * What is wrong with the state on a disk that a power cut left, in words; undefined when nothing is. `image` is an ext4 image
 * with the state in /front, and is repaired; `told` is the highest event that was acknowledged before the cut;
 * `configFile` has its state in `front` beside it, which is
 * made anew. Starts the daemon on it; rejects what that rejects.
 */
export async function wrongAfterCut(configFile: string, image: string, told: number): Promise<string | undefined> {
  const parent = dirname(configFile);
  rmSync(join(parent, 'front'), { recursive: true, force: true });
  takeOut(image, parent);
  await startAndStop(configFile);
  const file = join(parent, 'front/events.db');
  const { ok, firstBroken } = verifyLog(file, {});
  if (!ok) return `the chain is broken at ${firstBroken?.seq}: ${firstBroken?.why}`;
  return inLog(file, (db) => endsTooSoon(db, told) ?? usesDiffer(db));
}

async function startAndStop(configFile: string): Promise<void> {
  const config = loadConfig(configFile);
  const app = await startApp({
    config, secrets: readSecrets(config), camera: await openCamera(config, systemClock), doorIo: await openDoorIo(config, systemClock),
    clock: systemClock, random: systemRandom, version: VERSION, log: silentLogger,
  });
  await app.stop('looked at');
}

/** As the kernel does when it mounts: replays the journal. Then the files, without a mount. */
function takeOut(image: string, parent: string): void {
  try {
    execFileSync('e2fsck', ['-fy', image], { stdio: 'ignore' });
  } catch (thrown) {
    // 1: repaired.
    if ((thrown as { status?: number }).status !== 1) throw thrown;
  }
  execFileSync('debugfs', ['-R', `rdump /front ${parent}`, image], { stdio: 'ignore' });
}

function inLog<T>(file: string, look: (db: SqliteDatabase.Database) => T): T {
  const db = new SqliteDatabase(file, { readonly: true });
  try {
    return look(db);
  } finally {
    db.close();
  }
}

/** What was there before the first event of this start. */
function endsTooSoon(db: SqliteDatabase.Database, told: number): string | undefined {
  const first = db.prepare("SELECT min(seq) FROM events WHERE type = 'daemon-started' AND json_extract(body, '$.version') = ?").pluck().get(VERSION) as number;
  return first - 1 < told ? `the log ends at ${first - 1}` : undefined;
}

/** A use and its event are one transaction [S3]: their counts are the same at each moment. */
function usesDiffer(db: SqliteDatabase.Database): string | undefined {
  const spent = db.prepare('SELECT coalesce(sum(counted), 0) FROM uses').pluck().get();
  const granted = db.prepare("SELECT count(*) FROM events WHERE type = 'access-granted' AND json_extract(body, '$.counted') = 1").pluck().get();
  return spent === granted ? undefined : `${String(granted)} uses were granted and ${String(spent)} are counted`;
}
