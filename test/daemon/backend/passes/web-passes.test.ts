import { constants, createHmac, generateKeyPairSync, privateDecrypt, type KeyObject } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withStepCode } from '../../../../daemon/base/token.ts';
import { PassLinks } from '../../../../daemon/backend/passes/pass-links.ts';
import { stepCodeOf, stepOf } from '../../../../daemon/base/step-code.ts';
import { PassSite, type CreatedPass } from './pass-site.ts';

let site: PassSite;
test.before(async () => {
  site = await PassSite.open();
});
test.after(() => site.close());

interface Device {
  publicKey: string;
  privateKey: KeyObject;
}

function device(modulusLength = 2048): Device {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
  return { publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'), privateKey };
}
const [phone, other] = [device(), device()];

const take = ({ passId, secret }: CreatedPass, publicKey?: string): ReturnType<PassSite['post']> => site.post(`/api/postern/passes/${passId}/take`, { secret, publicKey });
const look = ({ passId, secret }: CreatedPass): ReturnType<PassSite['post']> => site.post(`/api/postern/passes/${passId}/look`, { secret });

test('a rotating pass goes to one device, its key wrapped for that device; what it makes opens the door', async () => {
  const pass = await site.pass();
  const { status, body } = await take(pass, phone.publicKey);
  assert.is(status, 200);
  const key = privateDecrypt({ key: phone.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, Buffer.from(String(body.wrappedKey), 'base64url'));
  assert.is(key.length, 32);
  assert.equal(key, createHmac('sha256', site.backend.zoneMaster()).update(Buffer.from(pass.tokenId, 'base64url')).digest());
  assert.is(await site.verdict(withStepCode(String(body.code), stepCodeOf(key, stepOf(site.clock.wallMs())))), 'granted');
  assert.is(await site.verdict(String(body.code)), 'step-missing', 'without its digits it opens nothing');
});

test('a second device finds the link at its end, whatever it sends', async () => {
  const pass = await site.pass();
  await take(pass, phone.publicKey);
  for (const refused of [await take(pass, other.publicKey), await look(pass)]) {
    assert.is(refused.status, 410);
    assert.is(refused.body.code, 'pass-taken');
    assert.match(String(refused.body.errorMsg), /another phone/);
    assert.not('wrappedKey' in refused.body);
  }
});

test('two devices that tap at the same moment: one gets it', async () => {
  const pass = await site.pass();
  const statuses = (await Promise.all([take(pass, phone.publicKey), take(pass, other.publicKey)])).map(({ status }) => status);
  assert.equal(statuses.sort(), [200, 410]);
});

test('an answer that was lost is given again to the same device, for ten minutes', async () => {
  const pass = await site.pass();
  await take(pass, phone.publicKey);
  site.clock.movedMs += 599_000;
  assert.is((await take(pass, phone.publicKey)).status, 200);
  site.clock.movedMs += 2_000;
  assert.is((await take(pass, phone.publicKey)).body.code, 'pass-taken');
});

test('a pass with a fixed code may be opened again until it expires, on any device and without a key', async () => {
  const pass = await site.pass({ rotating: false });
  const first = await take(pass);
  assert.is(first.body.wrappedKey, null);
  assert.is((await take(pass, other.publicKey)).body.code, first.body.code);
  assert.is(await site.verdict(String(first.body.code)), 'granted');
  site.clock.movedMs += 7_200_000;
  assert.is((await take(pass)).body.code, 'pass-expired');
  assert.is((await look(pass)).status, 200, 'its page can still say until when it was valid');
});

test('a revoked pass is not given out, and whoever looks is told', async () => {
  const pass = await site.pass();
  site.backend.revoke(pass.tokenId);
  assert.is((await look(pass)).body.status, 'revoked');
  assert.is((await take(pass, phone.publicKey)).body.code, 'pass-revoked');
  const created = await site.post('/api/accesscontrol/qr/createWebPass', { accessTokenUuid: pass.tokenId }, site.adminKey);
  assert.is(created.body.code, 'token-ended');
});

test('a newer link ends an older one; once the pass is on a phone there is no newer one', async () => {
  const old = await site.pass();
  const newer = await site.passFor(old.tokenId);
  assert.is((await take(old, phone.publicKey)).body.code, 'pass-unknown');
  assert.is((await take(newer, phone.publicKey)).status, 200);
  const again = await site.post('/api/accesscontrol/qr/createWebPass', { accessTokenUuid: old.tokenId }, site.adminKey);
  assert.is(again.status, 409);
  assert.is(again.body.code, 'pass-taken');
});

test('what a look tells is what the page shows, and nothing that opens a door', async () => {
  const notBeforeMs = Math.ceil(site.clock.wallMs() / 1000) * 1000 + 60_000;
  const { body } = await look(await site.pass({ notBeforeMs, uses: 1 }));
  const { serverTimeMs, ...facts } = body;
  assert.ok(Math.abs(Number(serverTimeMs) - site.clock.wallMs()) < 60_000);
  assert.equal(facts, {
    doorNames: ['Front door'], notBefore: new Date(notBeforeMs).toISOString(), expiresAt: new Date(notBeforeMs + 7_200_000).toISOString(),
    rotating: true, maxUses: 1, status: 'active',
  });
});

test('[S8] only an admin or issuer makes a link', async () => {
  const { tokenId } = await site.pass();
  for (const [key, status] of [[undefined, 401], [site.doorKey, 403], [site.backend.createApiKey('reader'), 403], [site.adminKey, 200], [site.backend.createApiKey('issuer'), 200]] as const) {
    assert.is((await site.post('/api/accesscontrol/qr/createWebPass', { accessTokenUuid: tokenId }, key)).status, status);
  }
});

test('[S8] a wrong secret and a pass that is not there are told in the same words', async () => {
  const pass = await site.pass();
  const wrong = { ...pass, secret: `${pass.secret.slice(0, -1)}${pass.secret.endsWith('A') ? 'E' : 'A'}` };
  const nowhere = { ...pass, passId: 'AAAAAAAAAAAAAAAAAAAAAA' };
  const answers = [await take(wrong, phone.publicKey), await take(nowhere, phone.publicKey), await look(wrong), await look(nowhere), await look({ ...pass, passId: 'x' })];
  for (const { status, body } of answers) assert.equal([status, body], [404, answers[0]?.body]);
  assert.is((await take(pass, phone.publicKey)).status, 200, 'and the pass is as good as before');
});

const smallKey = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
const oddExponent = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
const badTakes: [situation: string, body: object, code: string][] = [
  ['no public key', {}, 'device-key-bad'],
  ['a key of 1024 bits', { publicKey: smallKey }, 'device-key-bad'],
  ['a key with the exponent 3', { publicKey: oddExponent }, 'device-key-bad'],
  ['an elliptic key', { publicKey: curve }, 'device-key-bad'],
  ['half a key', { publicKey: phone.publicKey.slice(0, 200) }, 'device-key-bad'],
  ['a key with bytes behind it', { publicKey: `${phone.publicKey}AAAA` }, 'device-key-bad'],
  ['a key of 5,000 characters', { publicKey: 'A'.repeat(5_000) }, 'request-bad'],
  ['a key in PEM', { publicKey: '-----BEGIN PUBLIC KEY-----' }, 'request-bad'],
  ['a number as key', { publicKey: 1 }, 'request-bad'],
  ['half a secret', { secret: 'abc' }, 'request-bad'],
  ['a field nobody knows', { publicKey: phone.publicKey, force: true }, 'request-bad'],
];
for (const [situation, body, code] of badTakes) {
  test(`a tap with ${situation} is refused, and the link is as good as before`, async () => {
    const pass = await site.pass();
    const refused = await site.post(`/api/postern/passes/${pass.passId}/take`, { secret: pass.secret, ...body });
    assert.equal([refused.status, refused.body.code], [400, code]);
    assert.is((await take(pass, phone.publicKey)).status, 200);
  });
}

test('[S9] a pass answers 30 calls a minute; another one is not held up by it', async () => {
  const [pass, neighbour] = [await site.pass(), await site.pass()];
  site.clock.stop();
  const statuses = [];
  for (let i = 0; i < 31; i++) statuses.push((await look(pass)).status);
  assert.ok(statuses.slice(0, 30).every((status) => status === 200));
  assert.is(statuses.at(-1), 429);
  assert.is((await look(neighbour)).status, 200);
  site.clock.movedMs += 60_000;
  assert.is((await look(pass)).status, 200);
  site.clock.go();
});

test('[S9] an address that a proxy here names asks 600 times a minute, whatever else the header says', async () => {
  const pass = await site.pass();
  site.clock.stop();
  const from = async (forwarded: string): Promise<number> => (await fetch(`${site.url}/api/postern/passes/AAAAAAAAAAAAAAAAAAAAAA/look`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-forwarded-for': forwarded }, body: JSON.stringify({ secret: pass.secret }),
  }).then(async (response) => (await response.text(), response.status)));
  const statuses = [];
  for (let i = 0; i < 601; i++) statuses.push(await from(`10.0.0.${i % 200}, 192.0.2.7`));
  assert.ok(statuses.slice(0, 600).every((status) => status === 404));
  assert.is(statuses.at(-1), 429);
  assert.is(await from('192.0.2.8'), 404);
  site.clock.go();
});

test('the page of a pass is the same for all, may run nothing but itself, and holds nothing of the pass', async () => {
  const pass = await site.pass();
  const page = await fetch(`${site.url}/pass/${pass.passId}`);
  const html = await page.text();
  assert.is(html, await (await fetch(`${site.url}/pass/AAAAAAAAAAAAAAAAAAAAAA`)).text());
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.match(policy, 'default-src \'none\'');
  assert.match(policy, 'frame-ancestors \'none\'');
  assert.not.match(policy, /unsafe|https?:|\*/);
  assert.is(page.headers.get('referrer-policy'), 'no-referrer');
  assert.is(page.headers.get('x-frame-options'), 'DENY');
  assert.is(page.headers.get('set-cookie'), null);
  assert.not.match(html, /<script(?! type="module" src="pass\.js">)|style=|onclick=|https?:\/\//);
  for (const path of ['/pass/pass.js', '/pass/uqr.js', '/pass/pass.css', '/pass/worker.js', '/pass/icon.svg', '/pass/']) assert.is((await fetch(site.url + path)).status, 200, path);
  for (const path of ['/pass', '/pass/x', '/pass/..%2f', '/pass/constructor', `/pass/${pass.passId}/`]) assert.is((await fetch(site.url + path)).status, 404, path);
});

test('a backend that listens on every address makes no link that leads nowhere', () => {
  const links = new PassLinks();
  links.answersAt('https://0.0.0.0:8471');
  links.answersAt('https://[::]:8471');
  assert.throws(() => links.linkTo('id', 'secret'), /Set publicUrl/);
  links.answersAt('https://access.example.org');
  links.answersAt('http://127.0.0.1:8471');
  assert.is(links.linkTo('id', 'secret'), 'https://access.example.org/pass/id#secret');
  assert.is(new PassLinks('https://example.org/doors/').linkTo('id', 'secret'), 'https://example.org/doors/pass/id#secret');
});

test('[S7] no log line has a link\'s secret, a code or a key', async () => {
  assert.not.match(site.logged.join('\n'), /PT1|wrappedKey|[A-Za-z0-9_-]{43}/);
});

test.run();
