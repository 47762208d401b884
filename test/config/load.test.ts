import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, loadConfig, type ConfigProblem } from '../../config/load.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'postern-config-'));
test.after(() => rmSync(folder, { recursive: true }));

const SMALLEST = `
stateDir: state
door: {uuid: AAECAwQFBgcICQoLDA0ODw, name: Front door}
camera: {driver: replay, session: sessions/one}
doorIo: {driver: simulated}
access: {rootKeysFile: roots.txt}
`;

function written(bytes: string | Uint8Array): string {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, bytes);
  return path;
}

function problemsOf(path: string): ConfigProblem[] {
  try {
    loadConfig(path);
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems;
    throw thrown;
  }
  return [];
}

/** `# expect LINE KEY: MESSAGE` at the top of a bad config says what must be found in it, and nothing else. */
function expectedOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').filter((line) => line.startsWith('# expect ')).map((line) => line.slice('# expect '.length));
}

const badConfigs = join(root, 'fixtures/configs');
for (const file of readdirSync(badConfigs).filter((name) => name.startsWith('bad-'))) {
  test(`[S5] ${file} is refused, and every bad key in it is named with its line`, () => {
    const found = problemsOf(join(badConfigs, file)).map(({ key, line, message }) => `${line ?? '-'} ${key === '' ? 'the file' : key}: ${message}`);
    const expected = expectedOf(join(badConfigs, file));
    assert.ok(expected.length > 0);
    assert.equal(found.sort(), expected.sort());
  });
}

test('a config with the required keys alone gets every other key from the schema', () => {
  const config = loadConfig(written(SMALLEST));
  assert.is(config.door.unlockMs, 5000);
  assert.is(config.access.whenListStale, 'deny');
  assert.equal(config.evidence, { keep: 'all', maxAgeH: 72, maxMb: 1000 });
  assert.equal(config.http, { enabled: true, host: '127.0.0.1', port: 8470, allowedHosts: [], sessionIdleS: 1_800, sessionMaxH: 12 });
  assert.not.ok('backend' in config);
});

test('paths count from the folder of the config, wherever the daemon was started', () => {
  const config = loadConfig(written(SMALLEST));
  assert.is(config.stateDir, join(folder, 'state'));
  assert.is(config.access.rootKeysFile, join(folder, 'roots.txt'));
  assert.is(config.camera.driver === 'replay' && config.camera.session, join(folder, 'sessions/one'));
});

test('a loaded config cannot be changed, at no depth', () => {
  const config = loadConfig(written(`${SMALLEST}log: {level: warn}\n`)) as unknown as { door: { unlockMs: number }; log: { level: string } };
  assert.throws(() => { config.door.unlockMs = 1; }, /read only/);
  assert.throws(() => { config.log.level = 'debug'; }, /read only/);
});

test('[S5] the message lists the faults from the top of the file down', () => {
  const path = written(`${SMALLEST}log: {level: loud}\nhttp: {port: 0}\n`);
  assert.throws(() => loadConfig(path), new RegExp(`^the config .*config.yaml cannot be used:\n  line 7: log.level is "loud", but must be .*\n  line 8: http.port is 0, but must be a whole number from 1 to 65535$`));
});

test('thousands of unknown keys are counted, not listed', () => {
  const path = written(SMALLEST + Array.from({ length: 3000 }, (_, i) => `key${i}: 1\n`).join(''));
  assert.is(problemsOf(path).length, 3000);
  assert.throws(() => loadConfig(path), /and 2970 more$/);
});

const hostile: Record<string, [bytes: string | Uint8Array, message: RegExp]> = {
  'an empty file': ['', /must be lines of "key: value"/],
  'a list': ['- stateDir\n', /must be lines of "key: value"/],
  'a word': ['hello', /must be lines of "key: value"/],
  'a program': [readFileSync(process.execPath).subarray(0, 60_000), /is not a text file/],
  'bytes that are not UTF-8': [Uint8Array.of(0x61, 0x3a, 0x20, 0xff, 0xfe), /is not UTF-8 text/],
  'a file of 65,537 bytes': ['#'.repeat(65_537), /is 65537 bytes long; a config has at most 65536/],
  'sixty thousand opened brackets': ['['.repeat(60_000), /nested more than 64 levels/],
  'a thousand brackets that are closed again': ['['.repeat(1000) + ']'.repeat(1000), /nested more than 64 levels/],
  'thirty thousand dashes': ['- '.repeat(30_000), /nested more than 64 levels/],
  'thirty thousand question marks': ['? '.repeat(30_000), /nested more than 64 levels/],
  'twenty thousand braces': ['{a: '.repeat(15_000), /nested more than 64 levels/],
  'twenty thousand colons': ['a: '.repeat(20_000), /nested more than 64 levels/],
  'an unfinished string': ['stateDir: "abc', /is not YAML here/],
  'a key that is a map': ['{a: 1}: 2\n', /is not/],
};
for (const [what, [bytes, message]] of Object.entries(hostile)) {
  test(`[S5] ${what} in place of a config is refused in a sentence`, () => {
    const problems = problemsOf(written(bytes));
    assert.ok(problems.length > 0);
    assert.match(problems.map((problem) => problem.message).join('\n'), message);
  });
}

test('[S5] what is no file is refused: a folder, a device, nothing', () => {
  mkdirSync(join(folder, 'sub'));
  assert.match(problemsOf(join(folder, 'sub'))[0]?.message ?? '', /is not a file/);
  assert.match(problemsOf('/dev/zero')[0]?.message ?? '', /is not a file/);
  assert.match(problemsOf(join(folder, 'nowhere.yaml'))[0]?.message ?? '', /does not exist/);
});

test('[S5] any cut or flipped byte of the example loads or is refused, and never crashes', () => {
  const example = readFileSync(join(root, 'config/example.yaml'));
  for (let at = 0; at < example.length; at += 41) {
    problemsOf(written(example.subarray(0, at)));
    const flipped = Buffer.from(example);
    flipped[at] = (at * 7919) % 256;
    problemsOf(written(flipped));
  }
});

test('the demo config is good', () => {
  assert.equal(problemsOf(join(root, 'config/demo.yaml')), []);
});

test.run();
