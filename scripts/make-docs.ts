// Writes the documents that are made from the code. With --check it writes nothing and fails when one has drifted.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endpoints } from '../daemon/backend/http/endpoints.ts';
import { openApiDocument } from '../daemon/backend/http/openapi.ts';
import { alarmReference } from './docs/alarm-reference.ts';
import { backendConfigExample, configExample } from './docs/config-example.ts';
import { configReference } from './docs/config-reference.ts';
import { mqttReference } from './docs/mqtt-reference.ts';
import { withDoorTables } from './door-table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** By path from the checkout. */
const documents: Record<string, () => string> = {
  'config/example.yaml': configExample,
  'config/backend-example.yaml': backendConfigExample,
  'config/REFERENCE.md': configReference,
  'config/MQTT.md': mqttReference,
  'config/openapi.json': () => `${JSON.stringify(openApiDocument(endpoints), null, 2)}\n`,
  'daemon/report/alarms/ALARMS.md': alarmReference,
  'ARCHITECTURE.md': () => withDoorTables(textOf('ARCHITECTURE.md')),
};

const isCheck = process.argv.includes('--check');
for (const [path, text] of Object.entries(documents)) {
  if (isCheck) check(path, text());
  else writeFileSync(join(root, path), text());
}

function check(path: string, text: string): void {
  if (textOf(path) === text) return;
  process.stderr.write(`${path} is not what the code makes. Run: npm run docs\n`);
  process.exitCode = 1;
}

function textOf(path: string): string {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return '';
  }
}
