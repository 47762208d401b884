import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { backendCommand } from '../../../daemon/commands/backend.ts';
import { DoorLog } from '../backend/events/door-log.ts';
import { atSite, FRONT, type ReportingSite } from '../backend/events/reporting-site.ts';
import { run } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-export-'));
test.after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'events.csv');

/** Three events, an hour apart, the last one now. */
async function visited(site: ReportingSite): Promise<void> {
  const log = new DoorLog(FRONT);
  const nowMs = Math.floor(performance.timeOrigin + performance.now());
  for (const ago of [2, 1, 0]) log.append({ type: 'door-opened' }, nowMs - ago * 3_600_000 - 1_000);
  await site.upload(log);
}

const exported = (site: ReportingSite, ...args: string[]): ReturnType<typeof run> => run(backendCommand, 'export-events', '--dir', site.dir, ...args);

test('beside a running backend, into a file that only its owner may read', atSite(async (site) => {
  await visited(site);
  const { code, out, err } = await exported(site, '--format', 'csv', '--out', file);
  assert.equal([code, out, err], [0, '', `3 events are in ${file}.\n`]);
  assert.is(readFileSync(file, 'utf8').trimEnd().split('\r\n').length, 4);
  assert.is(statSync(file).mode & 0o777, 0o600);
}));

test('to the standard output, from a time on', atSite(async (site) => {
  await visited(site);
  const count = async (...args: string[]): Promise<number> => (await exported(site, '--format', 'jsonl', ...args)).out.split('\n').filter(Boolean).length;
  assert.equal([await count(), await count('--since', '90m'), await count('--since', '2020-01-01T00:00:00Z'), await count('--since', '1s')], [3, 2, 3, 0]);
}));

const wrong: Record<string, [args: string[], says: RegExp]> = {
  'no format': [[], /--format csv for a spreadsheet/],
  'a format that there is not': [['--format', 'xlsx'], /--format csv for a spreadsheet/],
  'a time that is none': [['--format', 'csv', '--since', 'yesterday'], /--since takes 90s/],
  'a folder that is not there': [['--format', 'csv', '--out', join(folder, 'nowhere', 'x.csv')], /cannot be written .* Choose a file/],
};
for (const [what, [args, says]] of Object.entries(wrong)) {
  test(`refused with the mend: ${what}`, atSite(async (site) => {
    const { code, err } = await exported(site, ...args);
    assert.is(code, 2);
    assert.match(err, says);
    assert.not.ok(existsSync(join(folder, 'nowhere')));
  }));
}

test.run();
