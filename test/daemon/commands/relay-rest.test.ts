import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { giveUpOomProtection } from '../../../daemon/commands/oom-score.ts';
import { relayRestCommand } from '../../../daemon/commands/relay-rest.ts';
import { persistenceText } from '../../../drivers/door-io/gpio-persistence.ts';
import { driverHere } from '../../../drivers/drivers.ts';
import { run } from './command-line.ts';

const good = readFileSync('fixtures/configs/door.yaml', 'utf8').replace(/^stateDir:.*$/m, 'stateDir: state');

/** A folder with a config and the relay of a simulated door, found energised. */
async function withConfig(text: string, act: (o: { dir: string; file: string; relay: () => string }) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-rest-'));
  const file = join(dir, 'door.yaml');
  mkdirSync(join(dir, 'state/door'), { recursive: true });
  writeFileSync(join(dir, 'state/door/relay'), '1\n');
  writeFileSync(file, text);
  try {
    await act({ dir, file, relay: () => readFileSync(join(dir, 'state/door/relay'), 'utf8') });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('[S1] the relay that a good config names is brought to rest', () => withConfig(good, async ({ file, relay }) => {
  const { code, out } = await run(relayRestCommand, '--config', file);
  assert.is(code, 0);
  assert.match(out, /^At rest: file .*\/state\/door\/relay\n$/);
  assert.is(relay(), '0\n');
}));

test('[S1] a config with faults elsewhere is no reason to leave it energised', () => withConfig(`${good}\nnonsense: 1\n`.replace('unlockMs: 5000', 'unlockMs: never'), async ({ file, relay }) => {
  const { code, err } = await run(relayRestCommand, '--config', file);
  assert.is(code, 0);
  assert.match(err, /door\.unlockMs/);
  assert.is(relay(), '0\n');
}));

test('[S1] where the doorIo section is the broken one, the line that the daemon had last is taken', () => withConfig(good.replace('driver: simulated', 'driver: onof'), async ({ dir, file, relay }) => {
  writeFileSync(join(dir, 'state/relay-line'), `file\n${join(dir, 'state/door/relay')}\n`);
  assert.is((await run(relayRestCommand, '--config', file)).code, 0);
  assert.is(relay(), '0\n');
}));

test('[S1] where config and daemon name two lines, both are brought to rest', () => withConfig(good, async ({ dir, file, relay }) => {
  writeFileSync(join(dir, 'other'), '1\n');
  writeFileSync(join(dir, 'state/relay-line'), `file\n${join(dir, 'other')}\n`);
  assert.is((await run(relayRestCommand, '--config', file)).code, 0);
  assert.equal([relay(), readFileSync(join(dir, 'other'), 'utf8')], ['0\n', '0\n']);
}));

test('where nothing is known the way by hand is told', async () => {
  for (const text of ['', '\t', 'stateDir: []', 'a: &a [*a]']) {
    await withConfig(text, async ({ file }) => {
      const { code, err } = await run(relayRestCommand, '--config', file);
      assert.is(code, 2, JSON.stringify(text));
      assert.match(err, /rest sysfs pinctrl-bcm2711:17 high/);
    });
  }
  assert.is((await run(relayRestCommand, '--config', '/nonexistent.yaml')).code, 2);
});

test('a lock that belongs to a controller has no line to rest, and that is said', () => withConfig(good.replace('driver: simulated', 'driver: rhombus\n  url: https://api.example.org\n  apiKeyFile: key').replace('extendedUnlockMs: 15000', 'extendedUnlockMs: 5000'), async ({ file }) => {
  const { code, err } = await run(relayRestCommand, '--config', file);
  assert.is(code, 2);
  assert.is(err, 'The lock belongs to a door controller, which relocks by its own time: there is no line to rest.\n');
}));

test('contacts that stick are exit code 1', () => withConfig(good, async ({ dir, file }) => {
  writeFileSync(join(dir, 'state/door/relay-welded'), '');
  const { code, err } = await run(relayRestCommand, '--config', file);
  assert.is(code, 1);
  assert.match(err, /welded/);
}));

test('what persist_gpio_outputs means is told, for either controller', () => {
  const root = mkdtempSync(join(tmpdir(), 'postern-module-'));
  assert.is(persistenceText(root), undefined);
  for (const [name, value, sentence] of [['pinctrl_rp1', 'N', /is N: .*becomes an input/], ['pinctrl_bcm2835', 'Y', /is Y: .*keeps its last level/]] as const) {
    mkdirSync(join(root, name, 'parameters'), { recursive: true });
    writeFileSync(join(root, name, 'parameters/persist_gpio_outputs'), `${value}\n`);
    assert.match(persistenceText(root) ?? '', sentence);
  }
  rmSync(root, { recursive: true });
});

test('auto is onoff where the kernel has the chip in sysfs, and gpiod elsewhere', () => {
  const root = mkdtempSync(join(tmpdir(), 'postern-class-'));
  assert.is(driverHere(undefined, join(root, 'nothing')), 'gpiod');
  mkdirSync(join(root, 'gpiochip512'));
  for (const [name, text] of Object.entries({ label: 'pinctrl-rp1', base: '512', ngpio: '54' })) writeFileSync(join(root, 'gpiochip512', name), `${text}\n`);
  assert.is(driverHere(undefined, root), 'onoff');
  assert.is(driverHere('pinctrl-rp1', root), 'onoff');
  assert.is(driverHere('gpio-sim', root), 'gpiod');
  rmSync(root, { recursive: true });
});

test('the daemon gives up being spared for ever when memory runs out, and takes nothing it was not given', () => {
  const dir = mkdtempSync(join(tmpdir(), 'postern-oom-'));
  for (const [before, after] of [['-1000', '-500'], ['-500', '-500'], ['0', '0'], ['300', '300']] as const) {
    writeFileSync(join(dir, 'score'), before);
    giveUpOomProtection(join(dir, 'score'));
    assert.is(readFileSync(join(dir, 'score'), 'utf8'), after);
  }
  giveUpOomProtection(join(dir, 'nothing'));
  rmSync(dir, { recursive: true });
});

test.run();
