import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Backend } from '../../../daemon/backend/backend.ts';
import { readSite } from '../../../daemon/backend/site.ts';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { signerFromSeed } from '../../../daemon/base/ed25519.ts';
import { uuidBytes } from '../../../daemon/base/ids.ts';
import { signToken } from '../../../daemon/base/token.ts';
import { refuses } from '../../support/refusal.ts';
import { FRONT } from './served-backend.ts';

const seed = (byte: number): string => Buffer.alloc(32, byte).toString('base64url');
const ID = 'EBESExQVFhcYGRobHB0eHw';
const site = {
  note: 'Test keys: never use them for a door.',
  rootSeed: seed(1), listSeed: seed(2), tokenSeed: seed(3), zoneMaster: seed(4),
  doors: [{ uuid: FRONT, name: 'Front door' }],
  tokens: [{ name: 'once', id: ID, doors: [FRONT], issuedAt: '2026-02-20T10:00:00Z', expiresAt: '2026-03-16T10:00:00Z', uses: 1, status: 'active' }],
};

async function listOf(json: object): Promise<string> {
  const backend = await Backend.seed(readSite(JSON.stringify(json)), { clock: new VirtualClock(), random: (length) => new Uint8Array(length) });
  const key = backend.createApiKey('door');
  const { url } = await backend.listen({ host: '127.0.0.1', port: 0 });
  const headers = { 'x-auth-scheme': 'api-token', 'x-auth-apikey': key };
  const files = ['/api/postern/keyset', `/api/postern/tokenlist/${FRONT}`].map(async (path) => Buffer.from(await (await fetch(url + path, { headers })).arrayBuffer()).toString('hex'));
  const both = (await Promise.all(files)).join(' ');
  await backend.close();
  return both;
}

test('one site makes the same key set and the same list, byte for byte, on every machine', async () => {
  assert.is(await listOf(site), await listOf(site));
});

test('the text that a site gives for a token must be what its keys and claims make', async () => {
  const text = signToken({
    id: uuidBytes(ID) as Uint8Array, doors: [uuidBytes(FRONT) as Uint8Array], uses: 1,
    issuedAtS: Date.parse('2026-02-20T10:00:00Z') / 1000, expiresAtS: Date.parse('2026-03-16T10:00:00Z') / 1000,
  }, signerFromSeed(Buffer.alloc(32, 3)));
  const withText = (it: string): object => ({ ...site, tokens: [{ ...site.tokens[0], text: it }] });
  await listOf(withText(text));
  const thrown = await listOf(withText(`${text}0`)).then(() => undefined, (error: unknown) => error);
  assert.match(String(thrown), /Generate the site anew/);
});

test('a site that contradicts itself is refused with what is wrong', () => {
  const [token] = site.tokens;
  refuses(() => readSite(JSON.stringify({ ...site, tokens: [token, { ...token, name: 'again' }] })), 'site-bad', /a token id twice/);
  refuses(() => readSite(JSON.stringify({ ...site, doors: [...site.doors, ...site.doors] })), 'site-bad', /a door twice/);
  refuses(() => readSite(JSON.stringify({ ...site, tokens: [{ ...token, doors: [ID] }] })), 'site-bad', /"once" is for a door/);
});

test('a site file that is not right is refused with the field', () => {
  refuses(() => readSite('{'), 'site-bad', /not JSON/);
  refuses(() => readSite(JSON.stringify({ ...site, rootSeed: 'short' })), 'site-bad', /rootSeed/);
  refuses(() => readSite(JSON.stringify({ ...site, tokens: [{ ...site.tokens[0], issuedAt: 'yesterday' }] })), 'site-bad', /issuedAt/);
  refuses(() => readSite(JSON.stringify({ ...site, tokens: [{ ...site.tokens[0], maxUses: 1 }] })), 'site-bad', /maxUses/);
});

test.run();
