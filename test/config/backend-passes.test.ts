import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, loadBackendConfig } from '../../config/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-config-'));
test.after(() => rmSync(folder, { recursive: true }));

function load(lines: string): ReturnType<typeof loadBackendConfig> {
  const path = join(folder, 'backend.yaml');
  writeFileSync(path, `dir: backend\n${lines}\n`);
  return loadBackendConfig(path);
}

test('where links lead and who takes the mails', () => {
  const { publicUrl, smtp } = load('publicUrl: https://access.example.org/doors\nsmtp: {host: mail.example.org, from: "Desk <desk@example.org>", user: desk, passwordFile: smtp.password}');
  assert.is(publicUrl, 'https://access.example.org/doors');
  assert.equal({ ...smtp }, { host: 'mail.example.org', port: 587, security: 'starttls', from: 'Desk <desk@example.org>', user: 'desk', passwordFile: join(folder, 'smtp.password'), timeoutS: 30 });
  assert.is(load('publicUrl: http://127.0.0.1:8471').publicUrl, 'http://127.0.0.1:8471');
  assert.is(load('smtp: {host: 127.0.0.1, security: none, from: a@example.org}').smtp?.security, 'none');
});

const bad: [situation: string, lines: string, says: RegExp][] = [
  ['links by plain http', 'publicUrl: http://access.example.org', /publicUrl.*must begin with https/],
  ['links with a query', 'publicUrl: https://access.example.org/?a=b', /publicUrl.*no user, query or fragment/],
  ['links with a password', 'publicUrl: https://a:b@access.example.org', /publicUrl/],
  ['links that are no URL', 'publicUrl: access.example.org', /publicUrl.*must be a URL/],
  ['no TLS to another machine', 'smtp: {host: mail.example.org, security: none, from: a@example.org}', /smtp\.security.*must not be none to another machine/],
  ['a user without a password', 'smtp: {host: mail.example.org, from: a@example.org, user: a}', /smtp\.passwordFile.*together with user/],
  ['a password over a plain connection', 'smtp: {host: localhost, security: none, from: a@example.org, user: a, passwordFile: p}', /smtp\.user.*in plain/],
  ['a password in the config', 'smtp: {host: mail.example.org, from: a@example.org, password: x}', /smtp\.password is not a key/],
  ['no sender', 'smtp: {host: mail.example.org}', /smtp\.from is missing/],
];
for (const [situation, lines, says] of bad) {
  test(`[S5] ${situation} in a backend's config: refused by the key's name`, () => {
    assert.throws(() => load(lines), (thrown: unknown) => thrown instanceof ConfigError && says.test(thrown.message));
  });
}

test.run();
