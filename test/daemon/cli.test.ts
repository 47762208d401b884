import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../daemon/cli.ts';
import { CommandStreams } from '../support/command-streams.ts';
import { openLog } from './record/opened-log.ts';

const main = fileURLToPath(new URL(`../../daemon/main${extname(import.meta.url)}`, import.meta.url));
const verbs = ['run', 'replay', 'scan', 'issue', 'pass', 'revoke', 'unlock', 'user', 'events', 'verify-log', 'check-config', 'relay-rest', 'doctor', 'backend'];

async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = new CommandStreams();
  const code = await runCli(args, io);
  return { code, out: io.out.text, err: io.err.text };
}

/** As a process, for what its edge makes of errors. `readsOutput: false`: whoever reads its output goes away at once. */
function postern(args: string[], { readsOutput = true } = {}): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  if (!readsOutput) child.stdout.destroy();
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

test('"help", "--help" and "-h" list every verb and the exit codes', async () => {
  for (const asked of ['help', '--help', '-h']) {
    const { code, out, err } = await cli(asked);
    assert.is(code, 0);
    assert.is(err, '');
    for (const verb of verbs) assert.match(out, new RegExp(`^  ${verb} +\\S`, 'm'));
    assert.match(out, 'Exit codes: 0 done; 1 the answer is no');
  }
});

test('without a verb the same help is shown, and it is wrong usage', async () => {
  const { code, out } = await cli();
  assert.is(code, 2);
  assert.is(out, (await cli('help')).out);
});

for (const verb of verbs) {
  test(`"${verb} --help" has usage and exit codes, as has "help ${verb}"`, async () => {
    const { code, out, err } = await cli(verb, '--help');
    assert.is(code, 0);
    assert.is(err, '');
    assert.match(out, new RegExp(`^Usage: postern ${verb}`));
    assert.match(out, /^Exit codes: 0 /m);
    assert.ok(out.endsWith('\n'));
    assert.is((await cli('help', verb)).out, out);
    assert.is((await cli(verb, 'whatever', '-h')).out, out);
  });
}

test('a verb there is not: one line that names those there are, also for "help"', async () => {
  for (const args of [['unbolt'], ['constructor'], ['help', 'unbolt'], ['help', 'constructor'], ['']]) {
    const { code, out, err } = await cli(...args);
    assert.is(code, 2, args.join(' '));
    assert.is(out, '');
    assert.is(err, `postern: there is no command "${args.at(-1)}". The commands are: ${verbs.join(', ')}\n`);
  }
});

test('a wrong option is one line and exit code 2, for every verb', async () => {
  for (const verb of verbs) {
    const { code, out, err } = await postern([verb, '--no-such-option']);
    assert.is(code, 2, verb);
    assert.is(out, '');
    assert.match(err, /^postern.*option.*\n$/);
  }
});

test('an option without its value, and an argument that nobody asked for, are one line too', async () => {
  for (const args of [['run', '--config'], ['run', 'what'], ['events', 'what']]) {
    const { code, err } = await postern(args);
    assert.is(code, 2, args.join(' '));
    assert.match(err, /^postern: .+\n$/);
    assert.not.match(err, /\n {4}at /);
  }
});

test('[S5] a config that is missing: one clear line, exit code 2, and nothing is started', async () => {
  const { code, out, err } = await postern(['run', '--config', '/nowhere/door.yaml']);
  assert.is(code, 2);
  assert.is(out, '');
  assert.match(err, /^postern: the config \/nowhere\/door\.yaml cannot be used:/);
});

test('a reader that goes away (`postern events | head`) is no error', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'postern-cli-'));
  const { log } = await openLog(dir);
  await log.append(Array.from({ length: 5_000 }, () => ({ type: 'door-opened' })));
  await log.close();
  const { code, err } = await postern(['events', '--state', dir, '--limit', '5000'], { readsOutput: false });
  assert.is(code, 0);
  assert.is(err, '');
  rmSync(dir, { recursive: true });
});

test.run();
