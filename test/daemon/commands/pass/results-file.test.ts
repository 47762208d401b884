import { parse } from 'csv-parse/sync';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ResultsFile, type ResultRow } from '../../../../daemon/commands/pass/results-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-results-'));
test.after(() => rmSync(folder, { recursive: true }));

const row = (name: string): ResultRow => ({ name, email: '', file: '', expiresAt: '', tokenId: '-BESExQVFhcYGRobHB0eHw', error: '' });

test('what a spreadsheet would take for a formula begins with an apostrophe; an id stays what it is', async () => {
  const path = join(folder, 'results.csv');
  const results = await ResultsFile.begin(path, [row('Ada')]);
  const names = ['=cmd|\' /C calc\'!A0', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', 'a=1', '"quoted", with\ntwo lines'];
  for (const name of names) results.append(row(name));
  results.close();
  const read = parse(readFileSync(path), { columns: true }) as unknown as Record<string, string>[];
  assert.equal(read.map((it) => it.name), ['Ada', '\'=cmd|\' /C calc\'!A0', '\'+1', '\'-1', '\'@SUM(A1)', '\'\t=1', '\'\r=1', 'a=1', '"quoted", with\ntwo lines']);
  assert.ok(read.every((it) => it.access_token_uuid === '-BESExQVFhcYGRobHB0eHw'));
});

test.run();
