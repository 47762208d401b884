import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { doorTables, withDoorTables } from '../../../scripts/door-table.ts';

test('ARCHITECTURE.md holds the door\'s tables as the code has them', () => {
  const architecture = readFileSync(new URL('../../../../ARCHITECTURE.md', import.meta.url), 'utf8');
  assert.is(architecture, withDoorTables(architecture), 'run: node .build/scripts/door-table.js --write');
});

test('each table has a row for every input and a column for every state', () => {
  const columns = doorTables.split('\n').filter((line) => line.startsWith('| **')).map((line) => line.split('|').length - 3);
  assert.equal(columns, [3, 5, 6]);
  assert.not.match(doorTables, /\| +\|/, 'no cell is empty');
});

test('a document without the marks is refused', () => {
  assert.throws(() => withDoorTables('# Nothing'), /door-table:begin/);
});

test.run();
