import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AuditEntry } from '../../../daemon/backend/audit.ts';
import { endpoints } from '../../../daemon/backend/http/endpoints.ts';
import type { Role } from '../../../daemon/backend/keys/api-keys.ts';
import { FRONT, ServedBackend } from './served-backend.ts';

const DAY_MS = 86_400_000;

let it: ServedBackend;
test.before.each(async () => {
  it = await ServedBackend.open();
});
test.after.each(() => it.close());

const entries = (): AuditEntry[] => [...it.backend.auditSince(0)];
const lines = (from: number): string[] => entries().slice(from).map(({ action, apiKey, principal }) => `${action} by ${apiKey} for ${principal}`);

interface Leaving {
  body?: () => Promise<object>;
  role?: Role;
  leaves: string[];
}

const code = (): string => it.backend.issue({ doors: [FRONT], validS: 60 }).tokenId;
const list: Leaving = { role: 'door', leaves: ['list-downloaded by front desk for null'] };

/**
 * What each call leaves in the audit log; `reads` changes nothing that an admin answers for. A call that is not here fails the
 * test: whoever adds one says what it leaves.
 */
const calls: Record<string, 'reads' | Leaving> = {
  '/api/accesscontrol/qr/generateQRAccessCode': { body: async () => ({ accessControlledDoorUuid: FRONT, validDurationSec: 60 }), leaves: ['token-issued by front desk for ada'] },
  '/api/accesscontrol/qr/revokeQRAccessCode': { body: async () => ({ accessTokenUuid: code() }), leaves: ['token-revoked by front desk for ada'] },
  '/api/accesscontrol/qr/suspendQRAccessCode': { body: async () => ({ accessTokenUuid: code() }), leaves: ['token-suspended by front desk for ada'] },
  '/api/accesscontrol/qr/resumeQRAccessCode': {
    body: async () => {
      const accessTokenUuid = code();
      await it.post('/api/accesscontrol/qr/suspendQRAccessCode', { accessTokenUuid });
      return { accessTokenUuid };
    },
    leaves: ['token-resumed by front desk for ada'],
  },
  '/api/accesscontrol/qr/createWebPass': { body: async () => ({ accessTokenUuid: code() }), leaves: ['pass-created by front desk for ada'] },
  // Nobody waits for orders: the outcome stands there as well as the question.
  '/api/accesscontrol/unlockAccessControlledDoor': {
    body: async () => ({ accessControlledDoorUuid: FRONT }), role: 'admin', leaves: ['unlock-asked by front desk for ada', 'door-unlocked by front desk for ada'],
  },
  '/api/accesscontrol/qr/getQRAccessCodes': 'reads',
  '/api/accesscontrol/door/getDoorsForOrg': 'reads',
  '/api/component/findAccessControlledDoors': 'reads',
  // An answer is kept with its nonce in a table of its own.
  '/api/accesscontrol/qr/validateQRAccessCode': 'reads',
  // Doors' side of an unlock, whose outcome stands in the line of the unlock.
  '/api/postern/door/awaitOrder': 'reads',
  '/api/postern/door/claimOrder': 'reads',
  '/api/postern/door/reportOrder': 'reads',
  // What doors upload is kept as it is. That a picture was looked at: events/pictures.test.ts; an export: events/export-events.test.ts.
  '/api/postern/door/uploadEvents': 'reads',
  '/api/postern/door/evidence/{door}/{attempt}/{kind}': 'reads',
  '/api/postern/events/findEvents': 'reads',
  '/api/component/findPaginatedComponentEventsByAccessControlledDoor': 'reads',
  '/api/postern/events/export': 'reads',
  '/api/postern/keyset': 'reads',
  '/api/postern/tokenlist/{door}/full': list,
  '/api/postern/tokenlist/{door}': list,
  '/api/postern/tokenlist/{door}/{from}': list,
  // A visitor has no key: passes/web-passes.test.ts has what taking a pass leaves.
  '/api/postern/passes/{pass}/look': 'reads',
  '/api/postern/passes/{pass}/take': 'reads',
  '/api/postern/health': 'reads',
  '/api/postern/openapi.json': 'reads',
  '/api/postern/docs': 'reads',
};
const isPage = (path: string): boolean => path.startsWith('/pass/');

test('every call is known to leave a line in the audit log, or to change nothing', () => {
  assert.equal(endpoints.map((endpoint) => endpoint.path).filter((path) => !Object.hasOwn(calls, path) && !isPage(path)), []);
});

function request(path: string, door: string, key: string, body: object | undefined): Promise<Response> {
  const url = it.url + path.replace('{door}', door).replace('{from}', '1');
  return fetch(url, { headers: { ...it.auth(key), 'content-type': 'application/json' }, ...(body && { method: 'POST', body: JSON.stringify(body) }) });
}

for (const [path, call] of Object.entries(calls)) {
  if (call === 'reads') continue;
  test(`${path} leaves the name of the key and the principal in the audit log`, async () => {
    const key = it.key(call.role ?? 'issuer', 'front desk');
    const body = call.body && { ...await call.body(), auditPrincipal: 'ada' };
    const before = entries().length;
    const response = await request(path, FRONT, key, body);
    await response.arrayBuffer();
    assert.is(response.status, 200);
    assert.equal(lines(before), call.leaves);
  });

  test(`${path}, when it is refused, leaves nothing`, async () => {
    const before = entries().length;
    const unknown = 'AAECAwQFBgcICQoLDA0OAA';
    const response = await request(path, unknown, it.adminKey, call.body && { accessTokenUuid: unknown, accessControlledDoorUuid: unknown });
    assert.ok(response.status >= 400);
    assert.is(entries().length, before);
  });
}

test('what is done on the backend\'s own machine is in it too, with on whose behalf', () => {
  const { keyring } = it.backend;
  const actor = { principal: 'ada' };
  const before = entries().length;
  const id = keyring.createApiKey({ role: 'reader', name: 'screen' }, actor).split('.')[0] as string;
  keyring.revokeApiKey(id, actor);
  keyring.revokeApiKey(id, actor);
  keyring.rotation.rotate('token', 60, actor);
  keyring.rotation.revoke(keyring.signingKeys().find((key) => key.use === 'list')?.id ?? '', actor);
  keyring.rotation.announceRoot(actor);
  keyring.rotation.takeOverRoot(actor);
  assert.equal(lines(before).map((line) => line.replace(' by null for ada', '')), [
    'api-key-created', 'api-key-revoked', 'signing-key-rotated', 'signing-key-revoked', 'root-announced', 'root-changed',
  ]);
  assert.is(entries()[before]?.subject, `${id} screen`);
});

test('a list that a door has already is no download', async () => {
  const path = `/api/postern/tokenlist/${FRONT}`;
  const etag = (await it.get(path)).headers.get('etag') ?? '';
  const before = entries().length;
  assert.is((await it.get(path, { 'if-none-match': etag })).status, 304);
  assert.is(entries().length, before);
});

test('[S9] downloads are kept for a month, what people did for three years', async () => {
  const { tokenId } = it.backend.issue({ doors: [FRONT], validS: 60 });
  const download = async (): Promise<void> => void await (await it.get(`/api/postern/tokenlist/${FRONT}`)).arrayBuffer();
  for (let i = 0; i < 3; i++) await download();
  const count = (action: string): number => entries().filter((entry) => entry.action === action).length;
  assert.is(count('list-downloaded'), 3);
  it.clock.jumpWall(32 * DAY_MS);
  await download();
  await download();
  assert.is(count('list-downloaded'), 2);
  assert.ok(entries().some((entry) => entry.subject === tokenId));
  it.clock.jumpWall(4 * 366 * DAY_MS);
  for (let i = 0; i < 10; i++) it.backend.createApiKey('reader');
  assert.is(count('token-issued'), 0);
  assert.is(count('api-key-created'), 10);
});

test.run();
