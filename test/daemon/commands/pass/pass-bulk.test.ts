import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { newCodes, passBatch, people, type Row } from './pass-batch.ts';
import { PassOffice } from './pass-office.ts';

let office: PassOffice;
test.before(async () => {
  office = await PassOffice.open();
});
test.after(() => office.close());

test('a list becomes passes: each picture opens the door, and the results say which is whose', async () => {
  const it = passBatch(office, '\ufeffName;E-Mail;For;Door;Rotating;Company\r\nAda Lovelace;ada@example.org;;;;X\r\n\r\n"Zoë ""Z"" Ünal";zoe@bücher.example;30m;büro & <hof>;;\r\n=1+1;calc@example.org;;;yes;\r\n');
  const before = await office.codes();
  const { code, out, err } = await office.run(it.args());
  assert.is(code, 0, err);
  assert.match(out, '3 of 3 passes are made');
  assert.match(err, 'Columns that are not used: Company');
  assert.match(readFileSync(it.results, 'utf8'), /^name,email,qr_code file,expires_at,access_token_uuid,error\n/);
  assert.is(statSync(it.results).mode & 0o777, 0o600);
  const [ada, zoe, calc] = it.rows() as [Row, Row, Row];
  assert.equal([ada.name, zoe.name, calc.name], ['Ada Lovelace', 'Zoë "Z" Ünal', '\'=1+1'], 'what a spreadsheet would take for a formula is shown as text');
  assert.equal((await newCodes(office, before)).sort(), [ada, zoe, calc].map((row) => row.access_token_uuid).sort());
  const picture = readFileSync(join(it.codes, ada['qr_code file']));
  assert.is(await office.verdict(await office.reader.codeIn(picture)), 'granted');
  assert.is(await office.verdict(await office.reader.codeIn(readFileSync(join(it.codes, zoe['qr_code file'])))), 'wrong-door');
  assert.is(Math.round((Date.parse(ada.expires_at) - Date.parse(zoe.expires_at)) / 60_000), 450);
  assert.match(readFileSync(join(it.codes, calc['qr_code file']), 'utf8'), /^http:.*\/pass\/[\w-]{22}#[\w-]{43}\n$/, 'a changing code is a link, never a picture');
});

test('rows that are not right are told one by one, and the others go on; mended they are done, and nobody gets a second code', async () => {
  const right = 'name,email,for,zone,rotating\nAda,ada@example.org,,,\n';
  const it = passBatch(office, `${right},x@example.org,,,\nBob,bob@,,,\nCid,cid@example.org,never,,\nDot,dot@example.org,,Mars/Olympus,\nEve,eve@example.org,,,perhaps\nAda,ada@example.org,,,\nFay,fay@example.org,,,,7\nGus,gus@example.org,400d,,\nHal,hal@example.org,60d,,\n`);
  const before = await office.codes();
  const dry = await office.run(it.args('--dry-run'));
  assert.is(dry.code, 1);
  assert.match(dry.out, '2 of 10 rows are right. Nothing was issued.');
  assert.equal(await newCodes(office, before), []);
  assert.not(existsSync(it.results));
  const { code, out } = await office.run(it.args());
  assert.is(code, 1);
  assert.match(out, '1 of 10 passes are made, 9 rows failed');
  const says = ['', 'who the pass is for', 'no e-mail address', '30m, 24h or 7d', 'no time zone', 'yes or no', 'same row is on line 2', '6 cells', 'at most', '31 days'];
  it.rows().forEach((row, i) => assert.match(row.error, says[i] as string));
  writeFileSync(it.list, `${right}Bob,bob@example.org,,,\n`);
  assert.is((await office.run(it.args())).code, 0);
  assert.equal(it.rows().map((row) => [row.name, row.error]), [['Ada', ''], ['Bob', '']]);
  assert.is((await newCodes(office, before)).length, 2);
});

const lists: [situation: string, csv: string | Uint8Array, says: RegExp][] = [
  ['UTF-16', Buffer.from('\ufeffname,email\r\nAda,a@example.org\r\n', 'utf16le'), /UTF-16.*CSV UTF-8/],
  ['UTF-16 without a mark', Buffer.from('name,email\r\n', 'utf16le'), /UTF-16/],
  ['Windows-1252', Buffer.from('name,email\nZo\xeb,z@example.org\n', 'latin1'), /not UTF-8 text.*CSV UTF-8/],
  ['no header', 'Ada,ada@example.org\n', /no column name and no column email/],
  ['a column twice', 'name,email,email\n', /column email twice/],
  ['nothing at all', '', /no column name/],
  ['a quote that never ends', 'name,email\n"Ada,ada@example.org\n', /is not CSV/],
];
for (const [situation, csv, says] of lists) {
  test(`a list with ${situation} is refused whole, with the mend`, async () => {
    const { code, err } = await office.run(passBatch(office, csv).args());
    assert.is(code, 2);
    assert.match(err, says);
  });
}

test('a row that was taken off the list keeps its code, and its id is told', async () => {
  const it = passBatch(office, people(2));
  await office.run(it.args());
  const [, gone] = it.rows();
  writeFileSync(it.list, people(1));
  const { err } = await office.run(it.args());
  assert.match(err, `postern revoke ${gone?.access_token_uuid}`);
  assert.is(it.rows().length, 2, 'and stays in the results');
});

test.run();
