import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { systemClock } from '../../daemon/base/clock.ts';
import { systemRandom } from '../../daemon/base/ids.ts';
import { EventLog } from '../../daemon/record/event-log.ts';
import { verifyLog } from '../../daemon/record/verify-log.ts';
import { DOOR } from './site.ts';

/**
 * What is wrong with the event log on a disk that a power cut left, in words; undefined when nothing is. `image` is an ext4
 * image with the state in /front, and is repaired; `told` is the highest event that was acknowledged before the cut;
 * `state` is a folder to work in. Opens the log as the daemon would, and writes to it. Rejects what that rejects.
 */
export async function wrongAfterCut(state: string, image: string, told: number): Promise<string | undefined> {
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state);
  takeOut(image, state);
  const log = await EventLog.open({ dir: state, doorUuid: DOOR, clock: systemClock, clockTrust: () => 'verified', random: systemRandom });
  await log.append({ type: 'daemon-started', version: 'bench', cleanStop: false });
  await log.close();
  const { ok, firstBroken, head } = verifyLog(join(state, 'events.db'), {});
  if (!ok) return `the chain is broken at ${firstBroken?.seq}: ${firstBroken?.why}`;
  if (head.seq - 1 < told) return `the log ends at ${head.seq - 1}`;
  return usesDiffer(join(state, 'events.db'));
}

/** As the kernel does when it mounts: replays the journal. Then the files, without a mount. */
function takeOut(image: string, state: string): void {
  try {
    execFileSync('e2fsck', ['-fy', image], { stdio: 'ignore' });
  } catch (thrown) {
    // 1: repaired.
    if ((thrown as { status?: number }).status !== 1) throw thrown;
  }
  execFileSync('debugfs', ['-R', `rdump /front ${state}`, image], { stdio: 'ignore' });
  for (const name of ['events.db', 'events.db-wal']) {
    try {
      copyFileSync(join(state, 'front', name), join(state, name));
    } catch {
      // Without a write-ahead log all is in the database.
    }
  }
}

/** A use and its event are one transaction [S3]: their counts are the same at each moment. */
function usesDiffer(file: string): string | undefined {
  const db = new SqliteDatabase(file, { readonly: true });
  try {
    const spent = db.prepare('SELECT coalesce(sum(counted), 0) FROM uses').pluck().get();
    const granted = db.prepare("SELECT count(*) FROM events WHERE type = 'access-granted' AND json_extract(body, '$.counted') = 1").pluck().get();
    return spent === granted ? undefined : `${String(granted)} uses were granted and ${String(spent)} are counted`;
  } finally {
    db.close();
  }
}
