import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unlockCommand } from '../../../daemon/commands/unlock.ts';
import { BACK, FRONT, ServedBackend } from '../backend/served-backend.ts';
import { run } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-unlock-'));
let it: ServedBackend;

test.before(async () => {
  it = await ServedBackend.open();
});
test.after(async () => {
  await it.close();
  rmSync(folder, { recursive: true });
});

function configWith({ url = it.url, key = it.adminKey, door = FRONT, backend = true } = {}): string {
  writeFileSync(join(folder, 'admin.key'), `${key}\n`, { mode: 0o600 });
  const file = join(folder, 'door.yaml');
  writeFileSync(file, `
stateDir: state
door: {uuid: "${door}", name: Front door}
camera: {driver: replay, session: none}
doorIo: {driver: simulated}
access: {rootKeysFile: roots.txt}
${backend ? `backend: {url: "${url}", apiKeyFile: door.key, adminKeyFile: admin.key}` : ''}
`);
  return file;
}

test('a door that is not there: exit code 1, and what may be the matter', async () => {
  const { code, out, err } = await run(unlockCommand, '--config', configWith());
  assert.equal([code, out], [1, '']);
  assert.match(err, new RegExp(`^Door ${FRONT}: DOOR_OFFLINE\\. .*access\\.remoteUnlock.*\\?\\n$`));
});

test('another door than the config\'s is named by its RUUID or UUID', async () => {
  for (const uuid of [BACK, '10111213-1415-1617-1819-1a1b1c1d1e1f']) {
    assert.match((await run(unlockCommand, '--config', configWith(), '--door', uuid)).err, new RegExp(`^Door ${uuid}: DOOR_OFFLINE`));
  }
});

const wrong: [situation: string, config: () => string, args: string[], says: RegExp][] = [
  ['a door that is no id', () => configWith(), ['--door', 'front'], /--door takes an RUUID/],
  ['a door that the backend does not know', () => configWith(), ['--door', 'AAECAwQFBgcICQoLDA0OAA'], /The backend refused: There is no door AAECAwQFBgcICQoLDA0OAA/],
  ['a principal with a line break', () => configWith(), ['--principal', 'a\nb'], /auditPrincipal/],
  ['a door\'s key', () => configWith({ key: it.doorKey }), [], /is for admin; door is door/],
  ['a key that is none', () => configWith({ key: 'a.b' }), [], /no such API key/],
  ['a config without a backend', () => configWith({ backend: false }), [], /names no backend/],
  ['a backend that is not there', () => configWith({ url: 'http://127.0.0.1:1' }), [], /cannot be reached.*Is it running\?/],
];
for (const [situation, config, args, says] of wrong) {
  test(`${situation}: exit code 2, one sentence`, async () => {
    const { code, out, err } = await run(unlockCommand, '--config', config(), ...args);
    assert.equal([code, out], [2, '']);
    assert.match(err, says);
  });
}

test.run();
