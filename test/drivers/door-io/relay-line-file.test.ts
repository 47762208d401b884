import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { keepRelayLine } from '../../../drivers/door-io/relay-line-file.ts';

test('[S1] a relay that was moved to another pin is written down anew; one that was not leaves the file alone', () => {
  const dir = mkdtempSync(join(tmpdir(), 'postern-line-'));
  const file = join(dir, 'state/relay-line');
  keepRelayLine(file, { kind: 'chip', chipLabel: 'pinctrl-rp1', pin: 17, activeLow: false });
  const { ino } = statSync(file);
  keepRelayLine(file, { kind: 'chip', chipLabel: 'pinctrl-rp1', pin: 17, activeLow: false });
  assert.is(statSync(file).ino, ino);
  keepRelayLine(file, { kind: 'chip', chipLabel: 'pinctrl-rp1', pin: 22, activeLow: true });
  assert.is(readFileSync(file, 'utf8'), 'chip\npinctrl-rp1\n22\nlow\n');
  assert.equal(readdirSync(join(dir, 'state')), ['relay-line']);
  rmSync(dir, { recursive: true });
});

test.run();
