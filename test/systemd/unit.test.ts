import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { guardProgram } from '../../drivers/door-io/guard-program.ts';

const folder = fileURLToPath(new URL('../../../systemd', import.meta.url));
const unit = readFileSync(join(folder, 'postern@.service'), 'utf8');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const settings = [...unit.matchAll(/^(\w+)=(.*)$/gm)].map(([, key = '', value = '']) => ({ key, value }));

/** What says nothing that its own name does not say. */
const PLAIN = new Set(['Description', 'Documentation', 'ExecStart', 'Restart', 'RestartSec', 'TimeoutStartSec', 'TimeoutStopSec', 'User', 'StateDirectoryMode', 'UMask', 'WantedBy',
  'ProtectKernelModules', 'ProtectKernelLogs', 'ProtectControlGroups', 'ProtectHostname', 'ProtectProc', 'DeviceAllow', 'RestrictNamespaces', 'RestrictSUIDSGID', 'LockPersonality', 'SystemCallArchitectures', 'SystemCallErrorNumber']);

/** What systemd says of a unit, where its programs and user are there. */
function verified(name: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'postern-unit-'));
  const file = join(dir, `${name}@front.service`);
  const text = readFileSync(join(folder, `${name}@.service`), 'utf8');
  writeFileSync(file, text.replace('/usr/bin/node', process.execPath).replace(/^User=.*$/m, 'User=root').replaceAll('/opt/postern/.build/guard/postern-guard', guardProgram));
  try {
    return execFileSync('/bin/sh', ['-c', 'systemd-analyze verify --man=no "$0" 2>&1; systemd-analyze security --offline=true --no-pager "$0" 2>&1', file]).toString();
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Of 10, as systemd counts; the second unit has no namespaces, and a user of its own is worth 0.4 to both. */
for (const [name, most] of [['postern', 3], ['postern-rest', 5]] as const) {
  test(`systemd understands every line of ${name}@.service, has nothing to say of it, and finds it well shut`, () => {
    const said = verified(name);
    const [before = ''] = said.split(/^.*NAME +DESCRIPTION/m);
    assert.is(before.trim(), '');
    const exposure = Number(new RegExp(`Overall exposure level for ${name}@front\\.service: ([\\d.]+)`).exec(said)?.[1]);
    assert.ok(exposure <= most, `exposure ${exposure} of 10`);
  });
}

test('what would keep the daemon from pins, cameras or its own compiler is not set', () => {
  for (const key of ['ProtectKernelTunables', 'PrivateDevices', 'MemoryDenyWriteExecute', 'RestrictRealtime']) {
    assert.not(settings.some((setting) => setting.key === key), key);
    assert.ok(readme.includes(`\`${key}\``), `why not ${key}`);
  }
});

test('[S10] a door is started again for ever, and a daemon that hangs is', () => {
  const value = (key: string): string | undefined => settings.find((setting) => setting.key === key)?.value;
  assert.is(value('StartLimitIntervalSec'), '0');
  assert.is(value('Restart'), 'always');
  assert.is(value('Type'), 'notify');
  assert.ok(Number(value('WatchdogSec')) > 0);
});

test('each line that needs a reason has it in the README', () => {
  for (const { key } of settings) if (!PLAIN.has(key)) assert.ok(readme.includes(key), key);
});

test.run();
