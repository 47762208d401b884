import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { systemRandom } from '../../../daemon/base/ids.ts';
import { silentLogger } from '../../../daemon/base/logger.ts';
import { userCommand } from '../../../daemon/commands/user.ts';
import { Users } from '../../../daemon/report/page/users.ts';
import { UsersFile } from '../../../daemon/report/page/users-file.ts';
import { run, type Outcome } from './command-line.ts';

const main = fileURLToPath(new URL('../../../daemon/main.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'postern-users-'));
const path = join(dir, 'users.json');
test.after(() => rmSync(dir, { recursive: true }));

/** As a process of its own, with a password on its standard input. */
function piped(password: string, ...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [main, 'user', ...args, '--state', dir]);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.end(password);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, out, err })));
}

test('a user is added with a password from standard input, which stands nowhere in the clear', async () => {
  const { code, out } = await piped('correct horse battery\n', 'add', 'ada', '--role', 'operator');
  assert.is(code, 0);
  assert.is(out, 'ada may log in to the page as operator.\n');
  assert.not.match(readFileSync(path, 'utf8'), /horse/);
  assert.is(statSync(path).mode & 0o777, 0o600);
});

test('what cannot be is told with the mend, and nothing is changed', async () => {
  const before = readFileSync(path, 'utf8');
  const tried: [string, string[], RegExp][] = [
    ['correct horse battery', ['add', 'ada', '--role', 'viewer'], /already.*postern user password ada/],
    ['correct horse battery', ['add', 'bob'], /A role is one of viewer, operator, admin/],
    ['correct horse battery', ['add', 'bob', '--role', 'root'], /A role is one of/],
    ['correct horse battery', ['add', '../bob', '--role', 'viewer'], /small letters/],
    ['correct horse battery', ['add', 'Bob', '--role', 'viewer'], /small letters/],
    ['short', ['add', 'bob', '--role', 'viewer'], /10 to 256 characters/],
    ['', ['add', 'bob', '--role', 'viewer'], /No password came/],
    ['correct horse battery', ['password', 'bob'], /no user "bob"/],
  ];
  for (const [password, args, message] of tried) {
    const { code, err } = await piped(password, ...args);
    assert.is(code, 2, args.join(' '));
    assert.match(err, message);
  }
  for (const args of [[], ['open'], ['remove'], ['remove', 'bob'], ['role', 'ada', 'root'], ['list', 'ada'], ['list', '--role', 'admin']]) assert.is((await run(userCommand, ...args, '--state', dir)).code, 2, args.join(' '));
  assert.is(readFileSync(path, 'utf8'), before);
});

test('a running daemon takes a change up within a second; another password or role has another stamp', async () => {
  const clock = new VirtualClock();
  const users = new Users({ file: new UsersFile(dir, systemRandom), clock, log: silentLogger });
  const before = users.get('ada');
  assert.is(before?.role, 'operator');
  await run(userCommand, 'role', 'ada', 'admin', '--state', dir);
  clock.advance(1_000);
  const after = users.get('ada');
  assert.is(after?.role, 'admin');
  assert.is.not(after?.stamp, before?.stamp);
  await new UsersFile(dir, systemRandom).setPassword('ada', 'another password');
  clock.advance(1_000);
  assert.is.not(users.get('ada')?.stamp, after?.stamp);
});

test('a file that was meddled with or that others may read lets nobody in', () => {
  const file = new UsersFile(dir, systemRandom);
  const good = readFileSync(path, 'utf8');
  const bad: [string, string][] = [
    ['no JSON', good.slice(1)], ['another role', good.replace('"admin"', '"root"')], ['a field too many', good.replace('"users"', '"x": 1, "users"')],
    ['a hash that costs the door its memory', good.replace('"logN": 14', '"logN": 30')], ['a name twice', good.replace(/\[([^]*)\]/, '[$1,$1]')], ['nothing', ''],
  ];
  for (const [what, text] of bad) {
    writeFileSync(path, text);
    const clock = new VirtualClock();
    const told: string[] = [];
    const users = new Users({ file, clock, log: { ...silentLogger, error: (message) => void told.push(message) } });
    assert.is(users.get('ada'), undefined, what);
    clock.advance(1_000);
    assert.is(users.count, 0);
    assert.is(told.length, 1, 'and it is told once');
  }
  writeFileSync(path, good);
  chmodSync(path, 0o644);
  assert.throws(() => file.read(), /others than its owner/);
  chmodSync(path, 0o600);
  assert.is(file.read().length, 1);
});

test('users are listed and removed', async () => {
  assert.match((await run(userCommand, 'list', '--state', dir)).out, /^ada +admin\n$/);
  assert.is((await run(userCommand, 'remove', 'ada', '--state', dir)).code, 0);
  const { code, err } = await run(userCommand, 'list', '--state', dir);
  assert.is(code, 1);
  assert.match(err, /postern user add NAME --role admin/);
});

test.run();
