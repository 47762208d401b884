import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Backend } from '../../../daemon/backend/backend.ts';
import { systemClock } from '../../../daemon/base/clock.ts';
import { parseListHead } from '../../../daemon/base/token-list-file.ts';
import { backendCommand } from '../../../daemon/commands/backend.ts';
import { run, started } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-export-cli-'));
const dir = join(folder, 'backend');
const out = join(folder, 'www');
let door = '';
let other = '';

const line = async (...args: string[]): Promise<string> => {
  const { code, out: text, err } = await run(backendCommand, ...args);
  assert.is(code, 0, err);
  return text.trim();
};
const exportLists = (...args: string[]): ReturnType<typeof run> => run(backendCommand, 'export-lists', '--dir', dir, ...args);
const listOf = (each: string): string => join(out, 'api/postern/tokenlist', each, 'full');
const headOf = (each: string): ReturnType<typeof parseListHead>['head'] => parseListHead(readFileSync(listOf(each))).head;

test.before(async () => {
  door = await line('add-door', '--dir', dir, '--name', 'Front door');
  other = await line('add-door', '--dir', dir, '--name', 'Back door');
});
test.after(() => rmSync(folder, { recursive: true }));

test('one door\'s list is exported, then all doors\', for anybody to read, and the third time nothing', async () => {
  assert.equal(await exportLists('--out', out, '--door', door), { code: 0, err: '', out: `${out}: 1 list, 1 delta, 1 key set written.\n` });
  assert.equal(readdirSync(join(out, 'api/postern/tokenlist')), [door]);
  assert.equal(await exportLists('--out', out), { code: 0, err: '', out: `${out}: 1 list, 1 delta written.\n` });
  assert.equal(await exportLists('--out', out, '--door', door, '--door', other), { code: 0, err: '', out: `${out}: all there already.\n` });
  assert.is(statSync(listOf(door)).mode & 0o777, 0o644);
  assert.is(headOf(door).count, 0);
});

const wrong: [situation: string, args: string[], says: RegExp][] = [
  ['no folder', [], /--out FOLDER/],
  ['a door that is none', ['--out', out, '--door', 'front'], /--door takes an RUUID .* not "front"/],
  ['a door that is not there', ['--out', out, '--door', 'AAECAwQFBgcICQoLDA0OAA'], /no door AAECAwQFBgcICQoLDA0OAA/],
  ['a folder that is a file', ['--out', join(folder, 'file')], /cannot be written .* check the disk/],
];
for (const [situation, args, says] of wrong) {
  test(`export-lists with ${situation} says what to do`, async () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, err } = await exportLists(...args);
    assert.is(code, 2);
    assert.match(err, says);
  });
}

test('watching, beside a backend that issues a code, the files follow until it is interrupted', async () => {
  const watching = await started('backend', 'export-lists', '--dir', dir, '--out', out, '--watch');
  const backend = await Backend.open({ dir, clock: systemClock });
  try {
    assert.match(watching.firstLine, /all there already/);
    const written = new Promise<string>((resolve) => watching.child.stdout?.on('data', (chunk: Buffer) => /written/.test(chunk.toString()) && resolve(chunk.toString())));
    backend.issue({ doors: [door], validS: 3600 });
    assert.match(await written, /1 list, 2 deltas written/);
    assert.equal([headOf(door).count, headOf(other).count], [1, 0]);
  } finally {
    await backend.close();
    watching.child.kill('SIGTERM');
  }
  assert.is(await watching.ended, 0);
});

test.run();
