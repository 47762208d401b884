import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { backendKeys, doorKeys } from '../../config/keys.ts';
import { loadBackendConfig, loadConfig } from '../../config/load.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const example = join(root, 'config/example.yaml');
const backendExample = join(root, 'config/backend-example.yaml');
const configKeys = [...doorKeys.all, ...backendKeys.all];

test('the example and the reference are what the schema makes', () => {
  const made = spawnSync(process.execPath, [fileURLToPath(new URL('../../scripts/make-docs.js', import.meta.url)), '--check'], { encoding: 'utf8' });
  assert.is(made.stderr, '');
  assert.is(made.status, 0);
});

test('the example is a config that loads', () => {
  assert.is(loadConfig(example).door.name, 'Front door');
  assert.is(loadBackendConfig(backendExample).host, '127.0.0.1');
});

test('every key that the example has commented out may be set as it stands there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-example-'));
  const everything = join(folder, 'everything.yaml');
  const backendEverything = join(folder, 'backend-everything.yaml');
  writeFileSync(everything, readFileSync(example, 'utf8').replaceAll(/#(?=[^ ])/g, ''));
  writeFileSync(backendEverything, readFileSync(backendExample, 'utf8').replaceAll(/#(?=[^ ])/g, ''));
  try {
    assert.is(loadConfig(everything).access.zoneMasterFile, join(folder, 'zone-master.key'));
    assert.is(loadBackendConfig(backendEverything).dir, join(folder, 'backend'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every key says what it does', () => {
  assert.ok(configKeys.length > 60);
  assert.equal(configKeys.filter((key) => !key.schema.description).map((key) => key.path.join('.')), []);
});

test('a key that is a time, a size or an age carries its unit', () => {
  const numbers = configKeys.filter((key) => key.schema.type === 'integer').map((key) => key.path.at(-1));
  const unitless = numbers.filter((name) => !/(Ms|S|H|Days|Mb|Pin|pin|port|Codes|count|width|height|framesPerSecond|cameraNumber)$/.test(String(name)));
  assert.equal(unitless, []);
});

test.run();
