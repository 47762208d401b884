import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readToken } from '../../../../daemon/base/token.ts';
import { openChromium } from '../../../support/chromium.ts';
import { BACK, FRONT } from '../../backend/served-backend.ts';
import { PassOffice } from './pass-office.ts';

let office: PassOffice;
test.before(async () => {
  office = await PassOffice.open();
});
test.after(() => office.close());

const pass = (...more: string[]): ReturnType<PassOffice['run']> => office.run([...office.place, '--for', '2h', '--name', 'Ada Lovelace', ...more]);

test('a page and a picture to be printed: the door opens for what is read off either, with every option asked for', async () => {
  for (const file of ['full.html', 'full.png']) {
    const { code, out, err } = await pass('--door', FRONT, '--uses', '3', '--grace', '60', '--hours', 'days', '--extended', '--out', office.file(file), '--json');
    assert.is(code, 0, err);
    const { tokenId, doorUuid, file: written } = JSON.parse(out) as Record<string, string>;
    assert.equal([doorUuid, written], [FRONT, office.file(file)]);
    assert.is(statSync(office.file(file)).mode & 0o777, 0o600);
    const text = await office.reader.codeIn(readFileSync(office.file(file)));
    const read = readToken(text);
    if (!read.ok) throw new Error(read.reason);
    const { id, uses, reentryGraceS, hours, extended } = read.token.claims;
    assert.equal([Buffer.from(id).toString('base64url'), uses, reentryGraceS, hours, extended], [tokenId, 3, 60, 'days', true]);
    assert.is(await office.verdict(text), 'granted');
  }
});

test('what is on the page is escaped, loads nothing, and fits one sheet of A4 and of Letter', async () => {
  const file = office.file('print.html');
  const { code, err } = await pass('--name', '<script>alert(1)</script> & Söhne', '--door', 'büro & <hof>', '--from', '2026-10-25T00:30', '--zone', 'Europe/Berlin', '--for', '4h', '--out', file);
  assert.is(code, 0, err);
  const html = readFileSync(file, 'utf8');
  assert.not.match(html, /<script|<Hof>|https?:\/\//);
  assert.match(html, 'Büro &amp; &lt;Hof&gt;');
  // The night the clocks go back in Berlin: four hours later it is half past three, by another name of the zone.
  assert.match(html, 'Sun 25 October 2026, 00:30 CEST');
  assert.match(html, 'Sun 25 October 2026, 03:30 CET');
  const browser = await openChromium();
  if (!browser) return;
  const page = await browser.newPage();
  await page.goto(pathToFileURL(file).href);
  for (const format of ['A4', 'Letter']) {
    const pdf = (await page.pdf({ format, printBackground: true })).toString('latin1');
    assert.is(pdf.match(/\/Type\s*\/Page\b/g)?.length, 1, format);
  }
  await browser.close();
});

test('with --rotating, or --link, a link is printed and no picture made', async () => {
  for (const option of ['--rotating', '--link']) {
    const { code, out, err } = await pass('--door', 'Front door', option);
    assert.is(code, 0, err);
    assert.match(out, /^Its link: http:\S+\/pass\/[\w-]{22}#[\w-]{43}$/m);
  }
  assert.match((await pass('--rotating', '--out', office.file('x.png'))).err, /never a picture/);
  assert.not(existsSync(office.file('x.png')));
});

test('on a machine without a font the mend is named, and a page is made all the same', async () => {
  writeFileSync(office.file('fonts.conf'), `<?xml version="1.0"?><fontconfig><cachedir>${office.file('fonts')}</cachedir></fontconfig>`);
  const fontless = { FONTCONFIG_FILE: office.file('fonts.conf') };
  const before = await office.codes();
  const { code, err } = await office.run([...office.place, '--for', '2h', '--name', 'Ada', '--door', FRONT, '--out', office.file('fontless.png')], fontless);
  assert.is(code, 2);
  assert.match(err, /apt install fonts-dejavu-core/);
  assert.equal(await office.codes(), before);
  assert.is((await office.run([...office.place, '--for', '2h', '--name', 'Ada', '--door', FRONT, '--out', office.file('fontless.html')], fontless)).code, 0);
});

const wrong: [situation: string, args: string[], says: RegExp][] = [
  ['no name', ['--name', ' '], /--name/],
  ['no door named where there are two', [], /Say which door.*Büro & <Hof>, Front door/],
  ['a door that is not there', ['--door', 'Side door'], /no door "Side door". It has/],
  ['a file of another kind', ['--door', FRONT, '--out', 'pass.pdf'], /\.html.*\.png/],
  ['a file that is there', ['--door', FRONT, '--out', 'admin.key.html'], /already\. Nothing was issued/],
  ['a time that is skipped', ['--door', FRONT, '--from', '2026-03-29 02:30', '--zone', 'Europe/Berlin'], /does not exist in Europe\/Berlin/],
  ['a day that is not there', ['--door', FRONT, '--from', '2026-02-30 10:00'], /takes a time like/],
  ['a zone that is not there', ['--door', FRONT, '--zone', 'Berlin'], /no time zone/],
  ['an hour in plain words', ['--door', FRONT, '--for', 'an hour'], /30m, 24h or 7d/],
  ['a verb there is not', ['print'], /no "postern pass print"/],
];
for (const [situation, args, says] of wrong) {
  test(`${situation}: told, and nothing is issued`, async () => {
    writeFileSync(office.file('admin.key.html'), '');
    const before = await office.codes();
    const { code, err } = await (args[0]?.startsWith('-') === false ? office.run(args) : pass(...args));
    assert.is(code, 2);
    assert.match(err, says);
    assert.equal(await office.codes(), before);
  });
}

test('over plain http to another machine the key is not sent', async () => {
  const { code, err } = await office.run(['--url', 'http://access.example.org', '--key-file', office.file('admin.key'), '--for', '2h', '--name', 'Ada']);
  assert.is(code, 2);
  assert.match(err, /must begin with https/);
});

test('keys that no root of ours signed make no passes', async () => {
  writeFileSync(office.file('other-roots.txt'), `${Buffer.alloc(32, 7).toString('base64url')}\n`);
  const { code, err } = await pass('--root-keys', office.file('other-roots.txt'), '--door', FRONT);
  assert.is(code, 2);
  assert.match(err, /no root key of this door signed it/);
});

/** Stands before the backend and changes what it answers to one call. */
async function changing(path: string, change: (answer: Record<string, unknown>) => Promise<object> | object): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const headers = { 'x-auth-scheme': 'api-token', 'x-auth-apikey': String(request.headers['x-auth-apikey']), 'content-type': 'application/json' };
      const answer = await fetch(office.url + String(request.url), { method: String(request.method), headers, ...(chunks.length > 0 && { body: Buffer.concat(chunks) }) });
      const body = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status).end(request.url === path ? JSON.stringify(await change(JSON.parse(body.toString()) as Record<string, unknown>)) : body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

const GENERATE = '/api/accesscontrol/qr/generateQRAccessCode';
async function otherCode(body: object): Promise<Record<string, unknown>> {
  const response = await fetch(office.url + GENERATE, { method: 'POST', headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': office.adminKey, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return await response.json() as Record<string, unknown>;
}

const tampered: [situation: string, change: (answer: Record<string, unknown>) => Promise<object> | object, says: RegExp][] = [
  ['another code\'s picture', async (answer) => ({ ...answer, qrCode: (await otherCode({ accessControlledDoorUuid: FRONT, validDurationSec: 7_200 })).qrCode }), /its id is/],
  ['a code for another door', async (answer) => {
    const other = await otherCode({ accessControlledDoorUuid: BACK, validDurationSec: 7_200 });
    return { ...answer, ...other };
  }, /its door is/],
  ['a code that is valid for longer', async () => await otherCode({ accessControlledDoorUuid: FRONT, validDurationSec: 7_201 }), /its end is/],
  ['a code that opens once only', async () => await otherCode({ accessControlledDoorUuid: FRONT, validDurationSec: 7_200, maxUses: 1 }), /number of uses is 1, not undefined/],
  ['an end that is not the code\'s', (answer) => ({ ...answer, expiresAt: new Date(0).toISOString() }), /end, as the backend tells it/],
  ['a picture that is none', (answer) => ({ ...answer, qrCode: Buffer.from('hello').toString('base64') }), /does not read back/],
  ['a picture cut short', (answer) => ({ ...answer, qrCode: Buffer.from(String(answer.qrCode), 'base64').subarray(0, 300).toString('base64') }), /does not read back/],
];
for (const [situation, change, says] of tampered) {
  test(`${situation} does not leave: it is found in the finished pass, revoked, and the file is taken away`, async () => {
    const file = office.file('tampered.html');
    const before = await office.codes();
    const { url, server } = await changing(GENERATE, change);
    const { code, err } = await pass('--url', url, '--door', FRONT, '--out', file);
    server.close();
    rmSync(file, { force: true });
    assert.is(code, 2);
    assert.match(err, says);
    assert.match(err, /It was revoked\./);
    const [id] = /The code ([\w-]{22}) /.exec(err)?.slice(1) ?? [];
    assert.is((await office.codes()).get(id ?? ''), 'revoked');
    assert.ok(!before.has(id ?? ''));
  });
}

test('a token that was signed by nobody we know does not leave', async () => {
  const { url, server } = await changing(GENERATE, (answer) => answer);
  // The same token ids and claims, another issuer's keys.
  const stranger = await PassOffice.open();
  const { code, err } = await office.run(['--url', url, '--key-file', office.file('admin.key'), '--root-keys', stranger.file('roots.txt'), '--for', '2h', '--name', 'Ada', '--door', FRONT, '--out', office.file('stranger.html')]);
  server.close();
  await stranger.close();
  assert.is(code, 2);
  assert.match(err, /no root key/);
});

test.run();
