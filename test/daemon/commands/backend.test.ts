import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { textIn } from '../../../daemon/backend/codes/code-picture.ts';
import { readToken } from '../../../daemon/base/token.ts';
import { backendCommand } from '../../../daemon/commands/backend.ts';
import { issueCommand } from '../../../daemon/commands/issue.ts';
import { readRootKeys } from '../../../daemon/commands/key-files.ts';
import { revokeCommand } from '../../../daemon/commands/revoke.ts';
import { run, started } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-cli-'));
const dir = join(folder, 'backend');
const config = join(folder, 'door.yaml');
const file = (name: string): string => join(folder, name);
let doorKey = '';
let door = '';
let port = 0;
let backend: Awaited<ReturnType<typeof started>>;

const line = async (...args: string[]): Promise<string> => {
  const { code, out, err } = await run(backendCommand, ...args);
  assert.is(code, 0, err);
  return out.trim();
};

async function serve(): Promise<void> {
  backend = await started('backend', '--dir', dir, '--port', String(port));
  port = Number(/:(\d+)\./.exec(backend.firstLine)?.[1]);
}

test.before(async () => {
  door = await line('add-door', '--dir', dir, '--name', 'Front door');
  doorKey = await line('create-key', '--dir', dir, '--role', 'door');
  writeFileSync(file('door.key'), `${doorKey}\n`, { mode: 0o600 });
  writeFileSync(file('admin.key'), `${await line('create-key', '--dir', dir, '--role', 'admin', '--name', 'ada')}\n`, { mode: 0o600 });
  writeFileSync(file('roots.txt'), `# of the backend\n${await line('root-keys', '--dir', dir)}\n`);
  await serve();
  writeFileSync(config, `
stateDir: state
door: {uuid: "${door}", name: Front door, schedules: {deliveries: {weekly: {mon: ["08:00-12:00"]}}}}
camera: {driver: replay, session: none}
doorIo: {driver: simulated}
access: {rootKeysFile: roots.txt}
backend: {url: "http://127.0.0.1:${port}", apiKeyFile: door.key, adminKeyFile: admin.key}
`);
});
test.after(async () => {
  backend.child.kill('SIGTERM');
  await backend.ended;
  rmSync(folder, { recursive: true });
});

const issue = (...args: string[]): ReturnType<typeof run> => run(issueCommand, '--config', config, ...args);

async function validate(nonce: string, code: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/accesscontrol/qr/validateQRAccessCode`, {
    method: 'POST', headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': doorKey, 'content-type': 'application/json' },
    body: JSON.stringify({ nonce, doorUuid: door, code, timestampMs: 0 }),
  });
  const { verdict, reason } = await response.json() as { verdict: string; reason?: string };
  return reason ?? verdict;
}

async function codeIn(picture: string): Promise<string> {
  return await textIn(readFileSync(picture)) ?? '';
}

test('the root keys that the backend prints are what a door reads', () => {
  assert.is(readRootKeys(file('roots.txt')).length, 1);
});

test('a code is issued with every option, its picture is the owner\'s alone, and its id revokes it', async () => {
  const picture = file('full.png');
  const { code, out, err } = await issue('--for', '24h', '--uses', '2', '--grace', '60', '--hours', 'deliveries', '--extended', '--out', picture, '--json', '--principal', 'ada');
  assert.is(code, 0, err);
  const { tokenId, doorUuid } = JSON.parse(out) as { tokenId: string; doorUuid: string };
  assert.is(doorUuid, door);
  assert.is(statSync(picture).mode & 0o777, 0o600);
  const read = readToken(await codeIn(picture));
  if (!read.ok) throw new Error(read.reason);
  const { uses, reentryGraceS, hours, extended, expiresAtS, issuedAtS } = read.token.claims;
  assert.equal([uses, reentryGraceS, hours, extended, expiresAtS - issuedAtS], [2, 60, 'deliveries', true, 86_400]);

  assert.equal(await run(revokeCommand, '--config', config, tokenId), { code: 0, out: `${tokenId}: revoked\n`, err: '' });
  assert.equal(await run(revokeCommand, tokenId, '--config', config), { code: 0, out: `${tokenId}: was revoked already\n`, err: '' });
});

test('some of several ids that are unknown are told, the others revoked, and the exit code is 1', async () => {
  const { out } = await issue('--for', '1h', '--out', file('one.png'), '--json');
  const { tokenId } = JSON.parse(out) as { tokenId: string };
  // An id may begin with a dash, as an option does.
  const unknown = '-BESExQVFhcYGRobHB0eHw';
  assert.equal(await run(revokeCommand, '--config', config, unknown, tokenId), { code: 1, out: `${tokenId}: revoked\n`, err: `${unknown}: unknown\n` });
});

const wrong: [situation: string, args: string[], says: RegExp][] = [
  ['no duration', [], /--for 24h/],
  ['a duration without a unit', ['--for', '24'], /30m, 24h or 7d/],
  ['a duration that no door takes', ['--for', '32d'], /31 days/],
  ['uses in words', ['--for', '1h', '--uses', 'two'], /--uses takes a whole number/],
  ['a schedule the door does not have', ['--for', '1h', '--hours', 'night'], /no schedule "night". It has: deliveries/],
  ['a beginning without a time', ['--for', '1h', '--from', 'tomorrow'], /2026-12-24T08:00/],
  ['a door that is not there', ['--for', '1h', '--door', 'AAECAwQFBgcICQoLDA0OAA'], /no door AAECAwQFBgcICQoLDA0OAA/],
  ['a picture where a file is', ['--for', '1h', '--out', config], /already\. Nothing was issued/],
];
for (const [situation, args, says] of wrong) {
  test(`issue with ${situation} says what to do, and writes no picture`, async () => {
    const before = readdirSync(folder);
    const { code, err } = await issue(...args);
    assert.is(code, 2);
    assert.match(err, says);
    assert.equal(readdirSync(folder), before);
  });
}

test('[S7] a key that others may read is not used, and the mend is named', async () => {
  writeFileSync(file('open.key'), 'a.b\n', { mode: 0o644 });
  writeFileSync(file('open.yaml'), readFileSync(config, 'utf8').replace('admin.key', 'open.key'));
  const { code, err } = await run(issueCommand, '--config', file('open.yaml'), '--for', '1h');
  assert.is(code, 2);
  assert.match(err, /chmod 600/);
});

test('a door\'s key cannot issue', async () => {
  writeFileSync(file('door-as-admin.yaml'), readFileSync(config, 'utf8').replace('admin.key', 'door.key'));
  assert.match((await run(issueCommand, '--config', file('door-as-admin.yaml'), '--for', '1h')).err, /is for admin or issuer; door is door/);
});

test('[S3] a use that was answered survives kill -9: asked again it is the same answer, and nothing is left', async () => {
  await issue('--for', '1h', '--uses', '1', '--out', file('once.png'));
  const text = await codeIn(file('once.png'));
  assert.is(await validate('A'.repeat(26), text), 'granted');
  backend.child.kill('SIGKILL');
  await backend.ended;
  const { code, err } = await issue('--for', '1h', '--out', file('none.png'));
  assert.is(code, 2);
  assert.match(err, /cannot be reached.*Is it running\?/s);
  await serve();
  assert.is(await validate('A'.repeat(26), text), 'granted', 'the door that lost the answer gets it again');
  assert.is(await validate('B'.repeat(26), text), 'used-up');
});

test('it stops cleanly on SIGTERM', async () => {
  backend.child.kill('SIGTERM');
  assert.is(await backend.ended, 0);
  await serve();
});

test('the longest a code may be valid is the backend\'s config\'s to say', async () => {
  const own = file('backend.yaml');
  writeFileSync(own, 'dir: short\nport: 1\nmaxTokenDays: 2\n');
  const shortDoor = await line('add-door', '--config', own, '--name', 'Door');
  const key = await line('create-key', '--config', own, '--role', 'admin');
  const short = await started('backend', '--config', own, '--port', '0');
  const issued = async (validDurationSec: number): Promise<unknown> => {
    const response = await fetch(`${/http:\S+:\d+/.exec(short.firstLine)?.[0]}/api/accesscontrol/qr/generateQRAccessCode`, {
      method: 'POST', headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': key, 'content-type': 'application/json' },
      body: JSON.stringify({ accessControlledDoorUuid: shortDoor, validDurationSec }),
    });
    const { errorMsg } = await response.json() as { errorMsg?: string };
    return errorMsg ?? response.status;
  };
  try {
    assert.is(await issued(2 * 86_400), 200);
    assert.match(String(await issued(2 * 86_400 + 1)), /60 to 172800 \(2 days\)/);
  } finally {
    short.child.kill('SIGTERM');
    await short.ended;
  }
});

test('wrong usage of the backend\'s verbs says what is right', async () => {
  assert.match((await run(backendCommand)).err, /--dir DIR or --config FILE/);
  assert.match((await run(backendCommand, 'sing', '--dir', dir)).err, /serve, add-door, root-keys, create-key/);
  assert.match((await run(backendCommand, 'create-key', '--dir', dir)).err, /--role admin, --role issuer, --role door or --role reader/);
  assert.match((await run(backendCommand, 'add-door', '--dir', dir)).err, /--name/);
  assert.match((await run(backendCommand, '--dir', dir, '--port', '70000')).err, /0 to 65535/);
  assert.match((await run(backendCommand, '--dir', dir, '--host', '0.0.0.0', '--port', '0')).err, /this machine only/);
  assert.match((await run(backendCommand, '--config', config)).err, /no embeddedBackend section/);
});

test.run();
