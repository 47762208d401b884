import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../daemon/cli.ts';
import { systemClock, sleep } from '../../../daemon/base/clock.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import { AedesBroker } from '../../support/aedes-broker.ts';
import { CommandStreams } from '../../support/command-streams.ts';
import { freePort } from '../../support/free-port.ts';
import { DoorAtBroker } from '../report/mqtt/door-at-broker.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-send-'));
const broker = await AedesBroker.open();
const door = await DoorAtBroker.open();
test.after(async () => {
  await door.close();
  await broker.close();
  rmSync(folder, { recursive: true });
});

async function send(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = new CommandStreams();
  const code = await runCli(['send', ...args], io).catch((thrown: unknown) => {
    if (!(thrown instanceof PosternError)) throw thrown;
    io.err.write(thrown.message);
    return 2;
  });
  return { code, out: io.out.text, err: io.err.text };
}

function configAt(url: string): string {
  const file = join(folder, `door-${Math.random()}.yaml`);
  writeFileSync(file, `stateDir: state\ndoor: { uuid: ysCEp0Z0C9EnWS1Aj7no_g, name: Front door, timeZone: UTC }\ncamera: { driver: replay, session: . }\ndoorIo: { driver: simulated }\naccess: { rootKeysFile: roots }\nmqtt: { brokers: ["${url}"] }\n`);
  return file;
}

const keyFile = join(folder, 'command.key');
const config = configAt(broker.url);

test('a key pair is made once: the private half for its owner only, the public half printed', async () => {
  const { code, out } = await send('--new-key', keyFile);
  assert.is(code, 0);
  assert.match(out, /^[A-Za-z0-9_-]{43}\n$/);
  assert.is(statSync(keyFile).mode & 0o777, 0o600);
  assert.not.match(readFileSync(keyFile, 'utf8'), out.trim());
  assert.match((await send('--new-key', keyFile)).err, /There is a file .* already/);
  writeFileSync(join(folder, 'public'), out);
});

test('a signed command is carried out by a door that knows the key, and its answer is said', async () => {
  const publicKey = Buffer.from(readFileSync(join(folder, 'public'), 'utf8').trim(), 'base64url');
  const app = await door.start({ brokers: [broker.url], commands: 'signed' }, { secrets: { roots: [], apiKey: undefined, zoneMaster: undefined, mqtt: { password: undefined, commandKeys: [publicKey] } } });
  await door.says('mqtt-commands', /^Connected/);
  await sleep(systemClock, 2_100);
  // A door that nobody has told the time opens for nobody, and locks down all the same.
  const locked = await send('lockdown', '--key', keyFile, '--config', config);
  assert.equal(locked, { code: 0, out: 'Door ysCEp0Z0C9EnWS1Aj7no_g: Done.\n', err: '' });
  assert.match(app.door.view.lockdownBy ?? '', /^mqtt key [0-9a-f]{8}$/);
  const unlock = await send('unlock', '--key', keyFile, '--config', config);
  assert.is(unlock.code, 1);
  assert.match(unlock.err, 'not sure of the time');
});

for (const [what, args, said] of [
  ['no command', [], /Say one command/],
  ['an unknown command', ['explode'], /There is no command "explode"/],
  ['two commands', ['unlock', 'lockdown'], /Say one command/],
  ['no key', ['unlock'], /--key FILE/],
  ['a key file that is not there', ['unlock', '--key', '/none'], /does not exist/],
  ['a hold without its time', ['hold', '--key', keyFile], /--for 30m/],
  ['a hold of two days', ['hold', '--for', '2d', '--key', keyFile], /at most 24h/],
  ['a passage without its end', ['passage', '--key', keyFile], /--until/],
  ['a door that is none', ['unlock', '--key', keyFile, '--door', 'front', '--config', config], /--door takes an RUUID/],
  ['a broker that is none', ['unlock', '--key', keyFile, '--broker', 'http://x', '--config', config], /--broker takes a URL/],
] as const) {
  test(`wrong usage, ${what}: one sentence, exit code 2`, async () => {
    const { code, err } = await send(...args);
    assert.is(code, 2);
    assert.match(err, said);
  });
}

test('a broker that is not there is named', async () => {
  const { code, err } = await send('unlock', '--key', keyFile, '--config', configAt(`mqtt://127.0.0.1:${await freePort()}`));
  assert.is(code, 2);
  assert.match(err, /^The broker 127\S+ does not accept connections/);
});

test.run();
