import { execFile } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { humanLogger, silentLogger, type LogLevel } from '../../../daemon/base/logger.ts';

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
  const logger = new URL('../../../daemon/base/logger.js', import.meta.url).href;
  const script = `import { jsonLogger } from '${logger}'; const log = jsonLogger('info'); log.debug('no'); log.info('granted', { event: 7 }); log.error('two\\nlines');`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  assert.is(stdout, '', 'standard output is for what was asked for');
  const lines = stderr.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(lines.map(({ msg }) => msg), ['granted', 'two\nlines']);
  assert.is(lines[0]?.['event'], 7);
});

test('the silent logger says nothing and takes everything', () => {
  silentLogger.debug('a');
  silentLogger.info('b', { c: 1 });
  silentLogger.warn('d');
  silentLogger.error('e');
});

test.run();
