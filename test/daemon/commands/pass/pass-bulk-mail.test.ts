import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../../../support/eventually.ts';
import { leavesOf, partsOf } from './mail-server.ts';
import { newCodes, passBatch, people } from './pass-batch.ts';
import { PassOffice } from './pass-office.ts';

let office: PassOffice;
test.before(async () => {
  office = await PassOffice.open();
});
test.after(() => office.close());
test.before.each(() => {
  office.mail.mails.length = 0;
  office.mail.before = () => undefined;
});

const mailed = (): string[] => office.mail.mails.flatMap((mail) => mail.to);

test('killed while a mail is handed over, it goes on: nobody is mailed twice, and that one row is told as unknown until it is sent again on purpose', async () => {
  const it = passBatch(office, people(50));
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
  assert.is((await newCodes(office, before)).length, 50);
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

test('what was made without --send is mailed by --send, with the same codes; a changing one as its link', async () => {
  const it = passBatch(office, 'name,email,rotating\nAda,ada@example.org,\nBob,bob@example.org,yes\n');
  const before = await office.codes();
  assert.is((await office.run(it.args())).code, 0);
  const { code, err } = await office.run(it.args('--send', ...office.post));
  assert.is(code, 0, err);
  assert.is((await newCodes(office, before)).length, 2);
  const [ada, bob] = office.mail.mails.map((mail) => leavesOf(partsOf(mail.raw)));
  assert.is(await office.verdict(await office.reader.codeIn(ada?.['image/png']?.content ?? Buffer.alloc(0))), 'granted');
  assert.is(bob?.['image/png'], undefined);
  const link = readFileSync(join(it.codes, it.rows()[1]?.['qr_code file'] ?? ''), 'utf8').trim();
  assert.ok(bob?.['text/plain']?.content.toString().includes(link));
});

test('a mailbox that does not exist is that row\'s error, the others are mailed; mended, only that one is tried again', async () => {
  const it = passBatch(office, 'name,email\nAda,ada@example.org\nRef,refused@example.org\nCid,cid@example.org\n');
  const { code } = await office.run(it.args('--send', ...office.post));
  assert.is(code, 1);
  assert.equal(mailed(), ['ada@example.org', 'cid@example.org']);
  assert.match(it.rows()[1]?.error ?? '', /refused the mail.*no such mailbox/);
  assert.is((await office.run(it.args('--send', ...office.post))).code, 1);
  assert.equal(mailed(), ['ada@example.org', 'cid@example.org']);
});

test('without its mail server it stops after three rows, and the same command goes on', async () => {
  const it = passBatch(office, people(10));
  const before = await office.codes();
  const { code, err } = await office.run(it.args('--send', '--smtp-host', '127.0.0.1', '--smtp-port', '9', '--mail-from', 'a@example.org'));
  assert.is(code, 2);
  assert.match(err, /did not take the mail.*Run the same command again/s);
  assert.is((await newCodes(office, before)).length, 3);
  assert.is((await office.run(it.args('--send', ...office.post))).code, 0);
  assert.is(mailed().length, 10);
  assert.is((await newCodes(office, before)).length, 10);
});

test('the same results are not gone on with by other options, by two at once, or from a journal that is not one', async () => {
  const it = passBatch(office, people(2));
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

test.run();
