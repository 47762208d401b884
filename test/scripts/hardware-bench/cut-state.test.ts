import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../daemon/base/clock.ts';
import { systemRandom } from '../../../daemon/base/ids.ts';
import { EventLog } from '../../../daemon/record/event-log.ts';
import { wrongAfterCut } from '../../../scripts/hardware-bench/cut-state.ts';
import { isOnPath } from '../../../scripts/hardware-bench/requirements.ts';
import { DOOR, prepareSite } from '../../../scripts/hardware-bench/site.ts';

const EVENTS = 5;

const cut = suite('what a power cut left of the event log');
let dir = '';
cut.before.each(() => {
  dir = mkdtempSync(join(tmpdir(), 'postern-cut-'));
});
cut.after.each(() => rmSync(dir, { recursive: true }));

/** A config for the daemon that looks. */
async function desk(): Promise<string> {
  await prepareSite({ dir: join(dir, 'desk'), stateDir: join(dir, 'desk/front'), camera: 'nobody', door: 'simulated' });
  return join(dir, 'desk/front.yaml');
}

/** A disk with a log of five events, spoiled before it is packed. */
async function diskWith(spoil: (db: string) => void): Promise<string> {
  const state = join(dir, 'disk/front');
  mkdirSync(state, { recursive: true });
  const log = await EventLog.open({ dir: state, doorUuid: DOOR, clock: systemClock, clockTrust: () => 'verified', random: systemRandom });
  for (let i = 0; i < EVENTS; i++) await log.append({ type: 'exit-requested' });
  await log.close();
  spoil(join(state, 'events.db'));
  const image = join(dir, 'disk.img');
  execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', join(dir, 'disk'), image, '32M']);
  return image;
}

const left: Record<string, { spoil?: (db: string) => void; told: number; is: RegExp | undefined }> = {
  'all that was told of is there': { told: EVENTS, is: undefined },
  'one event that was told of is missing': { told: EVENTS + 1, is: /the log ends at 5/ },
  'a use without its event': {
    told: EVENTS, is: /0 uses were granted and 1 are counted/,
    spoil: (file) => {
      const db = new SqliteDatabase(file);
      db.exec("INSERT INTO uses VALUES ('aa', 1, 1, 1, NULL)");
      db.close();
    },
  },
  'no log at all': { told: EVENTS, is: /the log ends at 0/, spoil: (file) => rmSync(file) },
  'half a log': { told: EVENTS, is: /damaged/, spoil: (file) => truncateSync(file, 6_000) },
  'garbage': { told: 0, is: /damaged|no Postern event log/, spoil: (file) => writeFileSync(file, 'x'.repeat(8192)) },
};
for (const [situation, { spoil = () => {}, told, is }] of Object.entries(left)) {
  cut(`[S3] ${situation}`, async () => {
    if (!isOnPath('mke2fs') || !isOnPath('debugfs')) return void process.stdout.write('skipped: no e2fsprogs, which the bench packs disks with\n');
    const wrong = await wrongAfterCut(await desk(), await diskWith(spoil), told).catch((thrown: unknown) => String(thrown));
    if (is) assert.match(wrong ?? 'nothing', is);
    else assert.is(wrong, undefined);
  });
}

cut.run();
