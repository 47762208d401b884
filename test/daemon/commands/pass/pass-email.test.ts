import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MailServer, leavesOf, partsOf } from './mail-server.ts';
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

const email = (...more: string[]): ReturnType<PassOffice['run']> => office.run(['email', ...office.place, '--for', '8h', '--door', 'Front door', ...more]);
const ada = ['--name', 'Ada Lovelace', '--email', 'ada@example.org'];

test('a pass is mailed over STARTTLS: the picture inside opens the door, and the plain text says the same', async () => {
  const { code, err } = await email(...ada, ...office.post, '--from', '2026-11-05 08:00', '--zone', 'Europe/Berlin', '--uses', '2', '--reply-to', 'host@example.org');
  assert.is(code, 0, err);
  const [mail] = office.mail.mails;
  assert.equal([mail?.from, mail?.to, mail?.secure, mail?.user], ['reception@example.org', ['ada@example.org'], true, undefined]);
  const whole = partsOf(mail?.raw ?? '');
  assert.is(whole.headers.subject, 'Your pass: Front door, Thu 5 November 2026');
  assert.is(whole.headers.from, 'Reception <reception@example.org>');
  assert.is(whole.headers['reply-to'], 'host@example.org');
  assert.is(whole.headers['auto-submitted'], 'auto-generated');
  assert.not('list-unsubscribe' in whole.headers);
  const { 'text/plain': text, 'text/html': html, 'image/png': picture } = leavesOf(whole);
  assert.is(picture?.headers['content-id'], '<code@postern>');
  assert.match(picture?.headers['content-disposition'] ?? '', /^inline/);
  for (const part of [text, html]) {
    for (const fact of ['Front door', 'Ada Lovelace', 'Thu 5 November 2026, 08:00 CET', 'Thu 5 November 2026, 16:00 CET', 'Europe/Berlin', '2 times', '20 cm', 'Do not forward']) assert.match(part?.content.toString() ?? '', fact);
  }
  assert.match(html?.content.toString() ?? '', 'src="cid:code@postern"');
  assert.not.match(html?.content.toString() ?? '', /src="http/, 'nothing is loaded from elsewhere');
  assert.is(await office.verdict(await office.reader.codeIn(picture?.content ?? Buffer.alloc(0))), 'not-yet-valid');
});

test('a changing code is mailed as a link, and no picture', async () => {
  const { code, err } = await email(...ada, ...office.post, '--rotating');
  assert.is(code, 0, err);
  const leaves = leavesOf(partsOf(office.mail.mails[0]?.raw ?? ''));
  assert.equal(Object.keys(leaves).sort(), ['text/html', 'text/plain']);
  const [link] = /http:\/\/\S+#\S+/.exec(leaves['text/plain']?.content.toString() ?? '') ?? [];
  assert.match(link ?? '', /\/pass\/[\w-]{22}#[\w-]{43}$/);
  assert.ok(leaves['text/html']?.content.toString().includes(`href="${link}"`));
  assert.match(leaves['text/plain']?.content.toString() ?? '', 'Put this pass on this phone');
});

test('names from all over the world, commas, quotes and markup arrive as they are', async () => {
  for (const name of ['Zoë Ünal-Çelik', '山田 太郎', 'Lovelace, Ada', 'Ada "the Countess" <King>', 'x'.repeat(200), 'ada@example.org <x>', 'محمد']) {
    office.mail.mails.length = 0;
    const { code, err } = await email('--name', name, '--email', 'ada@bücher.example', '--door', 'Büro & <Hof>', ...office.post);
    assert.is(code, 0, `${name}: ${err}`);
    const whole = partsOf(office.mail.mails[0]?.raw ?? '');
    assert.match(whole.headers.to ?? '', /<ada@xn--bcher-kva\.example>$/);
    assert.match(whole.headers.subject ?? '', 'Büro & <Hof>');
    const { 'text/plain': text, 'text/html': html } = leavesOf(whole);
    assert.ok(text?.content.toString().replace(/\s+/g, ' ').includes(name), name);
    assert.not.match(html?.content.toString() ?? '', /<King>|<x>|<Hof>/);
  }
});

const bad: [situation: string, args: string[], says: RegExp][] = [
  ['a name that would add a header', ['--name', 'Ada\r\nBcc: all@example.org', '--email', 'ada@example.org'], /line break/],
  ['an address that would add a recipient', ['--name', 'Ada', '--email', 'ada@example.org, eve@example.org'], /no e-mail address/],
  ['an address that would add a header', ['--name', 'Ada', '--email', 'ada@example.org\nBcc: eve@example.org'], /no e-mail address/],
  ['an address with a name', ['--name', 'Ada', '--email', 'Ada <ada@example.org>'], /no e-mail address/],
  ['no address', ['--name', 'Ada'], /--email/],
  ['a sender that would add a header', [...ada, '--mail-from', 'a@example.org\nBcc: b@example.org'], /mail-from/],
  ['a sender that is none', [...ada, '--mail-from', 'reception'], /must be an e-mail address/],
  ['no TLS to another machine', [...ada, '--smtp-host', 'mail.example.org', '--smtp-security', 'none'], /must not be none to another machine/],
  ['a password without TLS', [...ada, '--smtp-security', 'none', '--smtp-user', 'a', '--smtp-password-file', 'smtp.password'], /in plain/],
  ['a user without a password', [...ada, '--smtp-user', 'a'], /together with user/],
  ['a port in words', [...ada, '--smtp-port', 'smtp'], /--smtp-port/],
];
for (const [situation, args, says] of bad) {
  test(`${situation}: refused before anything is issued`, async () => {
    const before = await office.codes();
    const { code, err } = await email(...office.post, ...args);
    assert.is(code, 2);
    assert.match(err, says);
    assert.equal(await office.codes(), before);
    assert.equal(office.mail.mails, []);
  });
}

test('it logs in with a password that only its owner may read', async () => {
  assert.is((await email(...ada, ...office.post, '--smtp-user', 'reception', '--smtp-password-file', 'smtp.password')).code, 0);
  assert.is(office.mail.mails[0]?.user, 'reception');
  writeFileSync(office.file('open.password'), 'open#sesame\n', { mode: 0o644 });
  assert.match((await email(...ada, ...office.post, '--smtp-user', 'reception', '--smtp-password-file', 'open.password')).err, /chmod 600/);
});

/** One pass that does not go out: no valid code is left of it. */
async function comesToNothing(says: RegExp, args: string[], env: Record<string, string> = {}): Promise<void> {
  const before = await office.codes();
  const { code, err } = await office.run(['email', ...office.place, '--for', '8h', '--door', 'Front door', ...ada, '--mail-from', 'a@example.org', ...args], env);
  assert.is(code, 2);
  assert.match(err, says);
  const left = [...await office.codes()].filter(([id]) => !before.has(id)).map(([, status]) => status);
  assert.equal(left, ['revoked']);
  assert.equal(office.mail.mails, []);
}

test('[S8] a mail server whose certificate nobody trusts, or that offers no TLS, gets nothing, and the code is revoked', async () => {
  await comesToNothing(/self-signed certificate.*It was revoked/s, ['--smtp-host', 'localhost', '--smtp-port', String(office.smtpPort)], { NODE_EXTRA_CA_CERTS: '' });
  const plain = new MailServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
  const port = await plain.listen();
  await comesToNothing(/STARTTLS.*It was revoked/s, ['--smtp-host', '127.0.0.1', '--smtp-port', String(port)]);
  assert.equal(plain.mails, []);
  const { code, err } = await email(...ada, '--mail-from', 'a@example.org', '--smtp-host', '127.0.0.1', '--smtp-port', String(port), '--smtp-security', 'none');
  assert.is(code, 0, err);
  assert.is(plain.mails.length, 1, 'said aloud, and to this machine, it may');
  await plain.close();
});

test('a wrong password, a mailbox that does not exist, a server that is not there: told with the mend, and the code is revoked', async () => {
  writeFileSync(office.file('wrong.password'), 'sesame\n', { mode: 0o600 });
  const server = ['--smtp-host', 'localhost', '--smtp-port', String(office.smtpPort)];
  await comesToNothing(/Check the user and the password file.*It was revoked/s, [...server, '--smtp-user', 'reception', '--smtp-password-file', 'wrong.password']);
  await comesToNothing(/no such mailbox.*It was revoked/s, [...server, '--email', 'refused@example.org']);
  await comesToNothing(/Check its host and port.*It was revoked/s, ['--smtp-host', '127.0.0.1', '--smtp-port', '9']);
});

test('a connection lost while the mail is handed over: what is known is told, and the code is not revoked behind the visitor\'s back', async () => {
  const before = await office.codes();
  office.mail.before = () => new Promise((_, reject) => reject(Object.assign(new Error('going down'), { responseCode: 421 })));
  const lost = await email(...ada, ...office.post);
  assert.is(lost.code, 2);
  office.mail.before = () => new Promise(() => undefined);
  writeFileSync(office.file('backend.yaml'), `dir: backend\npublicUrl: ${office.url}\nsmtp: {host: localhost, port: ${office.smtpPort}, from: a@example.org, timeoutS: 1}\n`);
  const { code, err } = await office.run(['email', '--config', office.file('backend.yaml'), '--key-file', office.file('admin.key'), '--for', '8h', '--door', 'Front door', ...ada]);
  assert.is(code, 2);
  assert.match(err, /Whether ada@example.org has the pass .* is unknown.*postern revoke/);
  assert.equal([...await office.codes()].filter(([id]) => !before.has(id)).map(([, status]) => status).sort(), ['active', 'revoked']);
});

test('the settings of the backend\'s own config are used, and an option goes before them', async () => {
  writeFileSync(office.file('backend.yaml'), `dir: backend\npublicUrl: ${office.url}\nsmtp: {host: localhost, port: ${office.smtpPort}, from: "Desk <desk@example.org>", user: reception, passwordFile: smtp.password}\n`);
  const { code, err } = await office.run(['email', '--config', office.file('backend.yaml'), '--key-file', office.file('admin.key'), '--for', '8h', '--door', 'Front door', ...ada, '--mail-from', 'other@example.org']);
  assert.is(code, 0, err);
  assert.equal([office.mail.mails[0]?.from, office.mail.mails[0]?.user], ['other@example.org', 'reception']);
  assert.not.match(readFileSync(office.file('backend.yaml'), 'utf8'), /sesame/);
});

test.run();
