import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { benchOptions } from '../../../scripts/hardware-bench/bench-options.ts';
import { GuestCache } from '../../../scripts/hardware-bench/guest-cache.ts';
import { whyNot } from '../../../scripts/hardware-bench/requirements.ts';

const entry = fileURLToPath(new URL(`../../../scripts/hardware-bench/hardware-bench${extname(import.meta.url)}`, import.meta.url));

const command = suite('the hardware bench, as a command');

function run(args: string[], env: NodeJS.ProcessEnv = {}): { code: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8', env: { ...process.env, ...env } });
  return { code: status, text: `${stdout}${stderr}` };
}

command('--help names every scenario, the exit codes and the cache', () => {
  const { code, text } = run(['--help'], { POSTERN_BENCH_CACHE: '/some/cache' });
  assert.is(code, 0);
  for (const word of ['contracts', 'camera', 'faults', 'reboots', 'entry', 'power-cuts', 'raspi', '--build-only', '--minutes', '--only', '--fault', 'exhaust-memory', '--repeats', '--cuts', '--keep', '--json', '77', '/some/cache']) assert.ok(text.includes(word), word);
});

const wrong: Record<string, { args: string[]; says: RegExp }> = {
  'an unknown scenario': { args: ['--only', 'earthquake'], says: /no scenario earthquake\. There are: contracts/ },
  'an unknown fault': { args: ['--only', 'faults', '--fault', 'kill-both,flood'], says: /no fault flood\. There are: kill-daemon/ },
  'an unknown option': { args: ['--fast'], says: /--fast/ },
  'a word too many': { args: ['faults'], says: /faults/ },
  'no number of repeats': { args: ['--repeats', 'many'], says: /--repeats takes a whole number.*"many"/ },
  'zero cuts': { args: ['--cuts', '0'], says: /--cuts takes a whole number/ },
};
for (const [situation, { args, says }] of Object.entries(wrong)) {
  command(`refused with 2: ${situation}`, () => {
    const { code, text } = run(args);
    assert.is(code, 2);
    assert.match(text, says);
    assert.is(text.trim().split('\n').length, 1, text);
  });
}

command('--only and --fault take several names, apart or together', () => {
  assert.equal(benchOptions(['--only', 'a,b', '--only', 'c']).only, ['a', 'b', 'c']);
  assert.equal(benchOptions(['--fault', 'a,b', '--fault', 'c']).faults, ['a', 'b', 'c']);
});

const machine = { uid: 0, platform: 'linux', arch: 'x64', has: () => true };
const reasons: Record<string, { machine: Partial<typeof machine>; says: RegExp | undefined }> = {
  'all is there': { machine: {}, says: undefined },
  'no QEMU': { machine: { has: (program?: string) => program !== 'qemu-system-x86_64' }, says: /apt-get install -y --no-install-recommends qemu-system-x86$/ },
  'neither QEMU nor mmdebstrap': { machine: { has: () => false }, says: /qemu-system-x86 mmdebstrap e2fsprogs$/ },
  'not root': { machine: { uid: 1000 }, says: /takes root.*sudo/ },
  'another kind of machine': { machine: { arch: 'arm64' }, says: /x86-64 Linux.*arm64/ },
};
for (const [situation, { machine: changed, says }] of Object.entries(reasons)) {
  command(`whether it can run: ${situation}`, () => {
    const reason = whyNot({ ...machine, ...changed });
    if (says) assert.match(reason ?? '', says);
    else assert.is(reason, undefined);
  });
}

command('without QEMU it is skipped with 77 and one line', () => {
  const { code, text } = run([], { PATH: '/nonexistent' });
  if (existsSync('/usr/sbin/qemu-system-x86_64')) return;
  assert.is(code, 77);
  assert.match(text, /^skipped: the hardware bench\. Install what is missing: sudo apt-get install [^\n]*\n$/);
});

const cache = suite("the guest's cache");
let dir = '';
cache.before.each(() => {
  dir = mkdtempSync(join(tmpdir(), 'postern-cache-'));
});
cache.after.each(() => rmSync(dir, { recursive: true }));

const fill = async (folder: string): Promise<void> => writeFileSync(join(folder, 'made'), '');

cache('a folder is made once', async () => {
  let made = 0;
  const make = async (folder: string): Promise<void> => fill(folder).then(() => void made++);
  const there = new GuestCache(dir);
  assert.is(await there.folder('guest', 'a', make), await there.folder('guest', 'a', make));
  assert.is(made, 1);
});

cache('a folder whose making failed is not taken for one, and is made anew', async () => {
  const there = new GuestCache(dir);
  const failed = await there.folder('guest', 'a', async (folder) => {
    await fill(folder);
    throw new Error('interrupted');
  }).catch((thrown: unknown) => thrown);
  assert.instance(failed, Error);
  assert.not(existsSync(join(dir, 'guest-a')));
  assert.ok(existsSync(join(await there.folder('guest', 'a', fill), 'made')));
});

cache('the oldest of a kind go, the others stay', async () => {
  const there = new GuestCache(dir);
  for (const [i, digest] of ['a', 'b', 'c'].entries()) {
    const made = await there.folder('guest', digest, fill);
    utimesSync(made, i, i);
  }
  await there.folder('modules', 'x', fill);
  await there.folder('guest', 'd', fill);
  assert.equal(readdirSync(dir).sort(), ['guest-c', 'guest-d', 'modules-x']);
});

command.run();
cache.run();
