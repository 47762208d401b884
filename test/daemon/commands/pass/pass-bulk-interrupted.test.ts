import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../../../support/eventually.ts';
import { newCodes, passBatch, people } from './pass-batch.ts';
import { PassOffice } from './pass-office.ts';

let office: PassOffice;
test.before(async () => {
  office = await PassOffice.open();
});
test.after(() => office.close());

test('killed in the middle of 50 rows, again and again, it goes on: 50 codes, 50 rows', async () => {
  const it = passBatch(office, people(50));
  const before = await office.codes();
  for (const rows of [5, 20, 35]) {
    const { child, ended } = office.start(it.args());
    await eventually('some rows', () => existsSync(it.results) && readFileSync(it.results, 'utf8').split('\n').length > rows ? true : undefined);
    child.kill('SIGKILL');
    assert.is((await ended).code, null, 'it was killed before it was done');
  }
  const { code, err } = await office.run(it.args());
  assert.is(code, 0, err);
  const rows = it.rows();
  assert.equal(rows.map((row) => row.name).sort(), Array.from({ length: 50 }, (_, i) => `Guest ${i}`).sort());
  assert.ok(rows.every((row) => row.error === ''));
  assert.equal(rows.map((row) => row.access_token_uuid).sort(), (await newCodes(office, before)).sort());
  assert.is(await office.verdict(await office.reader.codeIn(readFileSync(join(it.codes, rows[49]?.['qr_code file'] ?? '')))), 'granted');
});

test('Ctrl-C ends it after the row it is at, and the same command goes on', async () => {
  const it = passBatch(office, people(30));
  const before = await office.codes();
  const { child, ended } = office.start(it.args());
  await eventually('some rows', () => existsSync(it.results) && readFileSync(it.results, 'utf8').split('\n').length > 5 ? true : undefined);
  child.kill('SIGINT');
  const { code, out } = await ended;
  assert.is(code, 1);
  assert.match(out, 'run the same command again to go on');
  assert.is((await office.run(it.args())).code, 0);
  assert.is(it.rows().length, 30);
  assert.is((await newCodes(office, before)).length, 30);
});

test('a backend that is restarted is waited for', async () => {
  const it = passBatch(office, people(30));
  const before = await office.codes();
  const { ended } = office.start(it.args());
  await eventually('some rows', () => existsSync(it.results) && readFileSync(it.results, 'utf8').split('\n').length > 5 ? true : undefined);
  await office.restartBackend(() => new Promise((resolve) => setTimeout(resolve, 700)));
  const { code, err } = await ended;
  assert.is(code, 0, err);
  assert.is(it.rows().length, 30);
  assert.is((await newCodes(office, before)).length, 30);
});

test('a line of the journal that a kill cut off is dropped, and done again', async () => {
  const it = passBatch(office, people(3));
  const before = await office.codes();
  await office.run(it.args());
  const state = readFileSync(`${it.results}.state`, 'utf8');
  writeFileSync(`${it.results}.state`, state.slice(0, -20));
  rmSync(it.results);
  assert.is((await office.run(it.args())).code, 0);
  assert.is(it.rows().length, 3);
  assert.is((await newCodes(office, before)).length, 3);
});

test.run();
