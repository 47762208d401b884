import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import type { Permission, PageCommand, Role, Session, Status } from '../../../../daemon/report/page/api.ts';
import { permissionsOf, roles } from '../../../../daemon/report/page/roles.ts';
import { OwnDoor, pageAt, tokenText } from '../../../support/own-door.ts';
import { addUsers, cookieIn, errorIn, PageReader, type Answer } from './page-reader.ts';

let door: OwnDoor;
const clock = new VirtualClock();
let url: string;
test.before(async () => {
  door = await OwnDoor.open({ clock });
  await addUsers(door.stateDir);
  await door.start({ withBackend: true, config: { http: pageAt(0) } });
  url = door.app?.pageUrl ?? '';
});
test.after(() => door.close());

const anyone = (): PageReader => new PageReader(url);
async function loggedIn(name: string): Promise<PageReader> {
  const reader = anyone();
  assert.is((await reader.logIn(name)).status, 200, name);
  return reader;
}

test('[S8] on the machine itself status, attempts and numbers are read without a login, and no more', async () => {
  const reader = anyone();
  for (const path of ['/', '/page.css', '/status.json', '/api/session', '/api/status', '/api/attempts', '/api/outcomes', '/api/stats']) assert.is((await reader.get(path)).status, 200, path);
  for (const path of ['/api/live', '/api/attempts/01KJPX5XW00000000000000000/scan.jpg']) {
    const answer = await reader.get(path);
    assert.is(answer.status, 401, path);
    assert.is(errorIn(answer), 'login-needed');
  }
  for (const path of ['/api/logout', '/api/commands', '/api/passes']) assert.is((await reader.post(path, {})).status, 401, path);
});

test('[S8] past a proxy nothing is read without a login, whatever name it is asked by', async () => {
  for (const header of ['x-forwarded-for', 'forwarded', 'via']) {
    for (const path of ['/api/status', '/status.json', '/api/attempts', '/api/stats']) assert.is((await anyone().get(path, { [header]: 'x' })).status, 401, `${header} ${path}`);
  }
});

/** Each thing that a permission is for. */
const deeds: Record<Permission, (reader: PageReader) => Promise<Answer>> = {
  'see-pictures': (reader) => reader.get('/api/attempts/01KJPX5XW00000000000000000/scan.jpg'),
  'unlock': (reader) => reader.post('/api/commands', { do: 'unlock' }),
  'lock-down': (reader) => reader.post('/api/commands', { do: 'lockdown', on: true }),
  'passage': (reader) => reader.post('/api/commands', { do: 'end-passage' }),
  'end-lockdown': (reader) => reader.post('/api/commands', { do: 'lockdown', on: false }),
  'test-pulse': (reader) => reader.post('/api/commands', { do: 'test-pulse' }),
  'installer-mode': (reader) => reader.post('/api/commands', { do: 'installer-mode', on: false }),
  'issue-passes': (reader) => reader.post('/api/passes', { validForS: 3_600 }),
};

test('each role may what the table says, and not one thing more', async () => {
  for (const role of roles) {
    const reader = await loggedIn(role);
    for (const [permission, deed] of Object.entries(deeds) as [Permission, typeof deeds[Permission]][]) {
      const answer = await deed(reader);
      const isAllowed = permissionsOf[role].includes(permission);
      assert.is(answer.status === 403, !isAllowed, `${role} ${permission}: ${answer.status}`);
      if (!isAllowed) assert.is(errorIn(answer), 'not-allowed');
    }
    await (await loggedIn('admin')).post('/api/commands', { do: 'lockdown', on: false });
  }
});

test('the table: a viewer looks, an operator acts on the door, an admin does all', () => {
  const expected: Record<Role, Permission[]> = {
    viewer: ['see-pictures'],
    operator: ['see-pictures', 'unlock', 'lock-down', 'passage'],
    admin: ['see-pictures', 'unlock', 'lock-down', 'passage', 'end-lockdown', 'test-pulse', 'installer-mode', 'issue-passes'],
  };
  assert.equal(permissionsOf, expected);
});

test('a session tells who it is, what may be done and what to send with it', async () => {
  assert.equal((await anyone().get('/api/session')).json, { nowMs: door.clock.wallMs(), canLogIn: true, reads: true, may: [] });
  const { session } = await loggedIn('operator');
  const { csrf, ...rest } = session as Session;
  assert.match(csrf ?? '', /^[\w-]{43}$/);
  assert.equal(rest, { nowMs: door.clock.wallMs(), canLogIn: true, reads: true, may: ['see-pictures', 'unlock', 'lock-down', 'passage'], user: { name: 'operator', role: 'operator' }, idleS: 1_800, endsAtMs: door.clock.wallMs() + 43_200_000 });
});

test('a change without the session\'s own word is refused: another site can have the browser send the cookie', async () => {
  const reader = await loggedIn('operator');
  const other = await loggedIn('operator');
  for (const csrf of ['', 'x', other.session?.csrf ?? '', `${reader.session?.csrf}x`]) {
    const answer = await reader.post('/api/commands', { do: 'unlock' }, { 'x-postern-csrf': csrf });
    assert.is(answer.status, 403, csrf);
    assert.is(errorIn(answer), 'csrf');
  }
  assert.is((await reader.ask('POST', '/api/commands', { body: { do: 'unlock' } })).status, 200);
});

test('what a browser says comes from another site is refused, before and after the login', async () => {
  const reader = await loggedIn('operator');
  const { host } = new URL(url);
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' }, { origin: 'null' }, { origin: `http://evil.example.${host}` }, { origin: `http://${host.split(':')[0]}:1` },
    { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'none' }, { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
  ];
  for (const headers of foreign) {
    for (const [path, body] of [['/api/commands', { do: 'unlock' }], ['/api/login', { user: 'admin', password: 'x' }]] as const) {
      const answer = await reader.post(path, body, headers);
      assert.is(answer.status, 403, JSON.stringify(headers));
      assert.is(errorIn(answer), 'cross-site');
    }
  }
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) assert.is((await reader.get('/api/status', headers)).status, 403);
  assert.is((await reader.post('/api/commands', { do: 'unlock' }, { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).status, 200);
});

test('a login makes a new session: an id that somebody had the browser use before is worth nothing', async () => {
  const planted = 'A'.repeat(43);
  const reader = anyone();
  reader.cookie = `postern-session=${planted}`;
  await reader.logIn('admin');
  assert.is.not(reader.cookie, `postern-session=${planted}`);
  const thief = anyone();
  thief.cookie = `postern-session=${planted}`;
  assert.is((await thief.get('/api/live')).status, 401);

  const first = reader.cookie;
  await reader.logIn('admin');
  assert.is.not(reader.cookie, first);
  thief.cookie = first;
  assert.is((await thief.get('/api/live')).status, 401, 'and the one before has ended');
});

test('the cookie is for this host, for no script and for no other site', async () => {
  const answer = await anyone().logIn('viewer');
  assert.match(String(answer.headers['set-cookie']), /^postern-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
});

test('a cookie that is there twice counts for none, nor does one that is no id', async () => {
  const reader = await loggedIn('viewer');
  for (const cookie of [`${reader.cookie}; ${reader.cookie}`, `${reader.cookie}x`, 'postern-session=', 'postern-session=../../etc', `postern-session=${'A'.repeat(5_000)}`]) {
    assert.is((await anyone().get('/api/live', { cookie })).status, 401, cookie.slice(0, 80));
  }
});

test('after a logout the id is worth nothing', async () => {
  const reader = await loggedIn('viewer');
  const answer = await reader.post('/api/logout', {});
  assert.is(answer.status, 200);
  assert.is(cookieIn(answer), 'postern-session=');
  assert.is((await reader.get('/api/live')).status, 401);
});

test('what a person orders is done, and the log says who', async () => {
  const admin = await loggedIn('admin');
  const order = (command: PageCommand): Promise<Answer> => admin.post('/api/commands', command);
  const since = door.events().length;
  assert.is((await order({ do: 'unlock' })).status, 200);
  assert.is((await order({ do: 'lockdown', on: true })).status, 200);
  assert.is(errorIn(await order({ do: 'unlock' })), 'lockdown');
  assert.is((await order({ do: 'lockdown', on: false })).status, 200);
  assert.is((await order({ do: 'passage', untilMs: door.clock.wallMs() + 3_600_000 })).status, 200);
  assert.is(errorIn(await order({ do: 'passage', untilMs: door.clock.wallMs() - 1 })), 'time-passed');
  assert.is(errorIn(await order({ do: 'passage', untilMs: door.clock.wallMs() + 8 * 86_400_000 })), 'too-long');
  assert.is((await order({ do: 'end-passage' })).status, 200);
  await door.app?.idle();
  const told = door.events().slice(since).filter((event) => 'by' in event).map((event) => `${event.type} ${'by' in event ? event.by : ''}`);
  assert.equal(told, [
    'user-logged-in user:admin', 'door-released user:admin', 'lockdown-started user:admin', 'lockdown-ended user:admin', 'door-released user:admin',
    'passage-started user:admin', 'passage-ended user:admin',
  ].slice(told[0]?.startsWith('user-logged-in') ? 0 : 1));
});

test('the relay is tried out in lockdown and in installer mode only, which ends by itself and is told', async () => {
  const admin = await loggedIn('admin');
  const pulse = (): Promise<Answer> => admin.post('/api/commands', { do: 'test-pulse' });
  const status = async (): Promise<Status> => (await admin.get('/api/status')).json;
  assert.is(errorIn(await pulse()), 'not-now');

  await admin.post('/api/commands', { do: 'lockdown', on: true });
  assert.is((await pulse()).status, 200);
  assert.is((await status()).door.relay, 'energised');
  assert.is((await status()).door.state, 'lockdown');
  clock.advance(500);
  assert.is((await status()).door.relay, 'rest');
  await admin.post('/api/commands', { do: 'lockdown', on: false });
  assert.is(errorIn(await pulse()), 'not-now');

  await admin.post('/api/commands', { do: 'installer-mode', on: true });
  assert.equal((await status()).installerMode, { untilMs: door.clock.wallMs() + 600_000, by: 'user:admin' });
  const toAnyone: Status = (await anyone().get('/api/status')).json;
  assert.equal(toAnyone.installerMode, { untilMs: door.clock.wallMs() + 600_000 }, 'without a name to whoever is not logged in');
  assert.is((await pulse()).status, 200);
  clock.advance(600_000);
  assert.is((await status()).installerMode, undefined);
  assert.is(errorIn(await pulse()), 'not-now');
});

test('an attempt is found by outcome, reason, token, time and words, and its pictures by it alone', async () => {
  await door.show(tokenText('resident'));
  clock.advance(6_000);
  await door.app?.idle();
  const viewer = await loggedIn('viewer');
  const [attempt] = ((await viewer.get('/api/attempts?limit=1')).json as { attempts: { id: string; outcome: string; reason: string; token: string; atMs: number; pictures: { kind: string }[] }[] }).attempts;
  assert.ok(attempt);
  const { id, outcome, reason, token, atMs, pictures } = attempt;
  const found = async (query: string): Promise<string[]> => ((await viewer.get(`/api/attempts?${query}`)).json as { attempts: { id: string }[] }).attempts.map((each) => each.id);
  for (const query of [`outcome=${outcome}`, `reason=${reason}`, `token=${token.slice(0, 3)}`, `fromMs=${Math.floor(atMs)}`, `toMs=${Math.floor(atMs) + 1}`, `text=${token}`]) assert.ok((await found(query)).includes(id), query);
  for (const query of [`reason=revoked`, `fromMs=${Math.floor(atMs) + 1}`, 'text=nothing+of+the+kind']) assert.not.ok((await found(query)).includes(id), query);
  assert.ok(pictures.some(({ kind }) => kind === 'scan'));
  const picture = await viewer.get(`/api/attempts/${id}/scan.jpg`);
  assert.is(picture.status, 200);
  assert.is(picture.headers['content-type'], 'image/jpeg');
  assert.equal([...picture.bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
  assert.equal(((await anyone().get('/api/attempts?limit=1')).json as { attempts: { pictures: unknown[] }[] }).attempts[0]?.pictures, [], 'whoever is not logged in is not told of them');
});

test.run();
