import { execFile } from 'node:child_process';
import { fstatSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { humanLogger, silentLogger, stderrIsJournal, type LogLevel } from '../../../daemon/base/logger.ts';

/** What is written at `level` when every level is used. */
function written(level: LogLevel, isTTY = false): string[] {
  const out = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream & PassThrough;
  const log = humanLogger(out, level);
  log.debug('looked', { codes: 2 });
  log.info('granted', { event: 7, type: 'access-granted', by: undefined });
  log.warn('slow');
  log.error('broken');
  return String(out.read() ?? '').split('\n').slice(0, -1);
}

test('for people: time, message, facts; what is worth a look is marked', () => {
  const lines = written('debug').map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, 'TIME '));
  assert.equal(lines, ['TIME looked  (codes=2)', 'TIME granted  (event=7 type=access-granted)', 'TIME warning: slow', 'TIME error: broken']);
});

test('what is less important than asked for is left out', () => {
  const counts = (['debug', 'info', 'warn', 'error'] as const).map((level) => written(level).length);
  assert.equal(counts, [4, 3, 2, 1]);
});

test('colour is for terminals only', () => {
  assert.ok(written('error', true)[0]?.startsWith('\u001b[31m'));
  assert.not.ok(written('debug').join('').includes('\u001b'));
});

test('for programs: one JSON object a line, from the level that is asked for', async () => {
  const { stdout, stderr } = await saidBy("const log = jsonLogger('info'); log.debug('no'); log.info('granted', { event: 7 }); log.error('two\\nlines');");
  assert.is(stdout, '', 'standard output is for what was asked for');
  const lines = stderr.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(lines.map(({ msg }) => msg), ['granted', 'two\nlines']);
  assert.equal([lines[0]?.['event'], lines[0]?.['level']], [7, 'info']);
});

test('to the journal each line begins with its priority; what journald leaves is JSON', async () => {
  const { stderr } = await saidBy("const log = jsonLogger('debug', { toJournal: true }); log.debug('a'); log.info('b'); log.warn('c'); log.error('d');");
  const lines = stderr.trimEnd().split('\n').map((line) => /^<(\d)>(.*)$/.exec(line));
  assert.equal(lines.map((match) => [match?.[1], (JSON.parse(match?.[2] ?? '') as { msg: string }).msg]), [['7', 'a'], ['6', 'b'], ['4', 'c'], ['3', 'd']]);
});

test('the journal is known by its socket: another one, or none, is not it', () => {
  const { dev, ino } = fstatSync(2);
  const table: [string | undefined, boolean][] = [[`${dev}:${ino}`, true], [`${dev}:${ino}1`, false], [undefined, false], ['', false], ['8:12345678901', false]];
  for (const [given, expected] of table) assert.is(stderrIsJournal(given), expected, String(given));
});

/** What a process says that runs `script` with a `jsonLogger` at hand. */
async function saidBy(script: string): Promise<{ stdout: string; stderr: string }> {
  const logger = new URL('../../../daemon/base/logger.js', import.meta.url).href;
  return promisify(execFile)(process.execPath, ['--input-type=module', '-e', `import { jsonLogger } from '${logger}'; ${script}`]);
}

const hostile: [what: string, text: string][] = [
  ['line ends', 'a\nb\r\nc'], ['an escape sequence', 'a\u001b[2J\u001b[1;31mb'], ['a NUL and a bell', 'a\0\u0007'], ['Unicode line ends', 'a\u2028b\u2029c\u0085d'],
  ['text turned round', 'a\u202eb\u2066c'], ['a priority of its own', '\n<0>{"msg":"forged"}'], ['quotes and backslashes', '"}\\{"'], ['a lone surrogate', 'a\ud800b'], ['ten thousand characters', 'x'.repeat(10_000)],
];

for (const [what, text] of hostile) {
  test(`${what} in a name is one line still, for people and for programs`, async () => {
    const out = Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.WriteStream & PassThrough;
    humanLogger(out, 'info').info(text, { name: text });
    const line = String(out.read());
    assert.is(line.split(/\r\n|[\n\r\u0085\u2028\u2029]/).length, 2, 'one line, and its end');
    assert.not.match(line.slice(0, -1), /[\p{Cc}\p{Cf}]/u);
    const { stderr } = await saidBy(`jsonLogger('info', { toJournal: true }).info(${JSON.stringify(text)}, { name: ${JSON.stringify(text)} });`);
    assert.is(stderr.split('\n').length, 2);
    assert.ok(Buffer.byteLength(stderr) < 48 * 1024, 'journald takes it in one piece');
    assert.is((JSON.parse(stderr.slice(3)) as { msg: string }).msg.slice(0, 1), text.slice(0, 1));
  });
}

test('[S7] a code that came into a message does not come out of it', async () => {
  const code = `PT1:${'6BF+70$2:'.repeat(20)}`;
  const out = Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.WriteStream & PassThrough;
  humanLogger(out, 'info').warn(`the worker said "${code}"`, { detail: code, cut: 'x'.repeat(1_950) + code });
  assert.match(String(out.read()), /the worker said "PT1:…"  \(detail=PT1:… cut=x+PT1:…+\)/);
  const { stderr } = await saidBy(`jsonLogger('info').warn('x ${code}', { detail: '${code.toLowerCase()}' });`);
  assert.not.match(stderr, /6BF/i);
});

test('the silent logger says nothing and takes everything', () => {
  silentLogger.debug('a');
  silentLogger.info('b', { c: 1 });
  silentLogger.warn('d');
  silentLogger.error('e');
});

test.run();
