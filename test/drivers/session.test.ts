import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PosternError } from '../../daemon/base/errors.ts';
import { readSession, readSessionSync } from '../../drivers/session.ts';

const dir = mkdtempSync(join(tmpdir(), 'postern-session-'));
test.after(() => rmSync(dir, { recursive: true }));

const head = {
  session: 'phone', about: 'Someone comes.', startsAt: '2026-03-02T09:00:00.000Z',
  config: '../configs/door.yaml', site: '../site/site.json', width: 960, height: 540,
};

function write(...lines: unknown[]): void {
  writeFileSync(join(dir, 'inputs.jsonl'), lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') + '\n');
}

function complaint(): string {
  try {
    readSessionSync(dir);
  } catch (thrown) {
    assert.instance(thrown, PosternError);
    assert.is((thrown as PosternError).code, 'session-bad');
    return (thrown as PosternError).message;
  }
  return 'none';
}

test('a session is read, its paths made absolute', async () => {
  write(head, { atMs: 0, frame: 'frames/1.jpg' }, { atMs: 0.5, rex: 'active' }, { atMs: 1, rex: 'idle' },
    { atMs: 1, contact: 'open' }, { atMs: 2, contact: 'closed' }, { atMs: 3, backend: 'away' }, { atMs: 4, backend: 'back' });
  assert.equal(await readSession(dir), {
    dir, name: 'phone', about: 'Someone comes.', startsAtMs: Date.UTC(2026, 2, 2, 9), width: 960, height: 540,
    configFile: resolve(dir, '../configs/door.yaml'), siteFile: resolve(dir, '../site/site.json'),
    inputs: [
      { atMs: 0, frame: 'frames/1.jpg' }, { atMs: 0.5, rex: 'active' }, { atMs: 1, rex: 'idle' }, { atMs: 1, contact: 'open' },
      { atMs: 2, contact: 'closed' }, { atMs: 3, backend: 'away' }, { atMs: 4, backend: 'back' },
    ],
  });
});

test('a session without inputs is a session', () => {
  write(head);
  assert.equal(readSessionSync(dir).inputs, []);
});

const frame = { atMs: 5, frame: 'frames/1.jpg' };
const wrong: [string, unknown[], RegExp][] = [
  ['an empty file', [''], /line 1: expected a JSON object/],
  ['a head that is no JSON', ['{session'], /line 1: expected a JSON object/],
  ['a head without a width', [{ ...head, width: undefined }], /line 1 \(the head\): width: /],
  ['a head of no size', [{ ...head, width: 0, height: 1.5 }], /width: .*; height: /],
  ['a head with a key nobody knows', [{ ...head, colour: true }], /line 1 \(the head\): .*colour/],
  ['a head without a date', [{ ...head, startsAt: 'this morning' }], /startsAt: /],
  ['inputs without a head', [frame], /line 1 \(the head\): session: /],
  ['a line that is no JSON', [head, frame, 'frames/2.jpg'], /line 3: expected a JSON object/],
  ['a line that is no object', [head, 'null'], /line 2: expected an object with atMs and exactly one of frame, contact, rex, backend/],
  ['a blank line', [head, '', frame], /line 2: expected a JSON object/],
  ['an input of no kind', [head, { atMs: 5 }], /line 2: .*exactly one of/],
  ['an input of two kinds', [head, { ...frame, rex: 'idle' }], /line 2: .*exactly one of/],
  ['an inherited name as a kind', [head, { atMs: 5, toString: 'x' }], /line 2: .*exactly one of/],
  ['a contact that is ajar', [head, { atMs: 5, contact: 'ajar' }], /line 2: contact: .*"open"\|"closed"/],
  ['an input without a time', [head, { rex: 'idle' }], /line 2: atMs: /],
  ['an input before the start', [head, { atMs: -1, rex: 'idle' }], /line 2: atMs: /],
  ['a time that is text', [head, { atMs: '5', rex: 'idle' }], /line 2: atMs: /],
  ['a time beyond numbers', [head, '{"atMs":1e999,"rex":"idle"}'], /line 2: atMs: /],
  ['inputs out of order', [head, frame, { atMs: 4, rex: 'idle' }], /line 3: atMs is 4 after 5/],
  ['a frame with a key nobody knows', [head, { ...frame, at: 1 }], /line 2: .*"at"/],
];
for (const [what, lines, message] of wrong) {
  test(`${what} is refused with its line`, () => {
    write(...lines);
    assert.match(complaint(), message);
  });
}

for (const path of ['../secret.jpg', 'frames/../../secret.jpg', '/etc/passwd', '..', '.', '', './', 'frames\\..\\..\\x.jpg', 'a\0b.jpg', '..//x']) {
  test(`a frame at ${JSON.stringify(path)} is refused: it may lie outside the session`, () => {
    write(head, { atMs: 0, frame: path });
    assert.match(complaint(), 'line 2: frame: must be a path below the session folder');
  });
}

test('a frame whose name begins with dots is inside', () => {
  write(head, { atMs: 0, frame: '...jpg' }, { atMs: 0, frame: './frames/..1.jpg' });
  assert.is(readSessionSync(dir).inputs.length, 2);
});

test('any bytes as a session are refused with a sentence', () => {
  for (let i = 0; i < 200; i++) {
    writeFileSync(join(dir, 'inputs.jsonl'), Uint8Array.from({ length: i * 3 }, (_, k) => (i * 31 + k * k * 7 + (k >> 3) * i) & 255));
    assert.match(complaint(), /inputs\.jsonl.*\.$/s);
  }
});

test('a session of over 16 MB is refused', () => {
  writeFileSync(join(dir, 'inputs.jsonl'), Buffer.alloc(16 * 1024 * 1024 + 1, 10));
  assert.match(complaint(), 'at most');
});

test('a folder without a session is an error with its mend', () => {
  const empty = join(dir, 'empty');
  mkdirSync(empty);
  for (const missing of [empty, join(dir, 'nowhere')]) {
    assert.throws(() => readSessionSync(missing), (thrown: unknown) => thrown instanceof PosternError && thrown.code === 'session-missing' && /inputs\.jsonl/.test(thrown.message));
  }
});

test.run();
