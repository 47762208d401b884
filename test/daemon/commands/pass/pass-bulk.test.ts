import { parse } from 'csv-parse/sync';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../../../support/eventually.ts';
import { PassOffice } from './pass-office.ts';
import { leavesOf, partsOf } from './mail-server.ts';

let office: PassOffice;
test.before(async () => {
  office = await PassOffice.open();
});
test.after(() => office.close());
test.before.each(() => {
  office.mail.mails.length = 0;
  office.mail.before = () => undefined;
});

type Row = Record<'name' | 'email' | 'qr_code file' | 'expires_at' | 'access_token_uuid' | 'error', string>;

let batches = 0;
/** A batch of its own: its list, where its results go, and how it is run. */
function batch(csv: string | Uint8Array): { args: (...more: string[]) => string[]; rows: () => Row[]; results: string; codes: string; list: string } {
  const name = `batch${++batches}`;
  const [list, results] = [office.file(`${name}.csv`), office.file(`${name}-results.csv`)];
  writeFileSync(list, csv);
  return {
    list, results, codes: office.file(`${name}-results-codes`),
    args: (...more) => ['bulk', list, ...office.place, '--for', '8h', '--door', 'Front door', ...more],
    rows: () => parse(readFileSync(results), { columns: true }) as unknown as Row[],
  };
}
const people = (count: number): string => `name,email\r\n${Array.from({ length: count }, (_, i) => `Guest ${i},guest${i}@example.org\r\n`).join('')}`;
const newCodes = async (before: Map<string, string>): Promise<string[]> => [...await office.codes()].filter(([id, status]) => !before.has(id) && status === 'active').map(([id]) => id);
const mailed = (): string[] => office.mail.mails.flatMap((mail) => mail.to);

test('a list becomes passes: each picture opens the door, and the results say which is whose', async () => {
  const it = batch('\ufeffName;E-Mail;For;Door;Rotating;Company\r\nAda Lovelace;ada@example.org;;;;X\r\n\r\n"Zoë ""Z"" Ünal";zoe@bücher.example;30m;büro & <hof>;;\r\n=1+1;calc@example.org;;;yes;\r\n');
  const before = await office.codes();
  const { code, out, err } = await office.run(it.args());
  assert.is(code, 0, err);
  assert.match(out, '3 of 3 passes are made');
  assert.match(err, 'Columns that are not used: Company');
  assert.match(readFileSync(it.results, 'utf8'), /^name,email,qr_code file,expires_at,access_token_uuid,error\n/);
  assert.is(statSync(it.results).mode & 0o777, 0o600);
  const [ada, zoe, calc] = it.rows() as [Row, Row, Row];
  assert.equal([ada.name, zoe.name, calc.name], ['Ada Lovelace', 'Zoë "Z" Ünal', '\'=1+1'], 'what a spreadsheet would take for a formula is shown as text');
  assert.equal((await newCodes(before)).sort(), [ada, zoe, calc].map((row) => row.access_token_uuid).sort());
  const picture = readFileSync(join(it.codes, ada['qr_code file']));
  assert.is(await office.verdict(await office.reader.codeIn(picture)), 'granted');
  assert.is(await office.verdict(await office.reader.codeIn(readFileSync(join(it.codes, zoe['qr_code file'])))), 'wrong-door');
  assert.is(Math.round((Date.parse(ada.expires_at) - Date.parse(zoe.expires_at)) / 60_000), 450);
  assert.match(readFileSync(join(it.codes, calc['qr_code file']), 'utf8'), /^http:.*\/pass\/[\w-]{22}#[\w-]{43}\n$/, 'a changing code is a link, never a picture');
});

test('rows that are not right are told one by one, and the others go on; mended they are done, and nobody gets a second code', async () => {
  const right = 'name,email,for,zone,rotating\nAda,ada@example.org,,,\n';
  const it = batch(`${right},x@example.org,,,\nBob,bob@,,,\nCid,cid@example.org,never,,\nDot,dot@example.org,,Mars/Olympus,\nEve,eve@example.org,,,perhaps\nAda,ada@example.org,,,\nFay,fay@example.org,,,,7\nGus,gus@example.org,400d,,\nHal,hal@example.org,60d,,\n`);
  const before = await office.codes();
  const dry = await office.run(it.args('--dry-run'));
  assert.is(dry.code, 1);
  assert.match(dry.out, '2 of 10 rows are right. Nothing was issued.');
  assert.equal(await newCodes(before), []);
  assert.not(existsSync(it.results));
  const { code, out } = await office.run(it.args());
  assert.is(code, 1);
  assert.match(out, '1 of 10 passes are made, 9 rows failed');
  const says = ['', 'who the pass is for', 'no e-mail address', '30m, 24h or 7d', 'no time zone', 'yes or no', 'same row is on line 2', '6 cells', 'at most', '31 days'];
  it.rows().forEach((row, i) => assert.match(row.error, says[i] as string));
  writeFileSync(it.list, `${right}Bob,bob@example.org,,,\n`);
  assert.is((await office.run(it.args())).code, 0);
  assert.equal(it.rows().map((row) => [row.name, row.error]), [['Ada', ''], ['Bob', '']]);
  assert.is((await newCodes(before)).length, 2);
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
    const { code, err } = await office.run(batch(csv).args());
    assert.is(code, 2);
    assert.match(err, says);
  });
}

test('killed in the middle of 50 rows, again and again, it goes on: 50 codes, 50 rows', async () => {
  const it = batch(people(50));
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
  assert.equal(rows.map((row) => row.access_token_uuid).sort(), (await newCodes(before)).sort());
  assert.is(await office.verdict(await office.reader.codeIn(readFileSync(join(it.codes, rows[49]?.['qr_code file'] ?? '')))), 'granted');
});

test('killed while a mail is handed over, it goes on: nobody is mailed twice, and that one row is told as unknown until it is sent again on purpose', async () => {
  const it = batch(people(50));
  const before = await office.codes();
  const first = office.start(it.args('--send', ...office.post));
  // The server has the mail and has not said so.
  office.mail.before = (_, count) => count === 21 ? new Promise(() => first.child.kill('SIGKILL')) : undefined;
  await first.ended;
  office.mail.before = () => undefined;
  const second = await office.run(it.args('--send', ...office.post));
  assert.is(second.code, 1, second.err);
  assert.is(mailed().length, 50);
  assert.is(new Set(mailed()).size, 50);
  const rows = it.rows();
  assert.is(rows.length, 50);
  assert.equal(rows.filter((row) => row.error !== '').map((row) => [row.email, /--resend-unknown/.test(row.error)]), [['guest20@example.org', true]]);
  assert.is((await newCodes(before)).length, 50);
  assert.is((await office.run(it.args('--send', ...office.post))).code, 1);
  assert.is(mailed().length, 50, 'asked to go on again it sends nothing');
  const resent = await office.run(it.args('--send', '--resend-unknown', ...office.post));
  assert.is(resent.code, 0, resent.err);
  assert.equal(mailed().slice(50), ['guest20@example.org']);
  const ids = office.mail.mails.filter((mail) => mail.to[0] === 'guest20@example.org').map((mail) => partsOf(mail.raw).headers['message-id']);
  assert.is(new Set(ids).size, 1, 'a mailbox that drops doubles keeps one');
  assert.ok(it.rows().every((row) => row.error === ''));
  assert.is(it.rows().length, 50);
});

test('Ctrl-C ends it after the row it is at, and the same command goes on', async () => {
  const it = batch(people(30));
  const before = await office.codes();
  const { child, ended } = office.start(it.args());
  await eventually('some rows', () => existsSync(it.results) && readFileSync(it.results, 'utf8').split('\n').length > 5 ? true : undefined);
  child.kill('SIGINT');
  const { code, out } = await ended;
  assert.is(code, 1);
  assert.match(out, 'run the same command again to go on');
  assert.is((await office.run(it.args())).code, 0);
  assert.is(it.rows().length, 30);
  assert.is((await newCodes(before)).length, 30);
});

test('a backend that is restarted is waited for', async () => {
  const it = batch(people(30));
  const before = await office.codes();
  const { ended } = office.start(it.args());
  await eventually('some rows', () => existsSync(it.results) && readFileSync(it.results, 'utf8').split('\n').length > 5 ? true : undefined);
  await office.restartBackend(() => new Promise((resolve) => setTimeout(resolve, 700)));
  const { code, err } = await ended;
  assert.is(code, 0, err);
  assert.is(it.rows().length, 30);
  assert.is((await newCodes(before)).length, 30);
});

test('what was made without --send is mailed by --send, with the same codes; a changing one as its link', async () => {
  const it = batch('name,email,rotating\nAda,ada@example.org,\nBob,bob@example.org,yes\n');
  const before = await office.codes();
  assert.is((await office.run(it.args())).code, 0);
  const { code, err } = await office.run(it.args('--send', ...office.post));
  assert.is(code, 0, err);
  assert.is((await newCodes(before)).length, 2);
  const [ada, bob] = office.mail.mails.map((mail) => leavesOf(partsOf(mail.raw)));
  assert.is(await office.verdict(await office.reader.codeIn(ada?.['image/png']?.content ?? Buffer.alloc(0))), 'granted');
  assert.is(bob?.['image/png'], undefined);
  const link = readFileSync(join(it.codes, it.rows()[1]?.['qr_code file'] ?? ''), 'utf8').trim();
  assert.ok(bob?.['text/plain']?.content.toString().includes(link));
});

test('a mailbox that does not exist is that row\'s error, the others are mailed; mended, only that one is tried again', async () => {
  const it = batch('name,email\nAda,ada@example.org\nRef,refused@example.org\nCid,cid@example.org\n');
  const { code } = await office.run(it.args('--send', ...office.post));
  assert.is(code, 1);
  assert.equal(mailed(), ['ada@example.org', 'cid@example.org']);
  assert.match(it.rows()[1]?.error ?? '', /refused the mail.*no such mailbox/);
  assert.is((await office.run(it.args('--send', ...office.post))).code, 1);
  assert.equal(mailed(), ['ada@example.org', 'cid@example.org']);
});

test('without its mail server it stops after three rows, and the same command goes on', async () => {
  const it = batch(people(10));
  const before = await office.codes();
  const { code, err } = await office.run(it.args('--send', '--smtp-host', '127.0.0.1', '--smtp-port', '9', '--mail-from', 'a@example.org'));
  assert.is(code, 2);
  assert.match(err, /did not take the mail.*Run the same command again/s);
  assert.is((await newCodes(before)).length, 3);
  assert.is((await office.run(it.args('--send', ...office.post))).code, 0);
  assert.is(mailed().length, 10);
  assert.is((await newCodes(before)).length, 10);
});

test('the same results are not gone on with by other options, by two at once, or from a journal that is not one', async () => {
  const it = batch(people(2));
  let release = (): void => undefined;
  office.mail.before = (_, count) => count === 1 ? new Promise((resolve) => (release = resolve)) : undefined;
  const first = office.start(it.args('--send', ...office.post));
  await eventually('it is at its first mail', () => office.mail.mails.length === 1 || undefined);
  assert.match((await office.run(it.args())).err, /Another "postern pass bulk" works on these results/);
  release();
  assert.is((await first.ended).code, 0);
  const other = await office.run([...it.args(), '--uses', '1']);
  assert.is(other.code, 2);
  assert.match(other.err, /begun with other options \(--for 8h/);
  writeFileSync(`${it.results}.state`, 'hello\n');
  assert.match((await office.run(it.args())).err, /a line that a batch did not write/);
});

test('a line of the journal that a kill cut off is dropped, and done again', async () => {
  const it = batch(people(3));
  const before = await office.codes();
  await office.run(it.args());
  const state = readFileSync(`${it.results}.state`, 'utf8');
  writeFileSync(`${it.results}.state`, state.slice(0, -20));
  rmSync(it.results);
  assert.is((await office.run(it.args())).code, 0);
  assert.is(it.rows().length, 3);
  assert.is((await newCodes(before)).length, 3);
});

test('a row that was taken off the list keeps its code, and its id is told', async () => {
  const it = batch(people(2));
  await office.run(it.args());
  const [, gone] = it.rows();
  writeFileSync(it.list, people(1));
  const { err } = await office.run(it.args());
  assert.match(err, `postern revoke ${gone?.access_token_uuid}`);
  assert.is(it.rows().length, 2, 'and stays in the results');
});

test.run();
