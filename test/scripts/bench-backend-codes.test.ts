import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benchBackendCodes } from '../../scripts/bench-backend-codes.ts';
import { benchTable } from '../../scripts/bench-rows.ts';

// How fast it is says nothing on a machine that does other things, too: what counts is that every answer is as expected.
test('the backend answers a few hundred requests of a load process as it should, while lists are made, and each is measured', async () => {
  const rows = await benchBackendCodes({ generate: 40, validate: 200, live: 500, pages: 3 });
  assert.ok(rows.length >= 12);
  for (const { name, value } of rows) assert.ok(Number.isFinite(value) && value >= 0, name);
  for (const name of ['generate', 'validate', 'lists of 125 being made', 'a page of 1000']) assert.ok(rows.some((row) => row.name.includes(name)), name);
});

test('a row says whether its goal was reached, upwards or downwards', () => {
  const marks = benchTable([
    { name: 'a', value: 199, unit: '/s', atLeast: 200 }, { name: 'b', value: 200, unit: '/s', atLeast: 200 },
    { name: 'c', value: 25, unit: 'ms', goal: 25 }, { name: 'd', value: 24, unit: 'ms', goal: 25 }, { name: 'e', value: 1, unit: 'ms' },
  ]).trim().split('\n').map((line) => line.includes('NOT MET'));
  assert.equal(marks, [true, false, true, false, false]);
});

test.run();
