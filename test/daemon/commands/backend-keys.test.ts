import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Backend } from '../../../daemon/backend/backend.ts';
import { systemClock } from '../../../daemon/base/clock.ts';
import { backendCommand } from '../../../daemon/commands/backend.ts';
import { issueCommand } from '../../../daemon/commands/issue.ts';
import { Authority, replace } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { run, started, type Outcome } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-cli-keys-'));
const dir = join(folder, 'backend');
let door = '';

const backend = (...args: string[]): Promise<Outcome> => run(backendCommand, ...args, '--dir', dir);
const done = async (...args: string[]): Promise<string> => {
  const { code, out, err } = await backend(...args);
  assert.is(code, 0, err);
  return out.trim();
};
const signingKeys = async (): Promise<{ id: string; use: string; state: string; signs: boolean; liveCodes: number }[]> =>
  (await done('signing-keys', '--json')).split('\n').map((line) => JSON.parse(line) as Awaited<ReturnType<typeof signingKeys>>[number]);

test.before(async () => {
  door = await done('add-door', '--name', 'Front door');
});
test.after(() => rmSync(folder, { recursive: true }));

test('keys are made, listed and revoked; the list never shows a secret', async () => {
  const key = await done('create-key', '--role', 'door', '--name', 'front', '--door', door, '--limit', '120', '--principal', 'ada');
  const [id, secret] = key.split('.') as [string, string];
  const listed = await done('list-keys');
  assert.match(listed, new RegExp(`${id}\\s+door\\s+front\\s+${door}\\s+120\\s+\\d{4}-.*Z\\s+never`));
  assert.not.ok(listed.includes(secret));
  const [record] = (await done('list-keys', '--json')).split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal([record?.id, record?.door, record?.perMinute, record?.revokedAtMs], [id, door, 120, null]);
  assert.equal(await backend('revoke-key', id), { code: 0, out: `${id}: revoked\n`, err: '' });
  assert.equal(await backend('revoke-key', key), { code: 0, out: `${id}: was revoked already\n`, err: '' }, '[S7] a whole key is taken, and not shown again');
  assert.equal(await backend('revoke-key', 'nobody'), { code: 1, out: '', err: 'nobody: there is no such key\n' });
});

test('the audit log tells who did what', async () => {
  const told = await done('audit');
  assert.match(told, /Z  api-key-created {7}\S+ front +on the backend's own machine for ada\n/);
  assert.match(told, /Z  door-added/);
  const [entry] = (await done('audit', '--json', '--since', '7d')).split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.is(entry?.action, 'door-added');
  assert.equal(await backend('audit', '--since', '2100-01-01'), { code: 1, out: '', err: 'Nothing was done since then. --since 7d looks further back.\n' });
});

test('a token key is rotated and revoked; how many codes that costs is said before, and nothing happens unasked', async () => {
  const issuing = await Backend.open({ dir, clock: systemClock });
  issuing.issue({ doors: [door], validS: 3600 });
  issuing.issue({ doors: [door], validS: 3600 });
  await issuing.close();
  const [old] = (await signingKeys()).filter((key) => key.use === 'token');
  assert.match(await done('rotate-key', 'token', '--lead', '10m'), /The key [0-9a-f]{8} signs codes from .*what the old one signed stays good/);
  assert.match((await backend('rotate-key', 'token')).err, /takes over at .* already/);
  assert.match(await done('signing-keys'), new RegExp(`${old?.id}\\s+token\\s+retired\\s+now\\s+.*\\s2\\n`));

  const refused = await backend('revoke-signing-key', old?.id ?? '');
  assert.is(refused.code, 2);
  assert.match(refused.err, /signed 2 codes that can still be used: none of them will open a door again\. Nothing was changed\. .*--yes/);
  assert.is((await signingKeys()).find((key) => key.id === old?.id)?.state, 'retired');
  assert.match(await done('revoke-signing-key', old?.id ?? '', '--yes'), /is revoked\. Doors learn of it with their next key set; 2 codes to be issued anew/);
  assert.is((await signingKeys()).find((key) => key.id === old?.id)?.state, 'revoked');
  assert.is((await signingKeys()).filter((key) => key.use === 'token' && key.signs).length, 1);
});

test('a further root is announced, and takes over once somebody agrees', async () => {
  assert.match(await done('rotate-key', 'root'), /signs nothing yet/);
  assert.is((await done('root-keys')).split('\n').length, 2);
  assert.match((await backend('rotate-key', 'root', '--take-over')).err, /Nothing was changed/);
  assert.match(await done('rotate-key', 'root', '--take-over', '--yes'), /signs the key sets now/);
  assert.is((await done('root-keys')).split('\n').length, 1);
});

const wrong: [args: string[], says: RegExp][] = [
  [['create-key'], /--role admin, --role issuer, --role door or --role reader/],
  [['create-key', '--role', 'king'], /--role admin, --role issuer/],
  [['create-key', '--role', 'issuer', '--door', 'AAECAwQFBgcICQoLDA0ODw'], /--door is for --role door alone/],
  [['create-key', '--role', 'door', '--door', 'front'], /RUUID/],
  [['create-key', '--role', 'door', '--door', 'AAECAwQFBgcICQoLDA0OAA'], /no door AAECAwQFBgcICQoLDA0OAA here.*add-door/],
  [['create-key', '--role', 'door', '--limit', '0'], /1 to 1000000/],
  [['create-key', '--role', 'door', '--limit', 'many'], /1 to 1000000/],
  [['create-key', '--role', 'door', '--name', 'a\nb'], /printable/],
  [['revoke-key'], /list-keys shows them/],
  [['audit', '--since', 'yesterday'], /--since takes/],
  [['rotate-key'], /rotate-key token, rotate-key list or rotate-key root/],
  [['rotate-key', 'house'], /rotate-key token, rotate-key list or rotate-key root/],
  [['rotate-key', 'token', 'list'], /Say which key/],
  [['rotate-key', 'list', '--lead', '15'], /--lead takes a number with its unit/],
  [['rotate-key', 'root', '--take-over', '--yes'], /No further root was announced/],
  [['revoke-signing-key'], /signing-keys shows it/],
  [['revoke-signing-key', 'xyz'], /no signing key "xyz"/],
  [['list-keys', 'all'], /"all" is too much/],
];
for (const [args, says] of wrong) {
  test(`"backend ${args.join(' ').replace('\n', '\\n')}" says what is right, and changes nothing`, async () => {
    const before = await done('list-keys', '--json') + await done('signing-keys', '--json');
    const { code, err } = await backend(...args);
    assert.is(code, 2);
    assert.match(err, says);
    assert.is(await done('list-keys', '--json') + await done('signing-keys', '--json'), before);
  });
}

test('a backend with a config of its own serves HTTPS, follows the commands beside it, and reads new files on SIGHUP', async () => {
  const ours = new Authority(folder, 'ours');
  const doors = new Authority(folder, 'doors');
  const [first, second] = [ours.server('first'), ours.server('second')];
  const files = { cert: join(folder, 'server.pem'), key: join(folder, 'server.key') };
  replace(files, first);
  const config = join(folder, 'backend.yaml');
  writeFileSync(config, `dir: backend\ntls: {certFile: server.pem, keyFile: server.key, clientCaFile: ${doors.cert}}\n`);
  writeFileSync(join(folder, 'admin.key'), await done('create-key', '--role', 'admin', '--name', 'ada'), { mode: 0o600 });
  const served = await started('backend', '--config', config, '--port', '0');
  const url = /answers at (https:\S+?)\. /.exec(served.firstLine)?.[1] ?? '';
  assert.match(url, /^https:/);
  const doorConfig = (ca: string): string => {
    const path = join(folder, 'door.yaml');
    writeFileSync(path, `
stateDir: state
door: {uuid: "${door}", name: Front door}
camera: {driver: replay, session: none}
doorIo: {driver: simulated}
access: {rootKeysFile: roots.txt}
backend: {url: "${url}", apiKeyFile: admin.key, adminKeyFile: admin.key, caFile: "${ca}"}
`);
    return path;
  };
  const issue = (ca: string): Promise<Outcome> => run(issueCommand, '--config', doorConfig(ca), '--for', '1h', '--out', join(folder, `${Math.random()}.png`));
  assert.is((await issue(ours.cert)).code, 0);
  assert.match((await issue(doors.cert)).err, /cannot be reached/);

  replace(files, second);
  served.child.kill('SIGHUP');
  await eventually('the new certificate', async () => (await shown(url, ours.cert)) === 'second' || undefined);
  const [id] = (await done('list-keys', '--json')).split('\n').map((line) => JSON.parse(line) as { id: string; name: string; revokedAtMs: number | null }).filter((key) => key.name === 'ada').map((key) => key.id);
  await done('revoke-key', id ?? '');
  assert.match((await issue(ours.cert)).err, /no such API key/);
  served.child.kill('SIGTERM');
  assert.is(await served.ended, 0);
});

async function shown(url: string, caFile: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), ca: readFileSync(caFile) }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    }).on('error', reject);
  });
}

test.run();
