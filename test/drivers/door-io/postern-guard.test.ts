import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { guardProgram } from '../../../drivers/door-io/guard-program.ts';
import { keepRelayLine } from '../../../drivers/door-io/relay-line-file.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeChip, fakeChipGuard, sanitizedGuard } from './guard-build.ts';
import { GuardProcess } from './guard-process.ts';

const LONG_LEASE_MS = 200_000;
const sanitized = sanitizedGuard();

const guard = suite('postern-guard guard');

async function withGuard(run: (guard: GuardProcess) => Promise<void>, program = sanitized, words?: string[]): Promise<void> {
  const bench = new GuardProcess(program, words);
  try {
    await eventually('it is ready', () => bench.heard.length > 0);
    bench.heard.length = 0;
    await run(bench);
  } finally {
    await bench.close();
  }
}

const energised = async (bench: GuardProcess, leaseMs: number, id = 1): Promise<void> => {
  bench.send(`energise ${id} ${leaseMs} ${bench.nowMs()}`);
  await eventually('it is energised', () => bench.heard.includes(`${id} energised`));
};

guard('[S1] stopped by SIGSTOP beyond its lease: when it goes on it rests first, and drops what waited', () => withGuard(async (bench) => {
  await energised(bench, 400);
  process.kill(bench.pid, 'SIGSTOP');
  bench.send(`energise 2 ${LONG_LEASE_MS} ${bench.nowMs()}`);
  await bench.pass(1_500);
  process.kill(bench.pid, 'SIGCONT');
  await eventually('it answers', () => bench.heard.includes('2 late'));
  assert.equal(bench.heard, ['1 energised', '0 rest', '2 late']);
  assert.is(bench.level(), 'rest');
}));

guard('[S1] stopped in the middle of a lease and going on in time: the lease still ends when it was to', () => withGuard(async (bench) => {
  const sentMs = bench.nowMs();
  await energised(bench, 2_000);
  process.kill(bench.pid, 'SIGSTOP');
  await bench.pass(1_000);
  process.kill(bench.pid, 'SIGCONT');
  await eventually('it rests', () => bench.level() === 'rest');
  assert.ok(bench.nowMs() - sentMs < 2_900, `it rested after ${bench.nowMs() - sentMs} ms: the time it was stopped counts`);
}));

guard('[S1] its own signals end it not, nor the lease', () => withGuard(async (bench) => {
  await energised(bench, LONG_LEASE_MS);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGTSTP', 'SIGPIPE'] as const) process.kill(bench.pid, signal);
  bench.send('level 2');
  await eventually('it answers', () => bench.heard.includes('2 energised'));
}));

guard('[S1] one that ran wild would be ended by the kernel, and replaced, before it starved the board', () => withGuard((bench) => {
  assert.match(readFileSync(`/proc/${bench.pid}/limits`, 'utf8'), /^Max realtime timeout\s+500000\s+500000\s+us/m);
  return Promise.resolve();
}));

guard('[S1] it tells of each thing it may not do to be there when memory and processor run out, and of no other', async () => {
  const { root } = sysfsLine('out\n', '0');
  const child = spawn(guardProgram, ['guard', 'sysfs', '529', 'high', root], { detached: true });
  let told = '';
  child.stderr.on('data', (text: Buffer) => (told += text.toString()));
  await once(child.stdout, 'data');
  const about = (file: string): string => readFileSync(`/proc/${child.pid}/${file}`, 'utf8');
  const fields = about('stat').split(') ')[1]?.split(' ') ?? [];
  // proc(5): from the third field on, so nice is 16 and policy 38, which is 1 for SCHED_FIFO.
  const lacks = {
    'lock its memory': /^VmLck:\s+0 kB/m.test(about('status')),
    'raise its priority': fields[16] !== '-20' && fields[38] !== '1',
    'be spared when memory runs out': about('oom_score_adj').trim() !== '-1000',
  };
  child.stdin.end();
  await once(child, 'close');
  for (const [what, isLacking] of Object.entries(lacks)) assert.is(told.includes(what), isLacking, `${what}: "${told}"`);
  rmSync(root, { recursive: true });
});

guard('[S1] one line is one door\'s: a second guard leaves it alone, may not have it, and has it once the first is gone', () => withGuard(async (first) => {
  await energised(first, LONG_LEASE_MS);
  const words = ['file', first.relay];
  const second = new GuardProcess(sanitized, words);
  assert.is(await second.ended(), 1);
  assert.equal(second.heard, ['0 failed EBUSY: the line is held by "another door"']);
  assert.is(first.level(), 'energised');
  assert.is(spawnSync(sanitized, ['rest', ...words]).status, 0, 'who only rests it is let');
  assert.is(first.level(), 'rest');
  process.kill(first.pid, 'SIGKILL');
  await withGuard(async (third) => energised(third, 100), sanitized, words);
  await second.close();
}));

guard('[S1] an order longer than any is none, though each word of it is one', () => withGuard(async (bench) => {
  const sentMs = bench.nowMs().toFixed(3);
  const order = `energise 1 ${LONG_LEASE_MS}.`;
  bench.send(`${order}${'0'.repeat(200 - order.length - sentMs.length - 1)} ${sentMs}`);
  await eventually('one of 200 characters is obeyed', () => bench.heard.includes('1 energised'));
  bench.send('rest 2');
  bench.send(`${order}${'0'.repeat(201 - order.length - sentMs.length - 1)} ${sentMs}`);
  await eventually('it answers', () => bench.heard.length === 3);
  assert.equal(bench.heard.slice(1), ['2 rest', '0 failed not an order of this protocol']);
  assert.is(bench.level(), 'rest');
}));

guard('[S1] the daemon gone and the relay welded: it tries for some seconds, and its exit code says that it did not rest', () => withGuard(async (bench) => {
  await energised(bench, LONG_LEASE_MS);
  bench.weld(true);
  bench.child.stdin.end();
  assert.is(await bench.ended(), 1);
  assert.is(bench.heard.at(-1), '0 energised');
}));

/** What a process has open, as far as it stays open while one looks. */
function openFiles(pid: number): string[] {
  const dir = `/proc/${pid}/fd`;
  return readdirSync(dir).flatMap((fd) => {
    try {
      return [readlinkSync(join(dir, fd))];
    } catch {
      return [];
    }
  });
}

/** A guard that comes while another one has its line, once it has opened `path` on its way there. */
async function waitsForTheLine(program: string, words: string[], path: string, first: GuardProcess): Promise<void> {
  const second = new GuardProcess(program, words);
  await eventually('it has come', () => openFiles(second.pid).includes(path));
  process.kill(first.pid, 'SIGKILL');
  await eventually('it answers', () => second.heard.length > 0);
  assert.equal(second.heard, ['0 rest']);
  await second.close();
}

guard('[S1] a guard that comes while the one before it still has the line waits for it', () => withGuard(
  (first) => waitsForTheLine(sanitized, ['file', first.relay], first.relay, first),
));

guard('[S1] a guard that comes while the one before it still has a chip\'s line waits for it', async () => {
  const chip = new FakeChip('pinctrl-rp1');
  const words = ['chip', 'pinctrl-rp1', '17', 'high'];
  await withGuard((first) => waitsForTheLine(fakeChipGuard(), words, join(chip.dir, 'gpiochip0'), first), fakeChipGuard(), words);
  rmSync(chip.dir, { recursive: true });
});

guard('[S1] a chip\'s line that cannot be driven any more: that is told, and it rests as soon as it can be', async () => {
  const chip = new FakeChip('pinctrl-rp1');
  await withGuard(async (bench) => {
    await energised(bench, LONG_LEASE_MS);
    chip.put('17.refuse', '5');
    bench.send('rest 2');
    await eventually('it answers', () => bench.heard.length === 2);
    assert.is(bench.heard[1], '2 failed EIO: the line\'s level cannot be set');
    rmSync(join(chip.dir, 'of-gpiochip0/17.refuse'));
    await eventually('it rests', () => bench.heard.length === 3);
    assert.is(bench.heard[2], '0 rest');
    assert.is(chip.raw(17), 0);
  }, fakeChipGuard(), ['chip', 'pinctrl-rp1', '17', 'high']);
  rmSync(chip.dir, { recursive: true });
});

guard('[S1] a closed pipe: rest, and the end', () => withGuard(async (bench) => {
  await energised(bench, LONG_LEASE_MS);
  bench.child.stdin.end();
  assert.is(await bench.ended(), 0);
  assert.is(bench.level(), 'rest');
}));

guard('[S1] a closed pipe while the contacts stick: it goes on trying, and the end says so', () => withGuard(async (bench) => {
  await energised(bench, LONG_LEASE_MS);
  bench.weld(true);
  bench.child.stdin.end();
  await bench.pass(300);
  assert.is(bench.exit, undefined);
  bench.weld(false);
  assert.is(await bench.ended(), 0);
  assert.is(bench.level(), 'rest');
}));

guard('[S1] an order of a megabyte, and one without an end: rest, and the end', async () => {
  for (const text of [`${'x'.repeat(1_048_576)}\n`, 'energise 9 '.repeat(50), '\0'.repeat(5_000)]) {
    await withGuard(async (bench) => {
      await energised(bench, LONG_LEASE_MS);
      bench.child.stdin.write(text);
      assert.is(await bench.ended(), 0);
      assert.is(bench.level(), 'rest');
    });
  }
});

guard('orders in pieces, and many in one piece, are taken one by one', () => withGuard(async (bench) => {
  const order = `energise 1 ${LONG_LEASE_MS} ${bench.nowMs()}\nrest 2\nlevel 3\n`;
  for (const character of order.slice(0, 30)) {
    bench.child.stdin.write(character);
    await bench.pass(1);
  }
  bench.child.stdin.write(order.slice(30));
  await eventually('it answers', () => bench.heard.length === 3);
  assert.equal(bench.heard, ['1 energised', '2 rest', '3 rest']);
}));

guard('a NUL character in an order hides nothing behind it', () => withGuard(async (bench) => {
  bench.send(`energise 1 5000 ${bench.nowMs()}\0`);
  bench.send('level 2');
  await eventually('it answers', () => bench.heard.length === 2);
  assert.equal(bench.heard, ['0 failed not an order of this protocol', '2 rest']);
}));

guard('10,000 orders a second for two seconds are all answered, and the lease beside them ends', () => withGuard(async (bench) => {
  let id = 0;
  for (let round = 0; round < 100; round++) {
    const orders = Array.from({ length: 200 }, () => (++id % 3 === 0 ? `energise ${id} 100 ${bench.nowMs()}` : `level ${id}`));
    bench.child.stdin.write(`${orders.join('\n')}\n`);
    await bench.pass(20);
  }
  await eventually('all are answered', () => bench.heard.filter((line) => !line.startsWith('0 ')).length === 20_000);
  assert.equal(bench.heard.filter((line) => line.includes('failed')), []);
  await eventually('it rests', () => bench.level() === 'rest');
}, guardProgram));

guard('[S1] answers that nobody reads do not keep a lease from ending', () => withGuard(async (bench) => {
  bench.child.stdout.pause();
  for (let id = 1; id < 40_000; id++) bench.child.stdin.write(`level ${id}\n`);
  bench.child.stdin.write(`energise 40000 900 ${bench.nowMs()}\n`);
  await eventually('it is energised', () => bench.level() === 'energised');
  await eventually('it rests', () => bench.level() === 'rest');
  bench.child.stdout.resume();
}, guardProgram));

guard('[S1] a closed stdout does not keep a lease from ending, nor orders from being taken', () => withGuard(async (bench) => {
  bench.child.stdout.destroy();
  bench.send(`energise 1 500 ${bench.nowMs()}`);
  await eventually('it is energised', () => bench.level() === 'energised');
  await eventually('it rests', () => bench.level() === 'rest');
  bench.send(`energise 2 ${LONG_LEASE_MS} ${bench.nowMs()}`);
  await eventually('it is energised', () => bench.level() === 'energised');
  bench.send('rest 3');
  await eventually('it rests', () => bench.level() === 'rest');
}));

guard('a relay line that cannot be opened is told, with the system\'s name of the error', async () => {
  const tried: [string[], RegExp][] = [
    [['file', '/dev/null/relay'], /^0 failed ENOTDIR: \/dev\/null\/relay /],
    [['file', `/${'x'.repeat(4_500)}`], /^0 failed .*too long/],
    [['sysfs', '529', 'up'], /^0 failed EINVAL: a line is /],
    [['sysfs', 'seventeen', 'high', '/nonexistent'], /^0 failed EINVAL: "seventeen" is no GPIO number/],
    [['sysfs', '529x', 'high', '/nonexistent'], /^0 failed EINVAL: "529x" is no GPIO number/],
    [['sysfs', 'pinctrl-rp1:17x', 'high', '/nonexistent'], /^0 failed EINVAL: .* is no label and pin/],
    [['sysfs', '529', 'high', '/nonexistent'], /^0 failed ENOENT: line 529 cannot be exported/],
    [['sysfs', 'pinctrl-rp1:17', 'high', '/nonexistent'], /^0 failed ENOENT: \/nonexistent cannot be read: this kernel has no GPIO through sysfs/],
    [['chip', '/dev/null', '17', 'high'], /^0 failed ENOTTY: line 17/],
    [['chip', '/dev/null', '-17', 'high'], /^0 failed EINVAL/],
    [['file\nname', 'x'], /^0 failed EINVAL/],
  ];
  for (const [words, sentence] of tried) {
    const bench = new GuardProcess(sanitized, words);
    assert.is(await bench.ended(), 1, words.join(' ').slice(0, 60));
    assert.is(bench.heard.length, 1, words.join(' ').slice(0, 60));
    assert.match(bench.heard[0] ?? '', sentence);
    await bench.close();
  }
});

/** xorshift32: the same bytes on every run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

guard('two thousand mangled orders under sanitizers: none energises past its lease, and it lives', () => withGuard(async (bench) => {
  const random = randomOf(20_260_302);
  const mangled = (): Buffer => {
    const bytes = Buffer.from([`energise ${random(99)} ${random(400_000)} ${bench.nowMs()}`, `rest ${random(9)}`, `level ${random(9)}`][random(3)] as string, 'latin1');
    for (let times = random(4); times > 0; times--) bytes[random(bytes.length)] = random(256);
    return bytes.subarray(0, 1 + random(bytes.length + 3));
  };
  for (let i = 0; i < 2_000; i++) {
    bench.child.stdin.write(mangled());
    bench.child.stdin.write('\n');
    if (i % 100 === 0) await bench.pass(5);
  }
  bench.send('rest 777');
  await eventually('it answers', () => bench.heard.includes('777 rest'));
  assert.is(bench.exit, undefined);
}));

guard.run();

// ---- What is left when the daemon is gone ----

const killed = suite('the daemon killed');
const daemonLike = fileURLToPath(new URL(`./daemon-like${extname(import.meta.url)}`, import.meta.url));

killed('[S1] twenty times kill -9 while the door is released: the relay rests each time', async () => {
  const tookMs: number[] = [];
  for (let i = 0; i < 20; i++) {
    const dir = mkdtempSync(join(tmpdir(), 'postern-killed-'));
    const daemon = spawn(process.execPath, [daemonLike, dir, String(LONG_LEASE_MS), 'wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(daemon.stdout, 'data');
    assert.is(readFileSync(join(dir, 'relay'), 'utf8'), '1\n');
    const atMs = performance.now();
    daemon.kill('SIGKILL');
    // A loop, for a timer of Node's would measure itself.
    while (readFileSync(join(dir, 'relay'), 'utf8') !== '0\n' && performance.now() - atMs < 20_000);
    tookMs.push(performance.now() - atMs);
    assert.is(readFileSync(join(dir, 'relay'), 'utf8'), '0\n');
    await once(daemon, 'exit');
    rmSync(dir, { recursive: true });
  }
  tookMs.sort((a, b) => a - b);
  process.stdout.write(`rest after kill -9, 20 times: median ${tookMs[10]?.toFixed(1)} ms, longest ${tookMs.at(-1)?.toFixed(1)} ms\n`);
});

killed('[S1] daemon and guard killed at once: the line keeps its level, and `rest-file` brings it to rest', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'postern-killed-'));
  const lineFile = join(dir, 'relay-line');
  keepRelayLine(lineFile, { kind: 'file', path: join(dir, 'relay') });
  const bench = new GuardProcess(guardProgram, ['file', join(dir, 'relay')]);
  await energised(bench, LONG_LEASE_MS);
  process.kill(bench.pid, 'SIGKILL');
  await bench.ended();
  assert.is(readFileSync(join(dir, 'relay'), 'utf8'), '1\n');
  assert.is(spawnSync(guardProgram, ['rest-file', lineFile]).status, 0);
  assert.is(readFileSync(join(dir, 'relay'), 'utf8'), '0\n');
  rmSync(dir, { recursive: true });
  await bench.close();
});

killed.run();

// ---- One shot ----

const rest = suite('postern-guard rest');

function run(args: string[], program = sanitized): { status: number | null; stderr: string; stdout: string } {
  return spawnSync(program, args, { encoding: 'utf8' });
}

/** A line of sysfs in plain files, which do not apply active_low to each other. */
function sysfsLine(direction: string, activeLow: '0' | '1'): { root: string; read: (file: string) => string } {
  const root = mkdtempSync(join(tmpdir(), 'postern-sysfs-'));
  for (const dir of ['gpiochip512', 'gpio529']) mkdirSync(join(root, dir));
  for (const [file, text] of Object.entries({ label: 'pinctrl-bcm2711', base: '512', ngpio: '54' })) writeFileSync(join(root, 'gpiochip512', file), `${text}\n`);
  for (const [file, text] of Object.entries({ direction, active_low: activeLow, value: 'x' })) writeFileSync(join(root, 'gpio529', file), text);
  return { root, read: (file) => readFileSync(join(root, 'gpio529', file), 'utf8').trim() };
}

rest('[S1] a sysfs line is written rest, whatever its active_low and the relay\'s polarity', () => {
  const table: [energisedBy: 'high' | 'low', activeLow: '0' | '1', written: string][] = [['high', '0', '0'], ['low', '1', '0'], ['low', '0', '1'], ['high', '1', '1']];
  for (const [energisedBy, activeLow, written] of table) {
    const { root, read } = sysfsLine('out\n', activeLow);
    assert.is(run(['rest', 'sysfs', 'pinctrl-bcm2711:17', energisedBy, root]).status, 0);
    assert.is(read('value'), written, `${energisedBy}, active_low ${activeLow}`);
    rmSync(root, { recursive: true });
  }
});

rest('[S1] a line that is an input is made an output by its rest level in one go', () => {
  for (const [energisedBy, direction] of [['high', 'low'], ['low', 'high']] as const) {
    const { root, read } = sysfsLine('in\n', '0');
    // In plain files the direction reads back as it was written, which the kernel tells as "out": so it is a failure here.
    const { status, stderr } = run(['rest', 'sysfs', '529', energisedBy, root]);
    assert.is(read('direction').replace('in', ''), direction);
    assert.is(status, 1);
    assert.match(stderr, /EIO: .*direction reads/);
    rmSync(root, { recursive: true });
  }
});

rest('a label on none or several chips, and a pin beyond its lines, are refused', () => {
  const { root } = sysfsLine('out\n', '0');
  assert.match(run(['rest', 'sysfs', 'pinctrl-rp1:17', 'high', root]).stderr, /0 GPIO chips are labelled pinctrl-rp1/);
  assert.match(run(['rest', 'sysfs', 'pinctrl-bcm:17', 'high', root]).stderr, /0 GPIO chips are labelled pinctrl-bcm /);
  assert.match(run(['rest', 'sysfs', 'pinctrl-bcm2711:54', 'high', root]).stderr, /have a line 54/);
  mkdirSync(join(root, 'gpiochip600'));
  for (const [file, text] of Object.entries({ label: 'pinctrl-bcm2711', base: '600', ngpio: '54' })) writeFileSync(join(root, 'gpiochip600', file), text);
  assert.match(run(['rest', 'sysfs', 'pinctrl-bcm2711:17', 'high', root]).stderr, /2 GPIO chips/);
  rmSync(root, { recursive: true });
});

rest('[S1] a line of a chip is driven to rest and read back', () => {
  const chip = new FakeChip('pinctrl-rp1');
  chip.drive(17, 0);
  assert.is(run(['rest', 'chip', 'pinctrl-rp1', '17', 'low'], fakeChipGuard()).status, 0);
  assert.is(chip.driven(17).replaceAll('1', ''), '');
  assert.is(chip.raw(17), 1);
  chip.put('17.stuck', '0');
  const { status, stderr } = run(['rest', 'chip', 'pinctrl-rp1', '17', 'low'], fakeChipGuard());
  assert.is(status, 1);
  assert.match(stderr, /reads energised after it was told to rest/);
  rmSync(chip.dir, { recursive: true });
});

rest('[S1] a chip whose label others have too is refused, half a label is none, and another name of a chip is not another chip', () => {
  const chip = new FakeChip('pinctrl-rp1');
  chip.drive(17, 1);
  assert.match(run(['rest', 'chip', 'pinctrl', '17', 'high'], fakeChipGuard()).stderr, /0 GPIO chips/);
  symlinkSync('gpiochip0', join(chip.dir, 'gpiochip4'));
  assert.is(run(['rest', 'chip', 'pinctrl-rp1', '17', 'high'], fakeChipGuard()).status, 0);
  chip.drive(17, 1);
  chip.add('pinctrl-rp1', 54, 'gpiochip1');
  const { status, stderr } = run(['rest', 'chip', 'pinctrl-rp1', '17', 'high'], fakeChipGuard());
  assert.is(status, 1);
  assert.match(stderr, /2 GPIO chips/);
  rmSync(chip.dir, { recursive: true });
});

rest('[S1] a level that cannot be written, or not read back, is exit code 1', () => {
  assert.match(run(['rest', 'file', '/dev/full']).stderr, /cannot be written/);
  assert.is(run(['rest', 'file', '/dev/full']).status, 1);
  assert.match(run(['rest', 'file', '/dev/null']).stderr, /cannot be read/);
  assert.is(run(['rest', 'file', '/dev/null']).status, 1);
});

rest('welded contacts are exit code 1', () => {
  const dir = mkdtempSync(join(tmpdir(), 'postern-rest-'));
  writeFileSync(join(dir, 'relay-welded'), '');
  assert.is(run(['rest', 'file', join(dir, 'relay')]).status, 1);
  rmSync(dir, { recursive: true });
});

rest('the file of the line: none is nothing to do, a path with spaces is one word, garbage is refused', () => {
  const dir = mkdtempSync(join(tmpdir(), 'postern rest '));
  const file = join(dir, 'relay-line');
  assert.is(run(['rest-file', file]).status, 0, 'no daemon was here yet');
  keepRelayLine(file, { kind: 'file', path: join(dir, 'relay') });
  assert.is(run(['rest-file', file]).status, 0);
  assert.is(readFileSync(join(dir, 'relay'), 'utf8'), '0\n');
  for (const text of ['', '\n\n\n', 'file', 'file\n', 'sysfs\n529\nhigh\nx\ny\n', '\0'.repeat(100), 'x'.repeat(10_000)]) {
    writeFileSync(file, text);
    assert.is(run(['rest-file', file]).status, 1, JSON.stringify(text.slice(0, 20)));
  }
  assert.is(run(['rest-file', dir]).status, 1, 'a folder');
  assert.is(run(['rest-file', join(dir, 'relay/line')]).status, 1, 'one that cannot be opened');
  rmSync(dir, { recursive: true });
});

rest('the file of the line is taken as the word of the user that is named: what that one may not, root does not for it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'postern-rest-'));
  const file = join(dir, 'relay-line');
  const relay = join(dir, 'relay');
  const asRoot = process.getuid?.() === 0;
  const user = asRoot ? 'nobody' : userInfo().username;
  const uid = Number(execFileSync('id', ['-u', user], { encoding: 'utf8' }));
  chmodSync(dir, 0o777);
  keepRelayLine(file, { kind: 'file', path: relay });
  assert.is(run(['rest-file', file, user]).status, 0);
  assert.is(readFileSync(relay, 'utf8'), '0\n');
  assert.is(statSync(relay).uid, uid, 'made by that user');
  if (asRoot) {
    rmSync(relay);
    chmodSync(dir, 0o755);
    const refused = run(['rest-file', file, user]);
    assert.match(refused.stderr, /relay cannot be opened/);
    assert.is(refused.status, 1);
    assert.not.ok(existsSync(relay));
  } else {
    assert.match(run(['rest-file', file, 'root']).stderr, /cannot become the user root: Operation not permitted/);
  }
  const unknown = run(['rest-file', file, 'no-such-user']);
  assert.match(unknown.stderr, /cannot become the user no-such-user: there is none of this name/);
  assert.is(unknown.status, 1);
  rmSync(dir, { recursive: true });
});

rest('wrong usage is exit code 2, and --help is 0', () => {
  for (const args of [[], ['rest'], ['guard'], ['rest-file'], ['rest-file', 'x', 'nobody', 'x'], ['wires', '/dev/gpiochip0'], ['open'], ['wires', 'x', 'in:1'], ['wires', 'x', 'out:1:up'], ['wires', 'x', 'in:1:pull-up:high:5x']]) {
    assert.is(run(args).status, 2, args.join(' '));
  }
  assert.match(run(['--help']).stdout, /^Usage: postern-guard/);
  assert.ok(existsSync(guardProgram));
});

rest.run();
